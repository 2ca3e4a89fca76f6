// Trains a latent ODE on a CSV file, or forecasts with the trained model, in two processes:
//   Forecast train FILE.csv RUN [STEPS]
//   Forecast predict FILE.csv RUN
import LearningTasks
import NeuralODE

let arguments = CommandLine.arguments
guard arguments.count >= 4 else { fatalError("Forecast train|predict FILE.csv RUN [STEPS]") }
let (command, file, run) = (arguments[1], arguments[2], arguments[3])

switch command {
case "train":
  var recipe = ForecastRecipe.forFile(file)
  recipe.steps = arguments.count > 4 ? Int(arguments[4]) ?? 300 : 300
  let outcome = try TrainingRun(ForecastTask(recipe), in: run).run()
  let result = try outcome.writeReport()  // report.html, evaluation.json and the model are in RUN
  print(result.lines.joined(separator: "\n"))
case "predict":
  let model = try Forecaster(contentsOf: run)
  let forecast = try ForecastPrediction(of: file, by: model, at: [1, 6, 12])
  for line in forecast.lines {
    let quantiles = [0.1, 0.5, 0.9].map { line.quantile($0) }
    print("\(line.channel) at \(line.time): 10 %, median and 90 % are \(quantiles)")
  }
default:
  fatalError("unknown command '\(command)'; use train or predict")
}

// An ODE-RNN beside GRU-D on a series with gaps: Irregular FILE.csv [STEPS]
import LearningTasks
import NeuralODE

let arguments = CommandLine.arguments
guard arguments.count >= 2 else { fatalError("Irregular FILE.csv [STEPS]") }

var recipe = ForecastRecipe.forFile(arguments[1])
recipe.model = .odeRNN
recipe.beside = .gruD
recipe.steps = arguments.count > 2 ? Int(arguments[2]) ?? 300 : 300
let outcome = try TrainingRun(ForecastTask(recipe), in: nil).run()
for line in outcome.evaluation.horizons {
  print("\(line.score.count) forecasts, RMSE \(line.score.rootMeanSquaredError)")
}

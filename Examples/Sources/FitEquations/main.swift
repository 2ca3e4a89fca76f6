// Fits the equations of a file to measurements: FitEquations SYSTEM.ode DATA.csv
import MechanisticModels
import NeuralODE

let arguments = CommandLine.arguments
guard arguments.count == 3 else { fatalError("FitEquations SYSTEM.ode DATA.csv") }

let system = try EquationSystem(contentsOf: arguments[1])
let data = try FitData(arguments[2], for: system)
let result = try ParameterFit(system, to: data.experiments).run()

for estimate in result.estimates + result.derived {
  let interval = estimate.laplace.map { "\($0.lowerBound) … \($0.upperBound)" } ?? "not identified"
  print("\(estimate.name) = \(estimate.value), 95 %: \(interval)")
}
print(result.isTrustworthy ? "trustworthy" : "not trustworthy: \(result.findings)")

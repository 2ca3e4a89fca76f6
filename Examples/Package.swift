// swift-tools-version: 6.2
import PackageDescription

/// The examples, with the library products that each imports.
let examples: [(name: String, products: [String])] = [
  ("BouncingBall", ["NeuralODE"]),
  ("Classifier", ["NeuralODE"]),
  ("Doses", ["NeuralODE", "MechanisticModels"]),
  ("FitEquations", ["NeuralODE", "MechanisticModels"]),
  ("Forecast", ["NeuralODE", "LearningTasks"]),
  ("Gradients", ["NeuralODE"]),
  ("Irregular", ["NeuralODE", "LearningTasks"]),
  ("Lorenz", ["NeuralODE"]),
  ("Readme", ["NeuralODE"]),
  ("SecondOrder", ["NeuralODE"]),
  ("Spiral", ["NeuralODE"]),
  ("Stiff", ["NeuralODE"]),
]

let package = Package(
  name: "examples",
  dependencies: [.package(name: "swift-neural-ode", path: "..")],
  targets: examples.map { example in
    .executableTarget(
      name: example.name,
      dependencies: example.products.map { .product(name: $0, package: "swift-neural-ode") })
  }
)

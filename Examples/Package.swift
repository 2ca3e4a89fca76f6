// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "examples",
  dependencies: [.package(name: "swift-neural-ode", path: "..")],
  targets: ["Lorenz", "Spiral"].map { name in
    .executableTarget(
      name: name, dependencies: [.product(name: "NeuralODE", package: "swift-neural-ode")])
  }
)

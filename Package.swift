// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// Everything that the umbrella re-exports.
let umbrella = [
  "NumericCore", "Tensors", "Integrators", "Graphs", "Programs", "Adjoints", "NeuralNets",
  "ContinuousModels", "Training",
]

/// The modules, floor by floor: each may import only what its list names.
let floors: [(module: String, imports: [String])] = [
  ("NumericCore", ["CKernels"]),
  ("Tensors", ["NumericCore"]),
  ("Integrators", ["NumericCore", "CKernels"]),
  ("Graphs", ["NumericCore", "Tensors"]),
  ("Programs", ["NumericCore", "CKernels", "Tensors", "Graphs"]),
  ("Adjoints", ["NumericCore", "CKernels", "Tensors", "Integrators", "Graphs", "Programs"]),
  ("NeuralNets", ["NumericCore", "Tensors"]),
  (
    "ContinuousModels",
    [
      "NumericCore", "Tensors", "Integrators", "Graphs", "Programs", "Adjoints", "NeuralNets",
    ]
  ),
  (
    "Training",
    ["NumericCore", "CKernels", "Tensors", "Graphs", "Programs", "Adjoints", "NeuralNets"]
  ),
  ("NeuralODE", umbrella),
  ("MechanisticModels", umbrella),
  ("Experiments", umbrella + ["NeuralODE", "MechanisticModels", "CZlib", "CBundledData"]),
]

/// What a module may import; nothing for a C module.
func imports(of module: String) -> [String] {
  floors.first { $0.module == module }?.imports ?? []
}

let tested = [
  "NumericCore", "CKernels", "Tensors", "Integrators", "Graphs", "Programs", "Adjoints",
  "NeuralNets", "ContinuousModels", "MechanisticModels", "Training", "Experiments",
]

/// What the fuzz targets read with.
let fuzzed: [Target.Dependency] = [
  "NumericCore", "Tensors", "Integrators", "Programs", "NeuralNets", "MechanisticModels", "Training",
  "Experiments",
]

let package = Package(
  name: "swift-neural-ode",
  products: [
    .library(name: "NeuralODE", targets: ["NeuralODE"]),
    .library(name: "MechanisticModels", targets: ["MechanisticModels"]),
    .executable(name: "neural-ode", targets: ["CommandLineTool"]),
  ],
  targets: [
    .target(name: "CKernels"),
    .target(name: "CBundledData", exclude: ["data"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  ]
    + floors.map { floor in
      .target(
        name: floor.module, dependencies: floor.imports.map { .init(stringLiteral: $0) },
        swiftSettings: strict)
    }
    + [
      .executableTarget(
        name: "CommandLineTool",
        dependencies: (umbrella + ["NeuralODE", "MechanisticModels", "Experiments"])
          .map { .init(stringLiteral: $0) },
        swiftSettings: strict),
      .target(name: "CAllocations", path: "Tests/CAllocations"),
      .target(
        name: "TestSupport",
        dependencies: umbrella.map { .init(stringLiteral: $0) },
        path: "Tests/TestSupport", swiftSettings: strict),
      .target(
        name: "FuzzTargets", dependencies: fuzzed, path: "Tests/FuzzTargets", swiftSettings: strict),
      .executableTarget(
        name: "Fuzzing", dependencies: ["FuzzTargets", "NumericCore"], path: "Tests/Fuzzing",
        swiftSettings: strict),
      .testTarget(
        name: "FuzzTests", dependencies: ["FuzzTargets", "NumericCore"], path: "Tests/FuzzTests",
        swiftSettings: strict),
      // Runs the built tool; it does not link it.
      .testTarget(
        name: "CommandLineTests", dependencies: ["NumericCore", "Experiments"],
        path: "Tests/CommandLineTests", swiftSettings: strict),
    ]
    + tested.map { module in
      .testTarget(
        name: "\(module)Tests",
        dependencies: Set(
          umbrella + imports(of: module) + [module, "TestSupport", "CKernels", "CAllocations"]
        ).sorted().map { .init(stringLiteral: $0) },
        path: "Tests/\(module)Tests",
        exclude: [], resources: [], swiftSettings: strict)
    },
  cLanguageStandard: .c17
)

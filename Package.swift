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

let dataModules = ["Reports", "Tables", "TimeSeries", "BundledData"]

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
  ("ArgumentParsing", ["NumericCore"]),
  ("Reports", ["NumericCore", "CZlib"]),
  ("Tables", ["NumericCore", "CZlib"]),
  ("TimeSeries", ["NumericCore", "Tables"]),
  ("BundledData", ["NumericCore", "Tables", "TimeSeries", "CBundledData"]),
  ("MechanisticModels", umbrella + ["Reports", "Tables", "TimeSeries"]),
  (
    "LearningTasks",
    umbrella + ["NeuralODE", "Reports", "Tables", "TimeSeries", "BundledData", "MechanisticModels"]
  ),
  ("Reproduction", umbrella + dataModules + ["NeuralODE", "MechanisticModels", "LearningTasks"]),
  (
    "Benchmarks",
    umbrella + dataModules + ["NeuralODE", "MechanisticModels", "LearningTasks"]
  ),
]

/// What a module may import; nothing for a C module.
func imports(of module: String) -> [String] {
  floors.first { $0.module == module }?.imports ?? []
}

func names(_ modules: [String]) -> [Target.Dependency] {
  modules.map { .init(stringLiteral: $0) }
}

let tested = [
  "NumericCore", "CKernels", "Tensors", "Integrators", "Graphs", "Programs", "Adjoints",
  "NeuralNets", "ContinuousModels", "MechanisticModels", "Training", "Reports", "Tables",
  "TimeSeries",
  "LearningTasks", "Reproduction", "Benchmarks",
]

/// What the fuzz targets read with.
let fuzzed: [Target.Dependency] = [
  "NumericCore", "Tensors", "Integrators", "Programs", "NeuralNets", "Training", "Tables",
  "TimeSeries", "MechanisticModels", "LearningTasks",
]

let package = Package(
  name: "swift-neural-ode",
  products: [
    .library(name: "NeuralODE", targets: ["NeuralODE"]),
    .library(name: "MechanisticModels", targets: ["MechanisticModels"]),
    .library(name: "LearningTasks", targets: ["LearningTasks"]),
    .executable(name: "neural-ode", targets: ["CommandLineTool"]),
    .executable(name: "neural-ode-reproduce", targets: ["ReproductionTool"]),
    .executable(name: "neural-ode-bench", targets: ["BenchmarkTool"]),
  ],
  targets: [
    .target(name: "CKernels"),
    .target(name: "CBundledData", exclude: ["data"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  ]
    + floors.map { floor in
      .target(
        name: floor.module, dependencies: names(floor.imports), swiftSettings: strict)
    }
    + [
      .executableTarget(
        name: "CommandLineTool",
        dependencies: names(
          umbrella + dataModules + [
            "NeuralODE", "ArgumentParsing", "MechanisticModels", "LearningTasks",
          ]), swiftSettings: strict),
      .executableTarget(
        name: "ReproductionTool",
        dependencies: names(["NumericCore", "ArgumentParsing", "Reports", "Reproduction"]),
        swiftSettings: strict),
      .executableTarget(
        name: "BenchmarkTool",
        dependencies: names(["NumericCore", "ArgumentParsing", "Benchmarks"]),
        swiftSettings: strict),
      .target(name: "CAllocations", path: "Tests/CAllocations"),
      .target(
        name: "TestSupport",
        dependencies: names(umbrella),
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
        name: "CommandLineTests",
        dependencies: names(
          ["NumericCore", "LearningTasks"] + dataModules
        ),
        path: "Tests/CommandLineTests", swiftSettings: strict),
    ]
    + tested.map { module in
      .testTarget(
        name: "\(module)Tests",
        dependencies: names(
          Set(
            umbrella + dataModules + imports(of: module) + [
              module, "TestSupport", "CKernels", "CAllocations",
            ]
          )
          .sorted()),
        path: "Tests/\(module)Tests",
        exclude: [], resources: [], swiftSettings: strict)
    },
  cLanguageStandard: .c17
)

// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// Layers 0 and 1 in Swift: what every module above them may import.
let core = ["Platform", "NumericCore", "Serialization"]

/// Everything that solves, differentiates and trains.
let umbrella =
  core + [
    "Tensors", "Integrators", "Graphs", "Programs", "Transforms", "Adjoints", "NeuralNets",
    "ContinuousModels", "Training",
  ]

let dataModules = ["Reports", "Tables", "TimeSeries", "BundledData"]

/// The modules, layer by layer: each may import only what its list names.
let layers: [(module: String, imports: [String])] = [
  ("Platform", []),
  ("NumericCore", ["Platform", "CKernels"]),
  ("Serialization", ["Platform"]),
  ("Tensors", core),
  ("Integrators", core + ["CKernels"]),
  ("Tables", core + ["CZlib"]),
  ("Reports", core + ["CZlib"]),
  ("ArgumentParsing", core),
  ("Graphs", core + ["Tensors"]),
  ("TimeSeries", core + ["Tables"]),
  ("Programs", core + ["CKernels", "Tensors", "Graphs"]),
  ("BundledData", core + ["Tables", "TimeSeries", "CBundledData"]),
  ("Transforms", core + ["Tensors", "Graphs", "Programs"]),
  (
    "Adjoints", core + ["CKernels", "Tensors", "Integrators", "Graphs", "Programs", "Transforms"]
  ),
  ("NeuralNets", core + ["Tensors"]),
  (
    "ContinuousModels",
    core + [
      "Tensors", "Integrators", "Graphs", "Programs", "Transforms", "Adjoints", "NeuralNets",
    ]
  ),
  (
    "Training",
    core + ["CKernels", "Tensors", "Graphs", "Programs", "Transforms", "Adjoints", "NeuralNets"]
  ),
  ("NeuralODE", umbrella),
  ("NeuralODECompiler", core + ["Tensors", "Graphs", "Programs"]),
  ("EquationLanguage", core + ["Tensors", "Integrators", "Graphs", "Programs", "Transforms"]),
  ("MechanisticModels", umbrella + ["EquationLanguage", "Reports", "Tables", "TimeSeries"]),
  ("LearningTasks", umbrella + dataModules + ["NeuralODE", "MechanisticModels"]),
  ("Reproduction", umbrella + dataModules + ["NeuralODE", "MechanisticModels", "LearningTasks"]),
  ("Benchmarks", umbrella + dataModules + ["NeuralODE", "MechanisticModels", "LearningTasks"]),
]

/// What a module may import; nothing for a C module.
func imports(of module: String) -> [String] {
  layers.first { $0.module == module }?.imports ?? []
}

func names(_ modules: [String]) -> [Target.Dependency] {
  modules.map { .init(stringLiteral: $0) }
}

let tested =
  core + [
    "CKernels", "Tensors", "Integrators", "Graphs", "Programs", "Transforms", "Adjoints",
    "NeuralNets", "ContinuousModels", "MechanisticModels", "Training", "Reports", "Tables",
    "TimeSeries",
    "LearningTasks", "Reproduction", "Benchmarks",
  ]

/// What the fuzz targets read with.
let fuzzed = names(
  core + [
    "Tensors", "Integrators", "Programs", "Transforms", "NeuralNets", "Training", "Tables",
    "TimeSeries", "MechanisticModels", "LearningTasks",
  ])

let package = Package(
  name: "swift-neural-ode",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "NeuralODE", targets: ["NeuralODE"]),
    .library(name: "NeuralODECompiler", targets: ["NeuralODECompiler"]),
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
    + layers.map { layer in
      .target(
        name: layer.module, dependencies: names(layer.imports), swiftSettings: strict)
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
        dependencies: names(core + ["ArgumentParsing", "Reports", "Reproduction"]),
        swiftSettings: strict),
      .executableTarget(
        name: "BenchmarkTool",
        dependencies: names(core + ["ArgumentParsing", "Benchmarks"]),
        swiftSettings: strict),
      .target(name: "CAllocations", path: "Tests/CAllocations"),
      .target(
        name: "TestSupport",
        dependencies: names(umbrella),
        path: "Tests/TestSupport", swiftSettings: strict),
      .target(
        name: "FuzzTargets", dependencies: fuzzed, path: "Tests/FuzzTargets", swiftSettings: strict),
      .executableTarget(
        name: "Fuzzing", dependencies: names(core + ["FuzzTargets"]), path: "Tests/Fuzzing",
        swiftSettings: strict),
      // Two examples, built here as well so that tests run them.
      .executableTarget(
        name: "ForecastExample", dependencies: ["NeuralODE", "LearningTasks"],
        path: "Examples/Sources/Forecast"),
      .executableTarget(
        name: "FitEquationsExample", dependencies: ["NeuralODE", "MechanisticModels"],
        path: "Examples/Sources/FitEquations"),
      // The Swift of the guides.
      .testTarget(
        name: "GuideTests", dependencies: ["NeuralODE", "MechanisticModels"],
        path: "Tests/GuideTests",
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
      .testTarget(
        name: "FuzzTests", dependencies: names(core + ["FuzzTargets"]), path: "Tests/FuzzTests",
        swiftSettings: strict),
      // Runs the built tool; it does not link it.
      .testTarget(
        name: "CommandLineTests",
        dependencies: names(
          core + dataModules + ["LearningTasks"]
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

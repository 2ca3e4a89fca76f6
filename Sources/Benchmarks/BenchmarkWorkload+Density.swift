import Serialization
import NumericCore
import BundledData
import Adjoints
import ContinuousModels
import Integrators
import Transforms
import Tensors
import Training

extension BenchmarkWorkload {
  /// W3: training a continuous normalizing flow on moons by maximum likelihood.
  static let planarFlow = BenchmarkWorkload(
    "W3",
    summary:
      "CNF: concatsquash 2-64-64-64-2 tanh, batch 512, Adam 1e-3, float32, rtol = atol = 1e-5"
  ) { repetitions in
    let problem = try PlanarFlowProblem()
    return [
      problem.figure("hutch, discrete", .discrete, isExact: false, repetitions),
      problem.figure("hutch, backsolve", .backsolve(), isExact: false, repetitions),
      problem.figure("exact, discrete", .discrete, isExact: true, repetitions),
    ]
  }
}

/// The problem of W3: initial weights, 20 batches and their noise, from the seeds of the peers' scripts.
private struct PlanarFlowProblem {
  private typealias Flow = ContinuousNormalizingFlow<TimeConditionedMLP>

  private let field: TimeConditionedMLP
  private let batches: [(points: Tensor, noise: Tensor)]

  init() throws {
    let file = try SafetensorsFile(bytes: BundledData.bytes(of: "w3.safetensors"))
    func vector(_ name: String) throws -> Tensor {
      let tensor = try file.tensor(name)
      return Tensor(tensor.values.map(Float.init), shape: [tensor.type.count])
    }
    let layers = try (0..<4).map { k in
      TimeConditionedLinear(
        weight: try file.tensor("params.W\(k)"), bias: try vector("params.b\(k)"),
        gateWeight: try vector("params.wg\(k)"), gateBias: try vector("params.bg\(k)"),
        shift: try vector("params.wb\(k)"))
    }
    field = TimeConditionedMLP(layers: layers)
    let (points, noise) = (try file.tensor("x"), try file.tensor("e"))
    batches = (0..<points.shape[0]).map {
      (points.at($0).evaluated(), noise.at($0).evaluated())
    }
  }

  /// Trains over the 20 batches again and again; the losses are those of the first 20.
  func figure(
    _ name: String, _ adjoint: Adjoint, isExact: Bool, _ repetitions: Int
  ) -> BenchmarkFigure {
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: 1e-5, absolute: 1e-5)))
    let flow = Flow(field, dimension: 2, solver: solver, adjoint: adjoint)
    let objective = DensityObjective()
    let loop = TrainingBenchmark<Flow, DensityBatch>(
      workload: "W3",
      batches: batches.map {
        DensityBatch(points: $0.points, noise: isExact ? nil : $0.noise)
      }, warmUp: 2, reported: batches.count)
    return loop.figure(
      name, model: flow, optimizer: Adam(for: flow, learningRate: 1e-3), repetitions: repetitions,
      settings: [
        ("solver", "dormandPrince5, integral control"), ("rtol", "1e-5"), ("atol", "1e-5"),
        ("scalar", "float32"),
      ]
    ) { flow, batch in
      LossAndAuxiliary(objective(flow, batch).loss)
    }
  }
}

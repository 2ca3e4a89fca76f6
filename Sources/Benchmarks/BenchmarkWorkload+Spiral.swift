import Serialization
import NumericCore
import BundledData
import Adjoints
import Integrators
import Transforms
import Tensors
import Training

extension BenchmarkWorkload {
  /// W1: training a perceptron field on windows of the cubic spiral.
  static let spiral = BenchmarkWorkload(
    "W1",
    summary:
      "spiral: dy/dt = MLP(y³) 2-50-2 tanh, batch 20, 10 times, L1 loss, float32, rtol 1e-7, "
      + "atol 1e-9"
  ) { repetitions in
    let data = try SpiralData()
    let variants: [(String, Adjoint, StepSharing)] = [
      ("backprop", .discrete, .joint), ("adjoint", .backsolve(), .joint),
      ("backprop, steps per row", .discrete, .perRow),
    ]
    return variants.map { data.figure($0, adjoint: $1, sharing: $2, repetitions: repetitions) }
  }
}

/// The problem of W1: initial weights and 60 batches, from the seeds of the peers' scripts.
private struct SpiralData {
  private let field: CubicField
  private let times: [Double]
  private let batches: [SpiralWindow]

  init() throws {
    let file = try SafetensorsFile(bytes: BundledData.bytes(of: "w1.safetensors"))
    field = CubicField(
      w1: try file.tensor("params.W1"), b1: try file.tensor("params.b1"),
      w2: try file.tensor("params.W2"), b2: try file.tensor("params.b2"))
    times = try file.tensor("t").values
    let (initial, target) = (try file.tensor("y0"), try file.tensor("target"))
    batches = (0..<initial.shape[0]).map {
      SpiralWindow(initial: initial.rows([$0]).dropped, target: target.rows([$0]).dropped)
    }
  }

  /// Trains over the 60 batches again and again; the losses are those of the first 60.
  func figure(
    _ name: String, adjoint: Adjoint, sharing: StepSharing, repetitions: Int
  ) -> BenchmarkFigure {
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: 1e-7, absolute: 1e-9)))
    let model = Flow(of: field, solver: solver, adjoint: adjoint, sharing: sharing)
    let times = times
    let loop = TrainingBenchmark<Flow<CubicField>, SpiralWindow>(
      workload: "W1", batches: batches, warmUp: 5, reported: batches.count)
    return loop.figure(
      name, model: model, optimizer: RMSprop(for: model, learningRate: 1e-3),
      repetitions: repetitions,
      settings: [
        ("solver", "dormandPrince5, Shampine's error weights, integral control"),
        ("rtol", "1e-7"), ("atol", "1e-9"), ("scalar", "float32"),
      ]
    ) { model, batch in
      let result = model(batch.initial, at: times)
      return LossAndAuxiliary(
        abs(result.states - batch.target).mean(), auxiliary: result.statistics.map { [$0] } ?? [])
    }
  }
}

private struct SpiralWindow: TensorTree {
  /// `[batch, 2]`.
  var initial: Tensor
  /// `[times, batch, 2]`.
  var target: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("initial", &initial)
    visitor("target", &target)
  }
}

/// `dy/dt = tanh(y³ W1 + b1) W2 + b2`.
private struct CubicField: TensorField {
  var w1, b1, w2, b2: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    matmul(tanh(matmul(pow(state, 3), w1) + b1), w2) + b2
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("w1", &w1)
    visitor("b1", &b1)
    visitor("w2", &w2)
    visitor("b2", &b2)
  }
}

extension Tensor {
  /// A concrete tensor without its first axis of size 1.
  fileprivate var dropped: Tensor { at(0).evaluated() }
}

import NumericCore
import Adjoints
import Graphs
import Integrators
import Programs
import Transforms
import Tensors

/// `x' = a x − b x y, y' = c x y − d y`.
private struct LotkaVolterra: TensorField {
  /// `[4]`.
  var rates: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let (parts, rate) = (state.split([1, 1], axis: 1), rates.split([1, 1, 1, 1], axis: 0))
    let (x, y) = (parts[0], parts[1])
    return concatenate(
      [rate[0] * x - rate[1] * x * y, rate[2] * x * y - rate[3] * y], axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rates", &rates) }
}

/// `x' = y, y' = μ (1 − x²) y − x`.
private struct VanDerPol: TensorField {
  /// `[1]`.
  var damping: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let parts = state.split([1, 1], axis: 1)
    let (x, y) = (parts[0], parts[1])
    return concatenate([y, damping * (1 - square(x)) * y - x], axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("damping", &damping) }
}

/// One of the systems, its parameters, initial state and end.
private struct SmallSystem<Field: TensorField> {
  var name: String
  var parameters: [Double]
  var initial: [Double]
  var end: Double
  var field: @Sendable (Tensor) -> Field
}

extension BenchmarkWorkload {
  /// W10: fields of a few operations on one row, in double precision.
  static let smallFields = BenchmarkWorkload(
    "W10", summary: "one row of a small TensorField, float64, rtol = atol = 1e-6, and its gradient"
  ) { repetitions in
    let lotka = SmallSystem(
      name: "Lotka-Volterra", parameters: [1.5, 1, 1, 3], initial: [1, 1], end: 10
    ) { LotkaVolterra(rates: $0) }
    let oscillator = SmallSystem(
      name: "van der Pol", parameters: [1], initial: [2, 0], end: 20
    ) { VanDerPol(damping: $0) }
    return figures(lotka, repetitions) + figures(oscillator, repetitions)
  }

  private static func figures<Field: TensorField>(
    _ system: SmallSystem<Field>, _ repetitions: Int
  ) -> [BenchmarkFigure] {
    let inputs = [
      Storage(system.parameters, shape: [system.parameters.count]),
      Storage(system.initial, shape: [1, 2]),
    ]
    let control = StepControl.proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6))
    let solver = ODESolver(method: .dormandPrince5, control: control)
    let solve = trace(inputs.map(\.type)) { x in
      let flow = Flow(of: system.field(x[0]), solver: solver)
      let result = flow(x[1], at: [0, system.end])
      return [result.final] + (result.statistics.map { [$0] } ?? [])
    }
    let loss = trace(inputs.map(\.type)) { x in
      [square(Flow(of: system.field(x[0]), solver: solver)(x[1], at: [0, system.end]).final).sum()]
    }
    let one = Storage([1.0], shape: [])
    return [
      figure("\(system.name), forward", solve, inputs, repetitions),
      figure(
        "\(system.name), with gradient", loss.vjp(includingOutputs: true), inputs + [one],
        repetitions),
    ]
  }

  /// The time of one run of a graph, the mean of a hundred.
  private static func figure(
    _ variant: String, _ graph: Graph, _ inputs: [Storage], _ repetitions: Int
  ) -> BenchmarkFigure {
    let workspace = Workspace(Program(graph))
    var watch = Stopwatch()
    _ = workspace(inputs)
    for _ in 0..<repetitions {
      watch.time { for _ in 0..<100 { _ = workspace(inputs) } }
    }
    // Milliseconds of a hundred runs are tens of microseconds of one.
    let times = watch.processor.map { 10 * $0 }
    return BenchmarkFigure(
      workload: "W10", variant: variant, metric: "time_per_solve", value: Stopwatch.median(times),
      unit: "us", leastTime: times.min() ?? 0, medianTime: Stopwatch.median(times),
      settings: [("rtol", "1e-6"), ("atol", "1e-6"), ("scalar", "float64")])
  }
}

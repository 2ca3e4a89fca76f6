import NumericCore
import Adjoints
import Graphs
import Integrators
import Programs
import Transforms
import Tensors

/// Lorenz's equations for many rows, each with its own ρ.
private struct LorenzRows: TensorField {
  /// `[row, 1]`.
  var rho: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let parts = state.split([1, 1, 1], axis: 1)
    let (x, y, z) = (parts[0], parts[1], parts[2])
    return concatenate([10 * (y - x), x * (rho - z) - y, x * y - (8.0 / 3) * z], axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rho", perRow: &rho) }
}

extension BenchmarkWorkload {
  /// W6: 10,000 Lorenz systems with ρ from 0.1 to 50, each with steps of its own.
  static let lorenzRows = BenchmarkWorkload(
    "W6", summary: "10,000 Lorenz systems, steps per row, t from 0 to 10, rtol = atol = 1e-6 (1e-5)"
  ) { repetitions in
    [
      lorenzRowsFigure(Double.self, tolerance: 1e-6, repetitions: repetitions),
      lorenzRowsFigure(Float.self, tolerance: 1e-5, repetitions: repetitions),
    ]
  }

  private static func lorenzRowsFigure<Scalar: TensorScalar>(
    _: Scalar.Type, tolerance: Double, repetitions: Int
  ) -> BenchmarkFigure {
    let count = 10_000
    let rho = (0..<count).map { Scalar(0.1 + 49.9 * Double($0) / Double(count - 1)) }
    let inputs = [
      Storage(rho, shape: [count, 1]),
      Storage([Scalar](repeating: 1, count: 3 * count), shape: [count, 3]),
    ]
    let control = StepControl.proportionalIntegral(
      Tolerance(relative: tolerance, absolute: tolerance))
    let program = Program(
      trace(inputs.map(\.type)) { x in
        let flow = Flow(
          of: LorenzRows(rho: x[0]), solver: ODESolver(method: .dormandPrince5, control: control),
          sharing: .perRow)
        let result = flow(x[1], at: [0, 10])
        return [result.states] + (result.statistics.map { [$0] } ?? [])
      })
    let workspace = Workspace(program)
    var watch = Stopwatch()
    var results = workspace(inputs)
    for _ in 0..<repetitions { results = watch.time { workspace(inputs) } }
    let lines = results[1].doubles
    let rows = stride(from: 0, to: lines.count, by: SolveStatistics.columnCount).map {
      SolveStatistics(lines[$0..<$0 + SolveStatistics.columnCount])
    }
    return BenchmarkFigure(
      workload: "W6", variant: "dopri5, \(Scalar.scalarType)", metric: "time_per_solve",
      value: Stopwatch.median(watch.processor), unit: "ms", leastTime: watch.processor.min() ?? 0,
      medianTime: Stopwatch.median(watch.processor),
      forwardEvaluations: rows.reduce(0) { $0 + $1.evaluations },
      settings: [
        ("rtol", "\(tolerance)"), ("atol", "\(tolerance)"), ("scalar", "\(Scalar.scalarType)"),
        ("status", rows.contains(where: \.hasFailed) ? "failed" : "completed"),
      ])
  }
}

import ContinuousModels
import Integrators
import NumericCore
import Tensors

extension BenchmarkWorkload {
  /// W5: one trajectory of Lorenz's equations, from their text.
  static let lorenz = BenchmarkWorkload(
    "W5", summary: "one Lorenz trajectory, float64, t from 0 to 100, rtol = atol = 1e-8"
  ) { repetitions in
    guard let named = NamedSystem.named("lorenz") else { return [] }
    let system = try named.equations()
    return [ODEMethod.dormandPrince5, .tsitouras5].map { method in
      let solver = ODESolver(
        method: method,
        control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8)))
      var watch = Stopwatch()
      var solution = system.solution(at: [0, 100], solver: solver)
      for _ in 0..<repetitions {
        solution = watch.time { system.solution(at: [0, 100], solver: solver) }
      }
      let median = Stopwatch.median(watch.processor)
      return BenchmarkFigure(
        workload: "W5", variant: "\(method.name), equations", metric: "time_per_solve",
        value: median, unit: "ms", leastTime: watch.processor.min(), medianTime: median,
        forwardEvaluations: solution.statistics.evaluations,
        settings: [
          ("rtol", "1e-8"), ("atol", "1e-8"), ("scalar", "float64"),
          ("accepted", "\(solution.statistics.acceptedSteps)"),
          ("rejected", "\(solution.statistics.rejectedSteps)"),
          ("status", solution.status.isCompleted ? "completed" : "failed"),
        ])
    }
  }
}

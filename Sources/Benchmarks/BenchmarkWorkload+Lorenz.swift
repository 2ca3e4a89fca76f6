import NumericCore
import MechanisticModels
import Integrators
import Tensors

extension BenchmarkWorkload {
  /// W5: one trajectory of Lorenz's equations, as a Swift field and from their text.
  static let lorenz = BenchmarkWorkload(
    "W5", summary: "one Lorenz trajectory, float64, t from 0 to 100, rtol = atol = 1e-8"
  ) { repetitions in
    var figures: [BenchmarkFigure] = []
    for method in [ODEMethod.dormandPrince5, .tsitouras5] {
      let result = try LorenzBenchmark.run(method: method, repetitions: repetitions)
      figures.append(
        lorenzFigure(
          "\(method.name), field", 1e3 * result.smallest, 1e3 * result.median, result.statistics,
          result.status))
    }
    guard let named = NamedSystem.named("lorenz") else { return figures }
    let system = try named.equations()
    for method in [ODEMethod.dormandPrince5, .tsitouras5] {
      let solver = ODESolver(
        method: method,
        control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8)))
      var watch = Stopwatch()
      var solution = system.solution(at: [0, 100], solver: solver)
      for _ in 0..<repetitions {
        solution = watch.time { system.solution(at: [0, 100], solver: solver) }
      }
      figures.append(
        lorenzFigure(
          "\(method.name), equations", watch.processor.min() ?? 0,
          Stopwatch.median(watch.processor), solution.statistics, solution.status))
    }
    return figures
  }

  /// Times in milliseconds.
  private static func lorenzFigure(
    _ variant: String, _ least: Double, _ median: Double, _ statistics: StepStatistics,
    _ status: SolveStatus
  ) -> BenchmarkFigure {
    BenchmarkFigure(
      workload: "W5", variant: variant, metric: "time_per_solve", value: median, unit: "ms",
      leastTime: least, medianTime: median, forwardEvaluations: statistics.evaluations,
      settings: [
        ("rtol", "1e-8"), ("atol", "1e-8"), ("scalar", "float64"),
        ("accepted", "\(statistics.acceptedSteps)"), ("rejected", "\(statistics.rejectedSteps)"),
        ("status", status.isCompleted ? "completed" : "failed"),
      ])
  }
}

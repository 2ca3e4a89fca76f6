import Platform
import NumericCore
package import Integrators

/// Lorenz's equations.
///
/// Source: Lorenz, J. Atmos. Sci. 20 (1963).
package struct LorenzField: VectorField {
  package var sigma = 10.0
  package var rho = 28.0
  package var beta = 8.0 / 3

  @inlinable
  package init() {}

  @inlinable
  package func callAsFunction(_ time: Double, _ y: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(sigma * (y.y - y.x), y.x * (rho - y.z) - y.y, y.x * y.y - beta * y.z)
  }
}

/// Workload W5: one Lorenz trajectory in double precision, t in 0…100, from (1, 1, 1), relative and
/// absolute tolerance 1e-8.
package enum LorenzBenchmark {
  package struct Result: Hashable, Sendable {
    /// Process CPU time of one solve in seconds.
    package var smallest: Double
    package var median: Double
    package var statistics: StepStatistics
    package var status: SolveStatus
  }

  /// Times a number of solves with a method, after one that is not timed.
  ///
  /// - Precondition: at least one repetition.
  package static func run(
    method: ODEMethod = .dormandPrince5, repetitions: Int = 51
  ) throws(SolveError) -> Result {
    precondition(repetitions > 0, "a benchmark of \(repetitions) repetitions")
    let tolerance = Tolerance(relative: 1e-8, absolute: 1e-8)
    let solver = ODESolver(method: method, control: .proportionalIntegral(tolerance))
    let span = TimeSpan(from: 0, to: 100)
    let initial = SIMD3<Double>(1, 1, 1)
    var solution = try solver.solve(LorenzField(), from: initial, over: span, at: [100])
    var times: [Double] = []
    times.reserveCapacity(repetitions)
    for _ in 0..<repetitions {
      let start = SystemClock.processTime
      solution = try solver.solve(LorenzField(), from: initial, over: span, at: [100])
      times.append(SystemClock.processTime - start)
    }
    times.sort()
    return Result(
      smallest: times[0], median: times[repetitions / 2], statistics: solution.statistics,
      status: solution.status)
  }
}

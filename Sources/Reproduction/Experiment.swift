import Platform
package import NumericCore
package import Reports

/// An experiment of a paper that `reproduce` runs.
///
/// To add one: write a struct in a file of its own in this folder, and list it in `ExperimentTable`. Its
/// claims come in the same order, with the same words, whatever the seed.
package protocol Experiment: Sendable {
  /// The word on the command line: `ffjord`.
  var name: String { get }
  /// One sentence.
  var summary: String { get }
  /// Runs once with one seed.
  func run(_ run: ExperimentRun) throws -> ExperimentResult
}

/// How an experiment is to be run.
package struct ExperimentRun: Sendable {
  package var seed: UInt64
  /// A version that takes seconds: fewer iterations, with thresholds of its own.
  package var isQuick: Bool
  /// A file for experiments whose data are not bundled.
  package var dataPath: String?
  /// Takes a line of progress.
  package var progress: @Sendable (String) -> Void

  package init(
    seed: UInt64, isQuick: Bool, dataPath: String? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.seed = seed
    self.isQuick = isQuick
    self.dataPath = dataPath
    self.progress = progress
  }

  package var key: RandomKey { RandomKey(seed) }

  /// The full or the quick one of two settings.
  package func choose<Value>(full: Value, quick: Value) -> Value { isQuick ? quick : full }
}

/// What one run of an experiment found.
package struct ExperimentResult: Sendable {
  package var claims: [Claim]
  /// Sentences that a reader of the figures needs: settings, warnings, what was left out.
  package var notes: [String]
  /// Pictures for the report.
  package var charts: [Chart]

  package init(claims: [Claim], notes: [String] = [], charts: [Chart] = []) {
    self.claims = claims
    self.notes = notes
    self.charts = charts
  }
}

/// Runs `body` and returns its wall time in seconds.
package func timed<Value>(_ body: () throws -> Value) rethrows -> (value: Value, seconds: Double) {
  let start = SystemClock.monotonicTime
  let value = try body()
  return (value, SystemClock.monotonicTime - start)
}

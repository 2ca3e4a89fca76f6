import Platform

/// A piece of work whose time is measured, the same for every peer.
package struct BenchmarkWorkload: Sendable {
  package let name: String
  /// A description in one line.
  package let summary: String
  private let measure: @Sendable (_ repetitions: Int) throws -> [BenchmarkFigure]

  /// A workload.
  ///
  /// - Parameter measure: repeats the work a number of times after a warm-up, and returns the
  ///   figures.
  package init(
    _ name: String, summary: String,
    measure: @escaping @Sendable (_ repetitions: Int) throws -> [BenchmarkFigure]
  ) {
    self.name = name
    self.summary = summary
    self.measure = measure
  }

  /// - Precondition: at least one repetition.
  package func figures(repetitions: Int) throws -> [BenchmarkFigure] {
    precondition(repetitions > 0, "\(repetitions) repetitions")
    return try measure(repetitions)
  }

  /// Every workload.
  package static let all: [BenchmarkWorkload] = [
    spiral, latentSpirals, planarFlow, convolutionalBlock, lorenz, lorenzRows, irregularRecurrence,
    smallFields, programSizes,
  ]
}

import Platform

/// A piece of work whose time is measured, the same for every peer.
public struct BenchmarkWorkload: Sendable {
  public let name: String
  /// What it is, in one line.
  public let summary: String
  private let measure: @Sendable (_ repetitions: Int) throws -> [BenchmarkFigure]

  /// - Parameter measure: does the work as often as it is told, after a warm-up, and says what it took.
  package init(
    _ name: String, summary: String,
    measure: @escaping @Sendable (_ repetitions: Int) throws -> [BenchmarkFigure]
  ) {
    self.name = name
    self.summary = summary
    self.measure = measure
  }

  /// - Precondition: at least one repetition.
  public func figures(repetitions: Int) throws -> [BenchmarkFigure] {
    precondition(repetitions > 0, "\(repetitions) repetitions")
    return try measure(repetitions)
  }

  /// Every workload.
  public static let all: [BenchmarkWorkload] = [
    spiral, latentSpirals, planarFlow, convolutionalBlock, lorenz, lorenzRows, irregularRecurrence,
    smallFields, programSizes,
  ]
}

import Platform
package import Integrators

/// One row's statistics from a traced solve: a row of the statistics tensor.
public struct SolveStatistics: Hashable, Sendable {
  /// Columns of the statistics tensor.
  public static let columnCount = 6

  /// Evaluations of the field.
  public var evaluations: Int
  /// Number of accepted steps.
  public var acceptedSteps: Int
  /// Number of rejected steps.
  public var rejectedSteps: Int
  /// 0 completed, 1 anything else.
  public var hasFailed: Bool
  /// Size of the smallest and of the largest accepted step.
  public var smallestStep: Double
  /// Size of the largest accepted step.
  public var largestStep: Double

  package init(_ report: RowReport) {
    evaluations = report.statistics.evaluations
    acceptedSteps = report.statistics.acceptedSteps
    rejectedSteps = report.statistics.rejectedSteps
    hasFailed = !report.status.isCompleted
    smallestStep = report.statistics.smallestStep
    largestStep = report.statistics.largestStep
  }

  /// From a line of the statistics tensor.
  public init(_ row: some Collection<Double>) {
    let values = Array(row)
    precondition(values.count == SolveStatistics.columnCount, "a line has 6 columns")
    evaluations = Int(values[0])
    acceptedSteps = Int(values[1])
    rejectedSteps = Int(values[2])
    hasFailed = values[3] != 0
    smallestStep = values[4]
    largestStep = values[5]
  }

  func write(to memory: UnsafeMutablePointer<Double>) {
    memory[0] = Double(evaluations)
    memory[1] = Double(acceptedSteps)
    memory[2] = Double(rejectedSteps)
    memory[3] = hasFailed ? 1 : 0
    memory[4] = smallestStep
    memory[5] = largestStep
  }
}

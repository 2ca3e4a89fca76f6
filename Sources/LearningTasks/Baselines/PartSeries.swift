package import TimeSeries

/// A series and the times of a part of the data: forecasts lie within these times, and may read
/// what lies before them.
package struct PartSeries: Sendable {
  /// The whole series.
  package let series: TimeSeries
  /// The times of the part.
  package let range: ClosedRange<Double>

  /// The rows of the part, and, for a part that is not at the start, no row at its lower bound,
  /// which belongs to the part before.
  var rows: TimeSeries {
    isFirst
      ? series.rows(0..<series.firstRow(after: range.upperBound))
      : series.part(after: range.lowerBound, through: range.upperBound)
  }

  private var isFirst: Bool { range.lowerBound <= series.firstTime ?? range.lowerBound }

  /// The times of the part and of a history before it; `nil` for an empty series.
  func range(withHistory history: Double) -> ClosedRange<Double>? {
    guard let first = series.firstTime, let last = series.lastTime else { return nil }
    let (lower, upper) = (max(first, range.lowerBound - history), min(last, range.upperBound))
    return lower <= upper ? lower...upper : nil
  }

  /// The length of time in which forecasts may begin.
  func origins(history: Double) -> Double {
    guard let range = range(withHistory: history) else { return 0 }
    return max(0, range.upperBound - range.lowerBound - history)
  }
}

extension [PartSeries] {
  /// The rows of each series in the part.
  var rows: [TimeSeries] { map(\.rows) }
}

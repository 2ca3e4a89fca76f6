import Platform
package import Tables

/// Periods of series, in rows of a regular grid.
///
/// A period is the lag of a maximum of the autocorrelation, after a linear trend has been removed,
/// or the length of a day, a week or a year if the times are dates. Whether a period helps is
/// decided by forecasts of the validation part.
package enum SeasonalPeriods {
  /// At most two periods of a channel, in rows; none shorter than two rows, or longer than a half
  /// of the grid.
  package static func find(in values: [Double], spacing: Double, axis: TimeAxis) -> [Double] {
    let correlations = autocorrelations(of: values)
    guard correlations.count > 3 else { return [] }
    let limit = max(0.2, 2 / Double(values.count).squareRoot())
    /// The largest correlation near a lag, a tenth on both sides.
    func strength(_ lag: Double) -> Double {
      let (low, high) = (Int((0.95 * lag).rounded(.down)), Int((1.05 * lag).rounded(.up)))
      guard low >= 2, high < correlations.count else { return -1 }
      return correlations[low...high].max() ?? -1
    }
    let peaks = (2..<correlations.count - 1).filter {
      correlations[$0] > limit && correlations[$0] >= correlations[$0 - 1]
        && correlations[$0] > correlations[$0 + 1]
    }
    var periods: [Double] = []
    let highest = peaks.map { correlations[$0] }.max() ?? 0
    // Multiples of a period have almost the same correlation.
    if let first = peaks.first(where: { correlations[$0] > 0.9 * highest }) {
      periods.append(refined(first, correlations))
    }
    for lag in calendarPeriods(spacing: spacing, axis: axis)
    where strength(lag) > limit {
      periods.removeAll { abs($0 / lag - 1) < 0.06 }
      periods.append(lag)
    }
    return Array(periods.sorted { strength($0) > strength($1) }.prefix(2)).sorted()
  }

  /// The lag of the parabola through a maximum and its neighbours, if they differ from a whole
  /// number.
  private static func refined(_ peak: Int, _ correlations: [Double]) -> Double {
    let (before, at, after) = (correlations[peak - 1], correlations[peak], correlations[peak + 1])
    let curvature = before - 2 * at + after
    guard peak > 20, curvature < 0 else { return Double(peak) }
    return Double(peak) + 0.5 * (before - after) / curvature
  }

  private static func calendarPeriods(spacing: Double, axis: TimeAxis) -> [Double] {
    guard case .calendar(_, let unit, _) = axis else { return [] }
    let day = 86_400 / unit.seconds
    return [day, 7 * day, 365.2425 * day].map { $0 / spacing }.filter { $0 > 1.9 }
  }

  /// Autocorrelations of the detrended values at the lags 0, 1, …, half the count.
  private static func autocorrelations(of values: [Double]) -> [Double] {
    let count = values.count
    guard count >= 8 else { return [] }
    let middle = Double(count - 1) / 2
    let mean = values.reduce(0, +) / Double(count)
    var (products, squares) = (0.0, 0.0)
    for (row, value) in values.enumerated() {
      products += (Double(row) - middle) * (value - mean)
      squares += (Double(row) - middle) * (Double(row) - middle)
    }
    let rest = values.enumerated().map { $1 - mean - products / squares * (Double($0) - middle) }
    let variance = rest.reduce(0) { $0 + $1 * $1 }
    guard variance > 0 else { return [] }
    return (0...count / 2).map { lag in
      var sum = 0.0
      for row in lag..<count { sum += rest[row] * rest[row - lag] }
      // At long lags there are fewer products; their mean is comparable.
      return sum / variance * Double(count) / Double(count - lag)
    }
  }
}

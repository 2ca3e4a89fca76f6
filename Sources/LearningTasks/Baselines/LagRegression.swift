import Platform

/// Linear regression of each step on the recent past: lags of all channels, and the values one and
/// two seasons before the step, fitted by ridge regression on standardized features.
///
/// Features and target are differences from the channel's last value, or from the value one season
/// before the step, which is the forecast if no feature helps.
package struct LagRegression: Hashable, Sendable {
  /// The number of own lags after the last value.
  var lags: Int
  /// The number of lags of every other channel.
  var otherLags: Int
  /// Periods of seasonal features, in rows.
  var periods: [Double]
  /// The period of the season that is the starting point; `nil` for the last value.
  var base: Double?
  /// The fitted steps, in increasing order.
  var steps: [Int]
  /// For each fitted step the intercept, and one coefficient for each feature.
  var coefficients: [[Double]] = []

  package init(
    lags: Int, otherLags: Int, periods: [Double], base: Double?, steps: [Int],
    coefficients: [[Double]] = []
  ) {
    self.lags = lags
    self.otherLags = otherLags
    self.periods = periods
    self.base = base
    self.steps = steps
    self.coefficients = coefficients
  }

  /// The most further channels that are read.
  private static let channelLimit = 8

  /// The forecasts of the fitted steps.
  func forecast(_ past: GridPast, channel: Int) -> [Double] {
    let common = commonFeatures(past, channel)
    return zip(steps, coefficients).map { step, coefficients in
      let features = common + seasonalFeatures(past, channel, step)
      return zip(features, coefficients.dropFirst())
        .reduce(start(past, channel, step) + coefficients[0]) { $0 + $1.0 * $1.1 }
    }
  }

  private func start(_ past: GridPast, _ channel: Int, _ step: Int) -> Double {
    base.flatMap { past.seasonal(channel, step: step, period: $0) } ?? past.level(channel)
  }

  private func commonFeatures(_ past: GridPast, _ channel: Int) -> [Double] {
    let level = past.level(channel)
    var features = (1...max(lags, 1)).map {
      (past.value(channel, rowsBack: Double($0)) ?? level) - level
    }
    for other in past.grid.values.indices.filter({ $0 != channel }).prefix(Self.channelLimit) {
      let last = past.level(other)
      features.append(last)
      features += (1..<max(otherLags, 1)).map {
        (past.value(other, rowsBack: Double($0)) ?? last) - last
      }
    }
    return features
  }

  private func seasonalFeatures(_ past: GridPast, _ channel: Int, _ step: Int) -> [Double] {
    let level = past.level(channel)
    return periods.flatMap { period in
      [0.0, 1].map { further in
        (past.seasonal(channel, step: step, period: period, further: further) ?? level) - level
      }
    }
  }

  /// The moment of a forecast: the rows known of a grid.
  typealias Moment = (grid: Int, count: Int)

  /// Fits every step for each of some penalties.
  ///
  /// - Parameter penalties: of the squared coefficients of standardized features, relative to the
  ///   mean squared feature.
  func fitted(
    to grids: [SeriesGrid], at moments: [Moment], channel: Int, penalties: [Double]
  ) -> [LagRegression] {
    var results = penalties.map { _ in self }
    for step in steps {
      var (rows, targets): ([[Double]], [Double]) = ([], [])
      for moment in moments {
        let grid = grids[moment.grid]
        let row = moment.count - 1 + step
        guard row < grid.count, grid.isObserved[channel][row] else { continue }
        let past = GridPast(grid, count: moment.count)
        rows.append(commonFeatures(past, channel) + seasonalFeatures(past, channel, step))
        targets.append(grid.values[channel][row] - start(past, channel, step))
      }
      let fits = RidgePath(rows: rows, targets: targets).coefficients(penalties)
      for place in penalties.indices { results[place].coefficients.append(fits[place]) }
    }
    return results
  }
}

/// Ridge regressions with an intercept on standardized features, for several penalties.
package struct RidgePath {
  private let width: Int
  private let targetMean: Double
  private var means: [Double]
  private var deviations: [Double]
  /// The correlations of the features, and with the targets.
  private var gram: [Double]
  private var right: [Double]

  package init(rows: [[Double]], targets: [Double]) {
    width = rows.first?.count ?? 0
    let scale = 1 / Double(max(rows.count, 1))
    targetMean = targets.reduce(0, +) * scale
    means = [Double](repeating: 0, count: width)
    for row in rows { for j in 0..<width { means[j] += row[j] * scale } }
    deviations = [Double](repeating: 0, count: width)
    for row in rows {
      for j in 0..<width { deviations[j] += (row[j] - means[j]) * (row[j] - means[j]) * scale }
    }
    for j in 0..<width { deviations[j] = deviations[j] > 0 ? deviations[j].squareRoot() : 0 }
    gram = [Double](repeating: 0, count: width * width)
    right = [Double](repeating: 0, count: width)
    var centred = [Double](repeating: 0, count: width)
    for (row, target) in zip(rows, targets) {
      for j in 0..<width {
        centred[j] = deviations[j] > 0 ? (row[j] - means[j]) / deviations[j] : 0
      }
      for i in 0..<width {
        let factor = centred[i] * scale
        if factor == 0 { continue }
        for j in 0...i { gram[i * width + j] += factor * centred[j] }
        right[i] += factor * (target - targetMean)
      }
    }
  }

  /// The intercept and the slopes, in the units of the features, for each penalty.
  package func coefficients(_ penalties: [Double]) -> [[Double]] {
    penalties.map { penalty in
      var matrix = gram
      for j in 0..<width { matrix[j * width + j] += max(penalty, 1e-10) }
      let slopes = zip(LeastSquares.solve(matrix, right), deviations).map { $1 > 0 ? $0 / $1 : 0 }
      let intercept = targetMean - zip(slopes, means).reduce(0) { $0 + $1.0 * $1.1 }
      return [intercept] + slopes
    }
  }
}

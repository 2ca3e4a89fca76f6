import Platform
import Tables
import TimeSeries

/// The statistical forecasters of one channel, fitted to the training part and compared on the
/// validation part.
package struct AnchorFit: Sendable {
  /// One forecaster.
  package struct Candidate: Sendable {
    package let forecaster: StatisticalForecaster
    /// The root mean squared error of each step in the validation part.
    package let errors: [Double]

    /// The mean logarithm of the errors, by which forecasters are compared.
    var score: Double {
      errors.reduce(0) { $0 + Double.logarithm(max($1, .leastNormalMagnitude)) }
        / Double(max(errors.count, 1))
    }
  }

  package let candidates: [Candidate]
  /// The best forecaster, or the best mean of several.
  package let chosen: Candidate
  let grid: ForecastGrid
  /// The periods that were considered, in rows.
  let periods: [Double]

  /// The grid of several channels.
  static func grid(of fits: [AnchorFit]) -> ForecastGrid? {
    var grid = fits.first?.grid
    grid?.lookback = fits.map(\.grid.lookback).max() ?? 1
    return grid
  }

  /// The best candidate of each family, in the order of the families.
  var families: [Candidate] {
    Dictionary(grouping: candidates, by: \.forecaster.family).sorted { $0.key < $1.key }
      .compactMap { $0.value.min { $0.score < $1.score } }
  }
}

/// The data that statistical forecasters are fitted to and compared on.
struct AnchorData: Sendable {
  /// The parts of the data and the lengths of windows.
  struct Source: Sendable {
    var training: [PartSeries]
    var validation: [PartSeries]
    var axis: TimeAxis
    var spacing: Double
    var history: Double
    var future: Double
    /// Numbers of forecast channels, and of all channels.
    var targets: Int
    var channels: Int

    /// The forecasters of each forecast channel.
    ///
    /// With a short validation part they are compared by fits to the first 60 % of the training
    /// part, on the rest of it and the validation part.
    func fits() -> [AnchorFit] {
      let data = AnchorData(self)
      let earlier =
        data.tests.count < AnchorData.leastTests ? self.earlier.map(AnchorData.init) : nil
      return (0..<targets).map { channel in
        let periods = data.periods(channel)
        let forecasters = data.forecasters(channel, periods)
        let compared = earlier?.forecasters(channel, periods) ?? forecasters
        let lookback = AnchorData.lookback(periods, history: data.history)
        return (earlier ?? data).fit(
          forecasters, comparing: compared, channel, periods: periods, lookback: lookback)
      }
    }

    /// The same series with an earlier end of the training part; `nil` if the parts are different
    /// series.
    private var earlier: Source? {
      var source = self
      guard training.count == validation.count else { return nil }
      for place in training.indices {
        let (one, other) = (training[place].range, validation[place].range)
        guard one.upperBound <= other.lowerBound else { return nil }
        let border = one.lowerBound + 0.6 * (one.upperBound - one.lowerBound)
        source.training[place] = PartSeries(
          series: training[place].series, range: one.lowerBound...border)
        source.validation[place] = PartSeries(
          series: validation[place].series, range: border...other.upperBound)
      }
      return source
    }
  }

  let training: [SeriesGrid]
  let validation: [SeriesGrid]
  /// The moments of the training part, and those at which forecasters are compared.
  let moments: [LagRegression.Moment]
  let tests: [LagRegression.Moment]
  /// The number of rows at which forecasters could be compared.
  private let testRows: Double
  let axis: TimeAxis
  let spacing: Double
  let steps: Int
  /// Rows of a network's history.
  let history: Int

  /// The largest numbers of series, of rows of a series, and of moments that are read.
  private static let seriesLimit = 200
  private static let rowLimit = 20_000
  private static let momentLimit = (training: 3_000, validation: 400)
  /// The number of moments below which a validation part is short.
  private static let leastTests = 120
  /// The largest period, in rows.
  private static let periodLimit = 1_000.0

  /// Resamples both parts.
  init(_ source: Source) {
    axis = source.axis
    spacing = source.spacing
    let spacing = source.spacing
    steps = max(1, Int(min((source.future / spacing).rounded(), 10_000)))
    history = max(2, Int(min((source.history / spacing).rounded(), 10_000)))
    func grids(_ parts: [PartSeries]) -> [SeriesGrid] {
      parts.evenly(Self.seriesLimit).map { part in
        SeriesGrid(
          part.series, now: part.range.upperBound, spacing: spacing, rows: Self.rowLimit,
          channels: source.channels)
      }
    }
    training = grids(source.training)
    validation = grids(source.validation)
    moments = training.enumerated().flatMap { number, grid in
      (1..<max(grid.count, 1)).map { (number, $0) }
    }.evenly(Self.momentLimit.training)
    let ranges = source.validation.evenly(Self.seriesLimit).map(\.range)
    let all = validation.enumerated().flatMap { number, grid -> [LagRegression.Moment] in
      let back = (grid.end - ranges[number].lowerBound) / spacing * (1 + 1e-9)
      // Forecasts begin at the last row before the part, or after a short history of a new series.
      let first = max(grid.count - 1 - Int(max(0, min(back, 1e6))), min(8, grid.count / 2), 1)
      return (first..<max(grid.count, first)).map { (number, $0) }
    }
    testRows = Double(all.count)
    tests = all.evenly(Self.momentLimit.validation)
  }

  /// All forecasters of a channel, fitted to the training part; `nil` where the data are too short
  /// for one.
  private func forecasters(_ channel: Int, _ periods: [Double]) -> [StatisticalForecaster?] {
    let plain: [StatisticalForecaster?] =
      [.lastValue] + periods.map { .seasonalNaive(period: $0) } + fitted(channel, periods) { $0 }
    guard let floor = floor(channel) else { return plain }
    return plain
      + fitted(channel, periods) { Double.logarithm(max($0, floor)) }
      .map { $0.map { .logarithmic($0, floor: floor) } }
  }

  /// Compares forecasters and chooses among them.
  ///
  /// - Parameter compared: the same forecasters, fitted to the training part of these data.
  private func fit(
    _ forecasters: [StatisticalForecaster?], comparing compared: [StatisticalForecaster?],
    _ channel: Int, periods: [Double], lookback: Int
  ) -> AnchorFit {
    let usable = zip(forecasters, compared).compactMap { final, one in
      final.flatMap { final in one.map { (final: final, compared: $0) } }
    }
    let forecasts = usable.map { self.forecasts($0.compared, channel, lookback) }
    let targets = self.targets(channel)
    let candidates = zip(usable, forecasts).map {
      AnchorFit.Candidate(forecaster: $0.final, errors: errors($1, targets))
    }
    return AnchorFit(
      candidates: candidates, chosen: chosen(candidates, forecasts, targets),
      grid: ForecastGrid(spacing: spacing, steps: steps, lookback: lookback), periods: periods)
  }

  /// The rows before a forecast that forecasters of some periods read.
  static func lookback(_ periods: [Double], history: Int) -> Int {
    max(200, history + 1, Int(4 * (periods.max() ?? 0)) + 1)
  }

  // MARK: Candidates

  fileprivate func periods(_ channel: Int) -> [Double] {
    guard
      let grid = training.max(by: {
        $0.count - $0.firstRows[channel] < $1.count - $1.firstRows[channel]
      })
    else { return [] }
    let known = grid.values[channel][min(grid.firstRows[channel], grid.count)...]
    return SeasonalPeriods.find(in: Array(known.suffix(4_096)), spacing: spacing, axis: axis)
      .filter { $0 <= Self.periodLimit }
  }

  /// Half the smallest value of a channel whose values are all positive; `nil` for others.
  private func floor(_ channel: Int) -> Double? {
    var least = Double.infinity
    for grid in training {
      for row in 0..<grid.count where grid.isObserved[channel][row] {
        least = min(least, grid.values[channel][row])
      }
    }
    return least > 0 && least.isFinite ? least / 2 : nil
  }

  /// Smoothing and regressions of transformed values.
  private func fitted(
    _ channel: Int, _ periods: [Double], transform: (Double) -> Double
  ) -> [StatisticalForecaster?] {
    let grids = training.map { $0.rows(0..<$0.count, mapped: transform) }
    let values = grids.map { grid in
      grid.values[channel][min(grid.firstRows[channel], grid.count)...]
    }
    // Seasons of whole rows, of which each has been seen three times.
    let seasons = periods.map { Int($0.rounded()) }.filter { $0 >= 2 && $0 <= 400 }
    var results: [StatisticalForecaster?] = ([0] + seasons).map { period in
      ExponentialSmoothing.fitted(to: values, period: period).map { .smoothing($0) }
    }
    let knots = Self.knots(steps)
    let lags = max(2, min(48, history, moments.count / 6))
    var shapes = [(periods: [Double], base: Double?)]()
    shapes.append(([], nil))
    if let longest = periods.max() {
      shapes.append((periods, nil))
      shapes.append((periods, longest))
    }
    for shape in shapes {
      let regression = LagRegression(
        lags: lags, otherLags: 3, periods: shape.periods, base: shape.base, steps: knots)
      // The moments whose features are known.
      let reach = Int(shape.periods.max() ?? 0) + lags
      let known = moments.filter { $0.count > grids[$0.grid].firstRows[channel] + reach }
      results += regression.fitted(
        to: grids, at: known.count >= 3 * steps ? known : moments, channel: channel,
        penalties: [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1, 10]
      ).map { .regression($0) }
    }
    return results
  }

  /// At most 24 steps, all of the first ones.
  private static func knots(_ steps: Int) -> [Int] {
    if steps <= 24 { return Array(1...steps) }
    let spread = (1...16).map { 8 + (steps - 8) * $0 / 16 }
    return Array(Set(Array(1...8) + spread)).sorted()
  }

  // MARK: Comparison

  /// The forecasts of all moments, `[moment][step]`.
  private func forecasts(
    _ forecaster: StatisticalForecaster, _ channel: Int, _ lookback: Int
  ) -> [[Double]] {
    tests.map { moment in
      let past = GridPast(validation[moment.grid], count: moment.count, lookback: lookback)
      return forecaster.forecast(past, channel: channel, steps: steps)
    }
  }

  /// `[moment][step]`; `nil` for steps without an observation.
  private func targets(_ channel: Int) -> [[Double?]] {
    tests.map { moment in
      let grid = validation[moment.grid]
      return (0..<steps).map { step in
        let row = moment.count + step
        return row < grid.count && grid.isObserved[channel][row] ? grid.values[channel][row] : nil
      }
    }
  }

  private func errors(_ forecasts: [[Double]], _ targets: [[Double?]]) -> [Double] {
    (0..<steps).compactMap { step in
      var (sum, count) = (0.0, 0)
      for (forecast, target) in zip(forecasts, targets) {
        guard let value = target[step] else { continue }
        sum += (forecast[step] - value) * (forecast[step] - value)
        count += 1
      }
      return count > 0 ? (sum / Double(count)).squareRoot() : nil
    }
  }

  /// The best mean of forecasters: chosen one by one if the moments cover many futures, and
  /// otherwise weighted by their errors, because the best of a few forecasts is often the luckiest.
  private func chosen(
    _ candidates: [AnchorFit.Candidate], _ forecasts: [[[Double]]], _ targets: [[Double?]]
  ) -> AnchorFit.Candidate {
    let usable = candidates.indices.filter { place in
      !candidates[place].errors.isEmpty && candidates[place].score.isFinite
    }
    guard !usable.isEmpty else { return candidates[0] }
    let weights =
      futures < Self.manyFutures
      ? weighted(candidates, usable) : selected(candidates, usable, forecasts, targets)
    let mixed = targets.indices.map { moment in
      (0..<steps).map { step in
        weights.reduce(0) { $0 + $1.value * forecasts[$1.key][moment][step] }
      }
    }
    if weights.count == 1, let only = weights.first { return candidates[only.key] }
    return AnchorFit.Candidate(
      forecaster: .mean(
        weights.sorted { $0.key < $1.key }.map {
          .init(weight: $0.value, forecaster: candidates[$0.key].forecaster)
        }), errors: errors(mixed, targets))
  }

  /// The number of futures that the moments cover, one after the other.
  private var futures: Double {
    testRows / Double(steps)
  }

  /// The number of futures above which forecasters are selected.
  private static let manyFutures = 20.0

  /// The best forecaster of each family, weighted by a power of its inverse error that increases with
  /// the number of futures.
  private func weighted(_ candidates: [AnchorFit.Candidate], _ usable: [Int]) -> [Int: Double] {
    let best = Dictionary(grouping: usable) { candidates[$0].forecaster.family }.values
      .compactMap { $0.min { candidates[$0].score < candidates[$1].score } }
    let least = best.map { candidates[$0].score }.min() ?? 0
    var weights: [Int: Double] = [:]
    for place in best {
      let weight = Double.exponential((4 + futures) * (least - candidates[place].score))
      if weight > 0.1 { weights[place] = weight }
    }
    let sum = weights.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
    return weights.mapValues { $0 / sum }
  }

  /// Forecasters are added to a mean one by one, each the one that helps most, while the mean
  /// improves by half a percent.
  ///
  /// Source: Caruana et al. 2004, "Ensemble selection from libraries of
  /// models".
  private func selected(
    _ candidates: [AnchorFit.Candidate], _ usable: [Int], _ forecasts: [[[Double]]],
    _ targets: [[Double?]]
  ) -> [Int: Double] {
    let first = usable.min { candidates[$0].score < candidates[$1].score } ?? 0
    var (picks, score) = ([first], candidates[first].score)
    var sums = forecasts[first]
    while picks.count < 8 {
      let share = 1 / Double(picks.count + 1)
      var found: (place: Int, score: Double)?
      for place in usable {
        let mixed = zip(sums, forecasts[place]).map { zip($0, $1).map { ($0 + $1) * share } }
        let one = AnchorFit.Candidate(forecaster: .lastValue, errors: errors(mixed, targets))
        if one.score < found?.score ?? .infinity { found = (place, one.score) }
      }
      guard let found, found.score < score - 0.005 else { break }
      picks.append(found.place)
      score = found.score
      sums = zip(sums, forecasts[found.place]).map { zip($0, $1).map { $0 + $1 } }
    }
    return Dictionary(picks.map { ($0, 1 / Double(picks.count)) }, uniquingKeysWith: +)
  }
}

extension Array {
  /// At most `limit` elements, evenly spaced.
  func evenly(_ limit: Int) -> [Element] {
    guard count > limit else { return self }
    return (0..<limit).map { self[(2 * $0 + 1) * count / (2 * limit)] }
  }
}

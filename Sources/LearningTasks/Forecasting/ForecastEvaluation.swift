package import Serialization
import TimeSeries

/// The quality of forecasts of one kind.
public struct ForecastScore: Hashable, Sendable {
  public var count: Int
  /// In the data's unit.
  public var rootMeanSquaredError: Double
  /// The mean absolute error, in the unit of the channel.
  public var meanAbsoluteError: Double
  /// In nats per forecast.
  public var negativeLogLikelihood: Double
  /// Fraction of observations inside the central band of 90 %.
  public var coverage: Double

  /// The scores of forecasts.
  public init(_ forecasts: GaussianForecasts) {
    count = forecasts.count
    rootMeanSquaredError = forecasts.rootMeanSquaredError
    meanAbsoluteError = forecasts.meanAbsoluteError
    negativeLogLikelihood = forecasts.negativeLogLikelihood
    coverage = forecasts.coverage(ofCentral: 0.9)
  }

  package var json: JSONValue {
    [
      "count": JSONValue(count), "rmse": .number(rootMeanSquaredError),
      "mae": .number(meanAbsoluteError), "nll": .number(negativeLogLikelihood),
      "coverage90": .number(coverage),
    ]
  }
}

/// A trained model and the baselines on the same windows and the same hidden observations.
public struct ForecastEvaluation: Sendable {
  /// One row of the comparison: a channel and a horizon, or a channel and a gap length.
  public struct Line: Sendable {
    /// The forecast channel.
    public let channel: String
    /// The horizon or the gap length, in the unit of the times.
    public let length: Double
    /// The model's forecasts.
    public let model: GaussianForecasts
    /// The forecasts of each baseline for the same observations.
    public let baselines: [(name: String, forecasts: GaussianForecasts)]
    /// 90 % intervals of the root mean squared errors, the model's first; empty with too few
    /// forecasts.
    public let intervals: [ClosedRange<Double>]
    /// The comparisons with each baseline.
    public let comparisons: [ForecastComparison]

    /// Compares forecasts.
    ///
    /// - Parameter blockLength: consecutive entries that share observations, the block of the
    ///   bootstrap.
    public init(
      channel: String, length: Double, model: GaussianForecasts,
      baselines: [(name: String, forecasts: GaussianForecasts)], blockLength: Int
    ) {
      self.channel = channel
      self.length = length
      self.model = model
      self.baselines = baselines
      (intervals, comparisons) = ForecastComparison.all(model, baselines, blockLength)
    }

    /// The scores of the model.
    public var score: ForecastScore { ForecastScore(model) }
  }

  public var horizons: [Line]
  /// The figures of hidden gaps, by channel and length.
  public var gaps: [Line]
  /// The name of the model.
  public var modelName: String
  /// The check on up to 100 of the test windows; `nil` if the model solves no equation.
  public var solverCheck: SolverCheck?
  /// For a GOKU-net, the parameters of every series; `nil` for other models.
  public var inferred: InferredParameters?

  /// An evaluation of a model of the given name.
  public init(horizons: [Line], gaps: [Line], modelName: String) {
    self.horizons = horizons
    self.gaps = gaps
    self.modelName = modelName
  }
}

extension ForecastEvaluation {
  /// Evaluates on the test part; statistical baselines are fitted to the training part, the models
  /// `beside` are trained already.
  ///
  /// - Throws: `RunError.forecastsNotFinite` if a model has no figures.
  public init(
    _ forecaster: SeriesForecaster, beside: [SeriesForecaster] = [], on data: ForecastData
  ) throws {
    modelName = forecaster.kind.title
    // Lengths that the test part is too short for are omitted.
    horizons = try Self.horizons(forecaster, beside, data).filter { $0.model.count > 0 }
    gaps = try (data.recipe.gaps ?? []).flatMap { try Self.gap($0, forecaster, beside, data) }
      .filter { $0.model.count > 0 }
    solverCheck = forecaster.solverCheck(
      on: Self.sample(data.testWindows).map {
        SeriesExample(forecasting: $0, history: data.plan.history)
      })
  }

  /// At most 100 windows, evenly spaced.
  private static func sample(_ windows: [Window]) -> [Window] {
    let count = min(windows.count, 100)
    return (0..<count).map { windows[$0 * windows.count / count] }
  }

  private static func horizons(
    _ forecaster: SeriesForecaster, _ beside: [SeriesForecaster], _ data: ForecastData
  ) throws -> [Line] {
    let (training, test) = (data.windows(of: .training), data.testWindows)
    let horizons = data.recipe.horizons ?? []
    let tolerance = data.plan.tolerance
    let others = try beside.map { ($0.kind.title, try predictions($0, test, horizons, data)) }
    // Overlapping windows.
    let overlap = (data.plan.history + data.plan.future) / data.plan.stride
    let block = Int(min(overlap.rounded(.up), 1e9))
    var lines: [Line] = []
    let predicted = try predictions(forecaster, test, horizons, data)
    for (channel, name) in data.channels.enumerated() {
      let baselines = baselines(of: channel, training, horizons, data)
      let compared = baselines.map {
        ($0.name, $0.forecasts(of: test, tolerance: tolerance, channel: channel))
      }
      for (place, horizon) in horizons.enumerated() {
        lines.append(
          Line(
            channel: name, length: horizon, model: predicted[channel][place],
            baselines: compared.map { ($0.0, $0.1[place]) }
              + others.map { ($0.0, $0.1[channel][place]) }, blockLength: block))
      }
    }
    return lines
  }

  /// The baselines of a channel: statistical forecasters of all families, the best of each on the
  /// validation part, and the chosen one.
  private static func baselines(
    of channel: Int, _ training: [Window], _ horizons: [Double], _ data: ForecastData
  ) -> [any ForecastBaseline] {
    let tolerance = data.plan.tolerance
    var baselines: [any ForecastBaseline] = [
      LastValueBaseline(
        fitting: training, horizons: horizons, tolerance: tolerance, channel: channel)
    ]
    // With fewer windows the fit passes through all of them.
    if Double(training.count) > 3 * data.plan.history / data.clock.spacing {
      baselines.append(
        AutoregressionBaseline(
          fitting: training, horizons: horizons, history: data.plan.history,
          spacing: data.clock.spacing, tolerance: tolerance, channel: channel))
    }
    let fit = data.anchorFits.value[channel]
    baselines += fit.families.filter { $0.forecaster != .lastValue }.map {
      StatisticalBaseline($0, on: fit.grid, horizons: horizons, channel: channel)
    }
    return baselines + [
      StatisticalBaseline(
        fit.chosen, name: "statistical forecast", on: fit.grid, horizons: horizons,
        channel: channel)
    ]
  }

  /// `[channel][horizon]`, at the true times of the targets.
  private static func predictions(
    _ forecaster: SeriesForecaster, _ windows: [Window], _ horizons: [Double], _ data: ForecastData
  ) throws -> [[GaussianForecasts]] {
    var (lost, all) = (0, 0)
    var results = data.channels.map { _ in horizons.map { _ in GaussianForecasts() } }
    forecaster.forEachForecast(of: windows) {
      SeriesExample(forecasting: $0, history: data.plan.history)
    } body: { window, forecast in
      for channel in data.channels.indices {
        for (place, horizon) in horizons.enumerated() {
          guard
            let target = window.target(
              at: horizon, within: data.plan.tolerance, channel: channel),
            let row = forecast.times.firstIndex(of: target.time)
          else { continue }
          all += 1
          guard forecast.isFinite(row, channel) else {
            lost += 1
            continue
          }
          results[channel][place].append(
            mean: forecast.means[row][channel], deviation: forecast.deviations[row][channel],
            observed: target.value)
        }
      }
    }
    try check(lost, of: all, forecaster)
    return results
  }

  /// Figures of the remaining forecasts would refer to other windows than those of the baselines.
  private static func check(
    _ lost: Int, of all: Int, _ forecaster: SeriesForecaster
  ) throws(RunError) {
    if lost > 0 {
      throw .forecastsNotFinite(model: forecaster.kind.title, lost: lost, all: all)
    }
  }

  private static func gap(
    _ length: Double, _ forecaster: SeriesForecaster, _ beside: [SeriesForecaster],
    _ data: ForecastData
  ) throws -> [Line] {
    let gaps = data.gaps(of: .test, length: length)
    let fitted = data.gaps(of: .training, length: length)
    let filled = try filled(gaps, forecaster, data)
    let others = try beside.map { ($0.kind.title, try Self.filled(gaps, $0, data)) }
    return data.channels.enumerated().map { channel, name in
      let baseline = InterpolationBaseline(fitting: fitted, channel: channel)
      // Observations of one gap, and of an overlapping gap.
      let block = 2 * filled[channel].count / max(gaps.count, 1)
      return Line(
        channel: name, length: length, model: filled[channel],
        baselines: [(baseline.name, baseline.forecasts(of: gaps))]
          + others.map { ($0.0, $0.1[channel]) }, blockLength: block)
    }
  }

  /// `[channel]`, at the hidden observations.
  private static func filled(
    _ gaps: [HiddenGap], _ forecaster: SeriesForecaster, _ data: ForecastData
  ) throws -> [GaussianForecasts] {
    var (lost, all) = (0, 0)
    var results = data.channels.map { _ in GaussianForecasts() }
    forecaster.forEachForecast(of: gaps) {
      SeriesExample(filling: $0)
    } body: { gap, forecast in
      for row in 0..<gap.hidden.count {
        for channel in data.channels.indices {
          guard let value = gap.hidden.value(row, channel) else { continue }
          all += 1
          guard forecast.isFinite(row, channel) else {
            lost += 1
            continue
          }
          results[channel].append(
            mean: forecast.means[row][channel], deviation: forecast.deviations[row][channel],
            observed: value)
        }
      }
    }
    try check(lost, of: all, forecaster)
    return results
  }
}

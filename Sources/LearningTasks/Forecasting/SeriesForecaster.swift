public import TimeSeries
public import Tensors

/// Forecasts for one example, in the data's own units.
public struct SeriesForecast: Hashable, Sendable {
  /// The times of the forecasts.
  public var times: [Double]
  /// `[time][channel]`.
  public var means: [[Double]] = []
  /// Deviation of a new observation: noise and the uncertainty of the latent state together;
  /// `[time][channel]`.
  public var deviations: [[Double]] = []
  /// Latent or hidden states, `[time][state]`.
  public var states: [[Double]] = []

  /// No forecasts yet, for given times.
  public init(times: [Double]) { self.times = times }

  /// Whether a forecast is a finite number with a finite, positive deviation.
  func isFinite(_ row: Int, _ channel: Int) -> Bool {
    means[row][channel].isFinite && deviations[row][channel].isFinite
      && deviations[row][channel] > 0
  }
}

/// A trained forecasting model: a network, the statistical forecast that it starts from, and the
/// correction that was found on the validation part.
public struct SeriesForecaster: Sendable {
  /// A trained network of any kind.
  public enum Network: Sendable {
    case latentODE(LatentForecaster)
    case recurrent(ForecastKind, RecurrentForecaster)
    case law(MechanismForecaster)
  }

  /// The network, of any kind.
  public var network: Network
  /// The statistical forecast; `nil` for the last value.
  public var anchor: Anchor?
  /// The share of the network's deviation in each forecast, and the widths of the bands; `nil` for
  /// the forecast of the network alone.
  public var adjustment: ForecastAdjustment?

  /// A network with what its forecasts are added to.
  public init(
    _ network: Network, anchor: Anchor? = nil, adjustment: ForecastAdjustment? = nil
  ) {
    self.network = network
    self.anchor = anchor
    self.adjustment = adjustment
  }

  public var kind: ForecastKind {
    switch network {
    case .latentODE: .latentODE
    case .recurrent(let kind, _): kind
    case .law: .goku
    }
  }

  /// Mean and scale of each channel.
  public var normalization: Normalization {
    switch network {
    case .latentODE(let forecaster): forecaster.normalization
    case .recurrent(_, let forecaster): forecaster.normalization
    case .law(let forecaster): forecaster.normalization
    }
  }

  /// Clock, channels and covariates.
  public var parts: LatentBatchBuilder {
    switch network {
    case .latentODE(let forecaster): forecaster.builder
    case .recurrent(_, let forecaster): forecaster.builder.parts
    case .law(let forecaster): forecaster.builder
    }
  }

  /// The target channels.
  public var channels: [String] {
    Array(normalization.channels.prefix(parts.channelCount))
  }

  /// The weights of the network.
  public var model: any TensorTree {
    switch network {
    case .latentODE(let forecaster): forecaster.model
    case .recurrent(_, let forecaster): forecaster.model
    case .law(let forecaster): forecaster.model
    }
  }

  /// The number of trained scalars.
  public var parameterCount: Int { model.parameterCount }

  /// The parameters in order.
  public var tensors: [Tensor] { model.tensors }

  /// Forecasts for examples in the data's own units; they do not depend on each other.
  public func forecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    let examples = examples.map { $0.anchored(by: anchor) }
    let forecasts = networkForecasts(examples)
    guard let adjustment else { return forecasts }
    return zip(forecasts, examples).map { adjustment.adjusted($0, of: $1, anchor) }
  }

  /// The forecasts of the network, without the adjustment.
  ///
  /// - Precondition: the examples have their statistical forecasts.
  func networkForecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    switch network {
    case .latentODE(let forecaster): forecaster.forecasts(examples)
    case .recurrent(_, let forecaster): forecaster.forecasts(examples)
    case .law(let forecaster): forecaster.forecasts(examples)
    }
  }

  /// Calls `body` with each item and its forecast; forecasts are computed in small groups, so
  /// memory does not grow with the number of items.
  func forEachForecast<Item>(
    of items: [Item], as example: (Item) throws -> SeriesExample,
    body: (Item, SeriesForecast) throws -> Void
  ) rethrows {
    let size = 256
    for start in stride(from: 0, to: items.count, by: size) {
      let some = items[start..<min(start + size, items.count)]
      for (item, forecast) in zip(some, forecasts(try some.map(example))) {
        try body(item, forecast)
      }
    }
  }
}

extension Normalization {
  /// An example in units of the channels' standard deviations.
  func normalized(_ example: SeriesExample) -> SeriesExample {
    var result = SeriesExample(
      start: example.start, now: example.now, visible: normalized(example.visible),
      asked: normalized(example.asked))
    result.anchored = example.anchored?.map { row in
      row.enumerated().map { channel, value in value.map { normalized($0, channel) } }
    }
    return result
  }
}

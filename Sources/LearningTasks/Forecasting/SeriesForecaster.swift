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

/// A trained forecasting model of any kind.
public enum SeriesForecaster: Sendable {
  case latentODE(LatentForecaster)
  case recurrent(ForecastKind, RecurrentForecaster)
  case law(MechanismForecaster)

  public var kind: ForecastKind {
    switch self {
    case .latentODE: .latentODE
    case .recurrent(let kind, _): kind
    case .law: .goku
    }
  }

  /// Mean and scale of each channel.
  public var normalization: Normalization {
    switch self {
    case .latentODE(let forecaster): forecaster.normalization
    case .recurrent(_, let forecaster): forecaster.normalization
    case .law(let forecaster): forecaster.normalization
    }
  }

  /// Clock, channels and covariates.
  public var parts: LatentBatchBuilder {
    switch self {
    case .latentODE(let forecaster): forecaster.builder
    case .recurrent(_, let forecaster): forecaster.builder.parts
    case .law(let forecaster): forecaster.builder
    }
  }

  /// The target channels.
  public var channels: [String] {
    Array(normalization.channels.prefix(parts.channelCount))
  }

  /// The number of trained scalars.
  public var parameterCount: Int {
    switch self {
    case .latentODE(let forecaster): forecaster.model.parameterCount
    case .recurrent(_, let forecaster): forecaster.model.parameterCount
    case .law(let forecaster): forecaster.model.parameterCount
    }
  }

  /// The parameters in order.
  public var tensors: [Tensor] {
    switch self {
    case .latentODE(let forecaster): forecaster.model.tensors
    case .recurrent(_, let forecaster): forecaster.model.tensors
    case .law(let forecaster): forecaster.model.tensors
    }
  }

  /// Forecasts for examples in the data's own units; they do not depend on each other.
  public func forecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    switch self {
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
    SeriesExample(
      start: example.start, now: example.now, visible: normalized(example.visible),
      asked: normalized(example.asked))
  }
}

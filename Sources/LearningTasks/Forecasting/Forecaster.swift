import Platform
public import Serialization
import NumericCore
public import Tensors
import TimeSeries

/// A trained forecaster with its normalization, clock and encodings.
public struct Forecaster: ArchivedModel {
  public static let kind = "forecast"
  public static let title = "forecasting model"

  public var recipe: ForecastRecipe
  /// The network with its normalization.
  public var forecaster: SeriesForecaster
  /// How static covariates are encoded.
  public var covariates: CovariateEncoding

  /// A trained model with its configuration.
  public init(
    recipe: ForecastRecipe, covariates: CovariateEncoding = CovariateEncoding(),
    forecaster: SeriesForecaster
  ) {
    self.recipe = recipe
    self.covariates = covariates
    self.forecaster = forecaster
  }

  public var weights: any TensorTree { forecaster.model }

  public var descriptions: [String: JSONValue] {
    let normalization = forecaster.normalization
    let clock = forecaster.parts.clock
    var descriptions: [String: JSONValue] = [
      "normalization": [
        "channels": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
        "deviations": JSONValue(normalization.deviations), "window": .number(clock.window),
        "spacing": .number(clock.spacing),
      ],
      "covariates": covariates.json,
    ]
    descriptions["anchor"] = forecaster.anchor?.json
    descriptions["adjustment"] = forecaster.adjustment?.json
    return descriptions
  }

  public init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    covariates = try stored.required(
      CovariateEncoding(stored.document("covariates") ?? []), of: "covariates")
    let document = try stored.required(stored.document("normalization"), of: "normalization")
    let anchor = try stored.document("anchor").map { document throws(SafetensorsError) in
      try stored.required(Anchor(document), of: "anchor")
    }
    let form = try stored.required(
      Form(document, recipe, covariates, hasAnchor: anchor != nil), of: "normalization")
    let channels = form.builder.channelCount
    if let anchor, anchor.channels.count != channels {
      throw .badMetadata(key: "anchor")
    }
    let adjustment = try stored.document("adjustment").map { document throws(SafetensorsError) in
      try stored.required(ForecastAdjustment(document, channels: channels), of: "adjustment")
    }
    forecaster = SeriesForecaster(
      try form.network(stored, recipe), anchor: anchor, adjustment: adjustment)
  }

  /// The normalization of series.
  private struct Form {
    var normalization: Normalization
    var builder: LatentBatchBuilder

    /// `nil` if the parts of the document do not fit each other or the configuration.
    init?(
      _ document: JSONValue, _ recipe: ForecastRecipe, _ covariates: CovariateEncoding,
      hasAnchor: Bool
    ) {
      let inputs = recipe.reading.inputs
      guard let normalization = StoredModel.normalization(document, names: "channels"),
        let clock = StoredModel.clock(document),
        normalization.channels.suffix(inputs.count) == inputs[...],
        normalization.channels.count > inputs.count, recipe.fits(clock)
      else { return nil }
      self.normalization = normalization
      builder = recipe.builder(
        clock: clock, channels: normalization.channels.count - inputs.count,
        covariates: covariates.width, hasAnchor: hasAnchor)
    }

    func network(
      _ stored: StoredModel, _ recipe: ForecastRecipe
    ) throws(SafetensorsError) -> SeriesForecaster.Network {
      let (network, key) = (recipe.network, RandomKey(0))
      if let kind = recipe.model.recurrent {
        return .recurrent(
          recipe.model,
          RecurrentForecaster(
            model: try stored.weights(as: network.recurrent(kind, for: builder, key: key)),
            builder: RecurrentBatchBuilder(builder), normalization: normalization))
      }
      guard recipe.model == .goku else {
        return .latentODE(
          LatentForecaster(
            model: try stored.weights(as: network.model(for: builder, key: key)), builder: builder,
            normalization: normalization))
      }
      let law = try? Mechanism(
        recipe.law, channels: Array(normalization.channels.prefix(builder.channelCount)),
        normalization: normalization, timeScale: 1 / builder.clock.units(1))
      let model = recipe.law.model(
        try stored.required(law, of: "config"), for: builder, normalization,
        tolerance: network.tolerance, key: key)
      return .law(
        MechanismForecaster(
          model: try stored.weights(as: model), builder: builder, normalization: normalization))
    }
  }
}

extension ForecastRecipe {
  /// Whether the lengths agree with a clock, whose window is a history and a future.
  fileprivate func fits(_ clock: ModelClock) -> Bool {
    guard let history, let future else { return true }
    let (window, lengths) = (clock.window, (horizons ?? []) + (gaps ?? []))
    return abs(history + future - window) <= 1e-9 * window && lengths.count <= 1000
      && lengths.allSatisfy { $0 <= window }
  }
}

extension Forecaster {
  /// The baseline that was trained with a run's model; `nil` if there is none.
  public func beside(in run: String) throws(ModelArchiveError) -> Forecaster? {
    guard let kind = recipe.beside, !run.hasSuffix(".safetensors") else { return nil }
    let path = "\(run)/\(kind.rawValue).safetensors"
    guard Files.exists(path) else { return nil }
    return try Forecaster(contentsOf: path)
  }
}

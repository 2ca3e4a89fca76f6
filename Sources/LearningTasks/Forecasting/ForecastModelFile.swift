import TimeSeries
public import NumericCore
import Tensors
public import Training

/// Why a run folder cannot be used.
public enum RunError: Error, Sendable {
  case noModel(path: String, reason: SafetensorsError)
  /// The file is a model of another kind, or its description is damaged.
  case notAForecastModel(path: String)
  /// The data of a prediction lack a channel of the model.
  case channelsDiffer(model: [String], data: [String])
  /// A time of a prediction that rounding makes the same as the one before it, or as the last reading; the offset is that
  /// which was asked for, if one was.
  case timesCoincide(offset: Double?, now: Double)
  /// Forecasts that are not finite or have no positive deviation, and how many there are in all.
  case forecastsNotFinite(model: String, lost: Int, all: Int)
  /// Loss or gradient stayed non-finite.
  case diverged(step: Int)
  /// A signal came; the checkpoint continues.
  case interrupted(signal: Int, run: String)
}

/// A trained model as one file: weights, and in the metadata all that its use needs.
public struct ForecastModelFile: Sendable {
  public var recipe: ForecastRecipe
  public var forecaster: SeriesForecaster
  public var covariates: CovariateEncoding

  public init(
    recipe: ForecastRecipe, covariates: CovariateEncoding = CovariateEncoding(),
    forecaster: SeriesForecaster
  ) {
    self.recipe = recipe
    self.covariates = covariates
    self.forecaster = forecaster
  }

  /// The baseline that was trained beside the model of a run folder.
  static func path(of kind: ForecastKind, in run: String) -> String {
    run + "/\(kind.rawValue).safetensors"
  }

  package var metadata: [String: String] {
    let normalization = forecaster.normalization
    let clock = forecaster.parts.clock
    let description: JSONValue = [
      "channels": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
      "deviations": JSONValue(normalization.deviations), "window": .number(clock.window),
      "spacing": .number(clock.spacing),
    ]
    return [
      "kind": "forecast", "config": recipe.json.description,
      "normalization": description.description, "covariates": covariates.json.description,
    ]
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) {
    switch forecaster {
    case .latentODE(let one): try one.model.save(to: path, metadata: metadata)
    case .recurrent(_, let one): try one.model.save(to: path, metadata: metadata)
    case .law(let one): try one.model.save(to: path, metadata: metadata)
    }
  }

  /// Reads a run folder or a model file.
  public init(reading run: String) throws(RunError) {
    let path = RunFolder.model(in: run)
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(path: path)
    } catch {
      throw .noModel(path: path, reason: error)
    }
    guard let described = Self.description(file) else {
      throw .notAForecastModel(path: path)
    }
    let (network, builder) = (described.recipe.network, described.builder)
    let normalization = described.normalization
    let known = described.recipe.model == .goku ? try? Self.knownLaw(described) : nil
    if known == nil && described.recipe.model == .goku { throw .notAForecastModel(path: path) }
    do {
      if let kind = described.recipe.model.recurrent {
        let form = network.recurrent(kind, for: builder, key: RandomKey(0))
        forecaster = .recurrent(
          described.recipe.model,
          RecurrentForecaster(
            model: try form.loading(file), builder: RecurrentBatchBuilder(builder),
            normalization: normalization))
      } else if let known {
        let form = described.recipe.law.model(
          known, for: builder, normalization, tolerance: network.tolerance, key: RandomKey(0))
        forecaster = .law(
          LawForecaster(
            model: try form.loading(file), builder: builder, normalization: normalization))
      } else {
        let form = network.model(for: builder, key: RandomKey(0))
        forecaster = .latentODE(
          LatentForecaster(
            model: try form.loading(file), builder: builder, normalization: normalization))
      }
    } catch {
      throw .noModel(path: path, reason: error)
    }
    recipe = described.recipe
    covariates = described.covariates
  }

  private struct Description {
    var recipe: ForecastRecipe
    var builder: LatentBatchBuilder
    var normalization: Normalization
    var covariates: CovariateEncoding
  }

  private static func knownLaw(_ described: Description) throws -> KnownLaw {
    try KnownLaw(
      described.recipe.law,
      channels: Array(described.normalization.channels.prefix(described.builder.channelCount)),
      normalization: described.normalization,
      timeScale: 1 / described.builder.clock.units(1))
  }

  /// What the metadata say; nil if they are not those of a forecasting model.
  private static func description(_ file: SafetensorsFile) -> Description? {
    let stored = StoredDescription(file)
    guard file.metadata["kind"] == "forecast", let recipe = stored.recipe(ForecastRecipe()),
      let text = stored.document("normalization"),
      let normalization = StoredDescription.normalization(text, names: "channels"),
      let clock = StoredDescription.clock(text),
      normalization.channels.suffix(recipe.reading.inputs.count) == recipe.reading.inputs[...],
      normalization.channels.count > recipe.reading.inputs.count, recipe.fits(clock)
    else { return nil }
    // Files of earlier versions know none.
    guard let covariates = CovariateEncoding(stored.document("covariates") ?? []) else {
      return nil
    }
    let builder = recipe.builder(
      clock: clock, channels: normalization.channels.count - recipe.reading.inputs.count,
      covariates: covariates.width)
    return Description(
      recipe: recipe, builder: builder, normalization: normalization, covariates: covariates)
  }
}

extension ForecastRecipe {
  /// Whether the lengths are those of a model with such a clock: its window is a history and a future.
  fileprivate func fits(_ clock: ModelClock) -> Bool {
    guard let history, let future else { return true }
    let (window, lengths) = (clock.window, (horizons ?? []) + (gaps ?? []))
    return abs(history + future - window) <= 1e-9 * window && lengths.count <= 1000
      && lengths.allSatisfy { $0 <= window }
  }
}

extension ForecastModelFile {
  /// The baseline that was trained beside a run's model, if there is one.
  public func beside(in run: String) throws(RunError) -> SeriesForecaster? {
    guard let kind = recipe.beside, !run.hasSuffix(".safetensors") else { return nil }
    let path = Self.path(of: kind, in: run)
    guard Files.exists(path) else { return nil }
    return try ForecastModelFile(reading: path).forecaster
  }
}

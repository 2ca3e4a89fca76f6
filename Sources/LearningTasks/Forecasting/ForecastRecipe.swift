import TimeSeries
import BundledData

/// All that decides what a forecasting run does: data, windows, network, training.
public struct ForecastRecipe: Hashable, Sendable {
  public var name = "glucose"
  public var model = ForecastKind.latentODE
  /// A recurrent network that is trained in the same way as a baseline; nil: none.
  public var beside: ForecastKind?
  /// A file of the user's, or nil for the bundled glucose readings.
  public var file: String?
  public var reading = SeriesReading()

  /// Lengths in the unit of the times; nil: chosen from the data.
  public var history: Double?
  public var future: Double?
  /// The distance between two windows of the evaluation.
  public var stride: Double?
  public var horizons: [Double]?
  /// Lengths of the gaps that are hidden in the evaluation.
  public var gaps: [Double]?
  public var minimumHistory = 12
  public var validationShare = 0.15
  public var testShare = 0.15
  public var split = Split.automatic

  public var network = ForecastNetwork()
  /// What a GOKU-net knows of the dynamics.
  public var law = MechanismSettings()

  /// Updates; nil: 2,500, or fewer for a small data set.
  public var steps = 2_500
  /// Passes over the data; if given, it decides instead of `steps`.
  public var epochs: Int?
  public var batchSize = 128
  public var shardSize = 32
  public var learningRate = 4e-3
  public var gradientClip = 1.0
  public var divergenceWeight = 0.1
  public var varianceWeighting = 1.0
  public var fillShare = 0.4
  /// The share of the training in which what is asked for grows from a quarter to its whole length; nil: a half for a
  /// latent ODE whose future holds two oscillations or more, else 0.
  public var growingShare: Double?
  public var validations = 10
  public var seed = 0

  public init() {}

  /// How training, validation and test part are told apart.
  public enum Split: String, CaseIterable, Hashable, Sendable {
    /// By series if there are ten or more, else by time.
    case automatic
    /// The last series are the test part.
    case series
    /// The last part of every series.
    case time
  }

  /// The recipe of the main job: four hours of glucose readings, and the next two.
  public static var glucose: ForecastRecipe {
    var recipe = ForecastRecipe()
    recipe.reading.channels = ["glucose"]
    recipe.reading.timeColumn = "datetime"
    recipe.reading.duplicates = .average
    recipe.history = GlucoseData.plan.history
    recipe.future = GlucoseData.plan.future
    recipe.stride = GlucoseData.plan.stride
    recipe.horizons = GlucoseData.horizons
    recipe.gaps = GlucoseData.gapLengths
    return recipe
  }

  /// A recipe for a file of the user's and known equations.
  ///
  /// The divergence has its full weight, so that posteriors of parameters are as wide as the data leave them; training begins
  /// on short spans, since the fit of a whole cycle has many wrong minima.
  public static func forMechanism(_ path: String) -> ForecastRecipe {
    var recipe = forFile(path)
    recipe.model = .goku
    recipe.divergenceWeight = 1
    recipe.growingShare = 0.4
    (recipe.steps, recipe.batchSize) = (2_500, 64)
    return recipe
  }

  /// A recipe for a file of the user's, with lengths to be chosen from the data.
  public static func forFile(_ path: String) -> ForecastRecipe {
    var recipe = ForecastRecipe()
    recipe.name = "file"
    recipe.file = path
    return recipe
  }
}

extension ForecastRecipe {
  /// The recipe that this one was made from.
  public var usual: ForecastRecipe {
    var usual =
      switch (model, file) {
      case (.goku, _): ForecastRecipe.forMechanism("")
      case (_, nil): ForecastRecipe.glucose
      default: ForecastRecipe()
      }
    // A configuration that a run leaves has those for the size of its data.
    usual.steps = steps
    return usual
  }
}

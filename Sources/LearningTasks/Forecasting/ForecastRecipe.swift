import TimeSeries
import BundledData

/// The complete configuration of a forecasting run: data, windows, network, training.
public struct ForecastRecipe: Hashable, Sendable {
  /// The name of the recipe.
  public var name = "glucose"
  /// The kind of model.
  public var model = ForecastKind.latentODE
  /// A recurrent network that is trained as a baseline; `nil` for none.
  public var beside: ForecastKind?
  /// A user's file, or `nil` for the bundled glucose data.
  public var file: String?
  /// How the file is read.
  public var reading = SeriesReading()

  /// Lengths in the unit of the times; `nil` chooses them from the data.
  public var history: Double?
  /// The longest horizon, in the unit of the times; `nil` to choose it from the data.
  public var future: Double?
  /// The distance between two windows of the evaluation.
  public var stride: Double?
  public var horizons: [Double]?
  /// Lengths of the gaps hidden in the evaluation.
  public var gaps: [Double]?
  /// The smallest number of observations in a context window.
  public var minimumHistory = 12
  /// The share of the data in the validation part.
  public var validationShare = 0.15
  /// The share of the data in the test part.
  public var testShare = 0.15
  /// How the data are split: by time or by series.
  public var split = Split.automatic

  /// The sizes of the latent ODE.
  public var network = ForecastNetwork()
  /// The known equations of a GOKU-net.
  public var law = MechanismSettings()

  /// Number of updates; `nil` for 2,500, or fewer for a small data set.
  public var steps = 2_500
  /// Passes over the data; they override `steps`.
  public var epochs: Int?
  /// Windows of a batch.
  public var batchSize = 128
  /// Windows of a shard.
  public var shardSize = 32
  public var learningRate = 4e-3
  /// The largest norm of a gradient.
  public var gradientClip = 1.0
  /// The final weight of the divergence from the prior.
  public var divergenceWeight = 0.1
  /// The power β of the variance weighting of the likelihood; see `EvidenceLowerBound`.
  public var varianceWeighting = 1.0
  /// The share of examples that are gaps to be filled.
  public var fillShare = 0.4
  /// The fraction of the training in which the queried span grows from a quarter to its full
  /// length; `nil` for a half if the model is a latent ODE whose future covers two oscillations or
  /// more, otherwise 0.
  public var growingShare: Double?
  /// The number of validations of a training.
  public var validations = 10
  /// The seed of weights, batches and splits.
  public var seed = 0

  /// The settings of the bundled example.
  public init() {}

  /// How training, validation and test part are split.
  public enum Split: String, CaseIterable, Hashable, Sendable {
    /// By series if there are ten or more, otherwise by time.
    case automatic
    /// The last series are the test part.
    case series
    /// The last part of every series.
    case time
  }

  /// The default recipe: four hours of glucose readings, and the next two.
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

  /// A recipe for a user's file and known equations.
  ///
  /// The divergence has its full weight, so that posteriors of parameters are as wide as the data
  /// allow; training begins with short spans, because the fit of a whole cycle has many local
  /// minima.
  public static func forMechanism(_ path: String) -> ForecastRecipe {
    var recipe = forFile(path)
    recipe.model = .goku
    recipe.divergenceWeight = 1
    recipe.growingShare = 0.4
    (recipe.steps, recipe.batchSize) = (2_500, 64)
    return recipe
  }

  /// A recipe for a user's file, with lengths chosen from the data.
  public static func forFile(_ path: String) -> ForecastRecipe {
    var recipe = ForecastRecipe()
    recipe.name = "file"
    recipe.file = path
    return recipe
  }
}

extension ForecastRecipe {
  /// The recipe that this one was derived from.
  public var usual: ForecastRecipe {
    var usual =
      switch (model, file) {
      case (.goku, _): ForecastRecipe.forMechanism("")
      case (_, nil): ForecastRecipe.glucose
      default: ForecastRecipe()
      }
    // The configuration of a run contains the values for the size of its data.
    usual.steps = steps
    return usual
  }
}

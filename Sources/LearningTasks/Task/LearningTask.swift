public import Serialization
public import Reports
public import Tables
import TimeSeries

/// A kind of model that is trained on a user's data.
///
/// A task describes how data become examples, which model is trained with which loss, and what is measured and shown.
/// `TrainingRun` does the rest in the same way for every task: run folder, checkpoints, archive, report.
///
/// Conform a struct that holds the configuration:
///
/// ```swift
/// struct ScalarRegression: LearningTask {
///   var recipe: RegressionRecipe
///   func examples() throws -> [Row] { … }
///   func trainings(on examples: [Row], threads: Int) throws -> [TaskTraining<RegressionModel>] { … }
///   …
/// }
/// let outcome = try TrainingRun(ScalarRegression(recipe), in: "runs/mine").run()
/// ```
public protocol LearningTask: Sendable {
  /// What is trained.
  associatedtype Model: ArchivedModel
  /// The data, read and split into parts.
  associatedtype Examples: Sendable
  /// Figures of a trained model on the test part, beside those of baselines.
  associatedtype Evaluation: Sendable

  /// The configuration.
  var recipe: Model.Recipe { get }

  init(_ recipe: Model.Recipe)

  /// Reads and splits the data of the configuration.
  func examples() throws -> Examples

  /// The configuration with the values that the data decide.
  func recipe(for examples: Examples) -> Model.Recipe

  /// What is odd about the data.
  func warnings(about examples: Examples) -> [String]

  /// The trainings of a run: the model's first, then those of the models beside it.
  func trainings(on examples: Examples, threads: Int) throws -> [TaskTraining<Model>]

  /// Measures trained models on the test part.
  func evaluate(
    _ model: Model, beside others: [Model], on examples: Examples, threads: Int
  ) throws -> Evaluation

  /// What is printed after a training, and written as `evaluation.json`.
  func result(of outcome: TrainingOutcome<Self>, in directory: String) -> TaskResult

  /// The page of a training.
  func report(of outcome: TrainingOutcome<Self>) -> Report

  /// Measures a stored model on data.
  static func measure(_ model: Model, on data: MeasuredData) throws -> Measurement

  /// The options of `predict` that the task has.
  static var predictionOptions: Set<PredictionOption> { get }

  /// Applies a stored model to a file.
  static func predict(with model: Model, _ request: PredictionRequest) throws -> Prediction
}

extension LearningTask {
  public func recipe(for examples: Examples) -> Model.Recipe { recipe }
  public func warnings(about examples: Examples) -> [String] { [] }
  public static var predictionOptions: Set<PredictionOption> { [] }
}

/// Figures for a reader and for programs.
public struct TaskResult: Sendable {
  /// A table of text.
  public struct Table: Sendable {
    public var header: [String]
    public var rows: [[String]]

    public init(_ header: [String], rows: [[String]]) {
      self.header = header
      self.rows = rows
    }
  }

  public var tables: [Table]
  /// Sentences below the tables.
  public var lines: [String]
  /// The same as one document.
  public var json: JSONValue
  /// Further files of the run folder, by name.
  public var files: [(name: String, text: String)]

  public init(
    tables: [Table] = [], lines: [String] = [], json: JSONValue,
    files: [(name: String, text: String)] = []
  ) {
    self.tables = tables
    self.lines = lines
    self.json = json
    self.files = files
  }
}

/// The data on which a stored model is measured.
public struct MeasuredData: Sendable {
  /// A file; nil: the data of the training, which the model's configuration names.
  public var file: String?
  /// A file of labels; nil: the labels are in the data.
  public var labels: String?
  /// Whether the data are those of the training, so that the test part is measured.
  public var isTraining: Bool
  /// The run folder or model file.
  public var run: String

  public init(file: String? = nil, labels: String? = nil, isTraining: Bool, run: String) {
    self.file = file
    self.labels = labels
    self.isTraining = isTraining
    self.run = run
  }

  /// The part of the data that is measured: `test` or `all`.
  var part: String { isTraining ? "test" : "all" }
}

/// The figures of a stored model.
public struct Measurement: Sendable {
  public var result: TaskResult
  /// The data that were measured.
  public var source: String
  /// Whether only the test part of the data was measured.
  public var isTestPart: Bool
  public var warnings: [String] = []
  /// Rows without a finite figure.
  public var lost: LostRows?

  public init(
    _ result: TaskResult, source: String, isTestPart: Bool, warnings: [String] = [],
    lost: LostRows? = nil
  ) {
    self.result = result
    self.source = source
    self.isTestPart = isTestPart
    self.warnings = warnings
    self.lost = lost
  }
}

/// An option of a prediction that some tasks have.
public enum PredictionOption: String, Sendable, CaseIterable {
  /// Times after the last reading.
  case at
  /// The order of day and month in dates.
  case dates
  /// A file of inferred parameters.
  case parameters
}

/// A file to which a stored model is applied.
public struct PredictionRequest: Sendable {
  public var file: String
  /// Times after the last reading, in the unit of the times and in order; nil: a regular grid.
  public var times: [Double]?
  /// nil: as in the training.
  public var dates: DateOrder?

  public init(file: String, times: [Double]? = nil, dates: DateOrder? = nil) {
    self.file = file
    self.times = times
    self.dates = dates
  }
}

/// What a model says about a file.
public struct Prediction: Sendable {
  /// One line for each prediction, after a header.
  public var csv: String
  public var json: JSONValue
  /// The number of predictions and what they are: "24 forecasts".
  public var summary: String
  public var warnings: [String]
  /// Inferred parameters as CSV; nil: the model infers none.
  public var parametersCSV: String?

  public init(
    csv: String, json: JSONValue, summary: String, warnings: [String] = [],
    parametersCSV: String? = nil
  ) {
    self.csv = csv
    self.json = json
    self.summary = summary
    self.warnings = warnings
    self.parametersCSV = parametersCSV
  }
}

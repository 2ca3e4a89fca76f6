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
  /// The trained model.
  associatedtype Model: ArchivedModel
  /// The data, read and split into parts.
  associatedtype Examples: Sendable
  /// Figures of a trained model on the test part, with those of baselines.
  associatedtype Evaluation: Sendable

  /// The configuration.
  var recipe: Model.Recipe { get }

  init(_ recipe: Model.Recipe)

  /// Reads and splits the data of the configuration.
  func examples() throws -> Examples

  /// The configuration with the values that the data determine.
  func recipe(for examples: Examples) -> Model.Recipe

  /// Warnings about unusual features of the data.
  func warnings(about examples: Examples) -> [String]

  /// The trainings of a run: that of the model first, then those of comparison models.
  func trainings(on examples: Examples, threads: Int) throws -> [TaskTraining<Model>]

  /// Measures trained models on the test part.
  func evaluate(
    _ model: Model, beside others: [Model], on examples: Examples, threads: Int
  ) throws -> Evaluation

  /// The figures printed after a training and written as `evaluation.json`.
  func result(of outcome: TrainingOutcome<Self>, in directory: String) -> TaskResult

  /// The report of a training.
  func report(of outcome: TrainingOutcome<Self>) -> Report

  /// Measures a stored model on data.
  static func measure(_ model: Model, on data: MeasuredData) throws -> TaskMeasurement

  /// The options of `predict` that the task supports.
  static var predictionOptions: Set<PredictionOption> { get }

  /// Applies a stored model to a file.
  static func predict(with model: Model, _ request: PredictionRequest) throws -> Prediction
}

extension LearningTask {
  public func recipe(for examples: Examples) -> Model.Recipe { recipe }
  public func warnings(about examples: Examples) -> [String] { [] }
  public static var predictionOptions: Set<PredictionOption> { [] }
}

/// Figures for readers and for programs.
public struct TaskResult: Sendable {
  /// A table of text.
  public struct Table: Sendable {
    /// The titles of the columns.
    public var header: [String]
    /// The cells, row by row.
    public var rows: [[String]]

    /// A table of text.
    public init(_ header: [String], rows: [[String]]) {
      self.header = header
      self.rows = rows
    }
  }

  /// Tables that are printed after the lines.
  public var tables: [Table]
  /// Sentences below the tables.
  public var lines: [String]
  /// The figures as one JSON document.
  public var json: JSONValue
  /// Further files of the run folder, by name.
  public var files: [(name: String, text: String)]

  /// The result of a training.
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
  /// A file; `nil` for the training data, which the model's configuration names.
  public var file: String?
  /// A file of labels; `nil` if the labels are in the data.
  public var labels: String?
  /// Whether the data are the training data, so that the test part is measured.
  public var isTraining: Bool
  /// The run folder or model file.
  public var run: String

  /// Data on which a stored model is measured.
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
public struct TaskMeasurement: Sendable {
  public var result: TaskResult
  /// The measured data.
  public var source: String
  /// Whether only the test part of the data was measured.
  public var isTestPart: Bool
  public var warnings: [String] = []
  /// Rows without a finite figure.
  public var lost: LostRows?

  /// A result, with the data that it belongs to.
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

/// An option of a prediction that only some tasks support.
public enum PredictionOption: String, Sendable, CaseIterable {
  /// Times after the last observation.
  case at
  /// The order of day and month in dates.
  case dates
  /// A file of inferred parameters.
  case parameters
}

/// A file to which a stored model is applied.
public struct PredictionRequest: Sendable {
  /// The file that the model is applied to.
  public var file: String
  /// Times after the last observation, in the unit of the times and in order; `nil` for a regular
  /// grid.
  public var times: [Double]?
  /// The order of day and month; `nil` for that of the training.
  public var dates: DateOrder?

  /// A request with the times and the order of dates that the options give.
  public init(file: String, times: [Double]? = nil, dates: DateOrder? = nil) {
    self.file = file
    self.times = times
    self.dates = dates
  }
}

/// The predictions of a model for a file.
public struct Prediction: Sendable {
  /// One line per prediction, after a header.
  public var csv: String
  /// The prediction as a JSON document.
  public var json: JSONValue
  /// The number and kind of predictions: "24 forecasts".
  public var summary: String
  public var warnings: [String]
  /// Inferred parameters as CSV; `nil` if the model infers none.
  public var parametersCSV: String?

  /// One number for each row of a file.
  public init(_ values: [Double], name: String) {
    self.init(
      csv: name + "\n" + values.map { "\($0)\n" }.joined(), json: JSONValue(values),
      summary: "\(values.count) values")
  }

  /// A prediction as text and as JSON.
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

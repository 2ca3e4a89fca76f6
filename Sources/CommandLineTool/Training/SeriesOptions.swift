import ArgumentParsing
import LearningTasks
import Tables
import TimeSeries

/// How a file of time series is read.
struct SeriesOptions: ParameterGroup {
  static let title = "Columns of the data"

  @Option(value: "name", help: "The column of times.") var time: String?
  @Option(value: "name", help: "The column of series ids.") var id: String?
  @Option(help: "The channels to learn; all that are no inputs if not given.")
  var channels: NameList?
  @Option(help: "Channels that are known beforehand: read, and not forecast.")
  var inputs: NameList?
  @Option(
    help:
      "Columns with one value a series, numbers or words, as age,sex; found automatically if not given."
  )
  var statics: NameList?
  @Option(help: "Words that mean a missing value.") var missing: NameList?
  @Option(help: "What is done with several rows at one time.")
  var duplicates: TimeSeriesOptions.Duplicates?
  @Option(help: "The order of day and month in dates such as 5/4/2024.") var dates: DateOrder?

  /// The given options, by name.
  var given: [String] {
    let options: [(name: String, isGiven: Bool)] = [
      ("--time", time != nil), ("--id", id != nil), ("--channels", channels != nil),
      ("--inputs", inputs != nil), ("--statics", statics != nil), ("--missing", missing != nil),
      ("--duplicates", duplicates != nil), ("--dates", dates != nil),
    ]
    return options.filter(\.isGiven).map(\.name)
  }

  /// Refuses a column with two roles.
  ///
  /// - Parameter label: the column of labels; `nil` if there is none.
  func validate(label: String? = nil) throws(UsageError) {
    let roles: [(option: String, names: [String])] = [
      ("--time", [time].compactMap(\.self)), ("--id", [id].compactMap(\.self)),
      ("--channels", channels?.names ?? []), ("--inputs", inputs?.names ?? []),
      ("--statics", statics?.names ?? []), ("--label", [label].compactMap(\.self)),
    ]
    var known: [String: String] = [:]
    for (option, names) in roles {
      for name in names {
        guard let other = known.updateValue(option, forKey: name) else { continue }
        throw .combination(
          other == option
            ? "\(option) names '\(name)' twice" : "\(other) and \(option) both name '\(name)'",
          fix: "a column can have only one role")
      }
    }
  }

  /// Applies the options to a configuration.
  func change(_ reading: inout SeriesReading) {
    if let time { reading.timeColumn = time }
    if let id { reading.idColumn = id }
    if let channels { reading.channels = channels.names }
    if let inputs { reading.inputs = inputs.names }
    if let statics { reading.statics = statics.names }
    if let missing { reading.missing = missing.names }
    if let duplicates { reading.duplicates = duplicates }
    if let dates { reading.dates = dates }
  }
}

/// The recurrent networks that can be trained as baselines.
enum RecurrentModel: String, CaseIterable, ArgumentValue {
  case gruD = "gru-d"
  case rnnDelta = "rnn-dt"
  case rnnDecay = "rnn-decay"
  case rnnImpute = "rnn-impute"
  case rnn
  case odeRNN = "ode-rnn"

  var kind: ForecastKind? { ForecastKind(rawValue: rawValue) }
}

extension TimeSeriesOptions.Duplicates: ArgumentValue {}
extension DateOrder: ArgumentValue {}
extension MechanismSettings.Emission: ArgumentValue {}
extension ForecastRecipe.Split: ArgumentValue {}

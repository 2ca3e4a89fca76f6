public import Tables
public import TimeSeries

/// How a user's file of series is read.
public struct SeriesReading: Hashable, Sendable {
  /// Wide or long; automatic by default.
  public var layout = TimeSeriesOptions.Layout.automatic
  /// The column of times; `nil` to find it by its name.
  public var timeColumn: String?
  /// The column of ids; `nil` for `id`, if there is such a column.
  public var idColumn: String?
  /// The target channels; `nil` selects all channels that are not covariates.
  public var channels: [String]?
  /// Channels that are read and not forecast: known in advance, such as births or a schedule.
  public var inputs: [String] = []
  /// Columns with one value per series, numbers or texts, such as an age; `nil` detects them.
  public var statics: [String]?
  /// What happens with several rows at one time.
  public var duplicates = TimeSeriesOptions.Duplicates.refuse
  /// Words that mark a missing value.
  public var missing: [String] = []
  /// The unit in which dates are counted.
  public var unit = TimeUnit.hours
  /// The order of day and month in dates such as 5/4/2024; `nil` refuses files that begin with such
  /// a date.
  public var dates: DateOrder?

  /// The options of a file with usual names.
  public init() {}

  /// The series of a file for a trained model: several rows at one time are averaged, with a
  /// warning if the training refused them.
  func seriesOfPrediction(
    _ path: String, known: (channels: [String], statics: [String])
  ) throws(DataError) -> TimeSeriesFile {
    var reading = self
    reading.duplicates = .average
    return try reading.series(of: path, known: known, tellsAverages: duplicates == .refuse)
  }

  /// The series of a file, covariates after the targets.
  ///
  /// - Parameters:
  ///   - labels: further columns with one value per series; they come first among the attributes.
  ///   - known: the channels, covariates included, and statics of a model; `nil` for those of the
  ///     recipe, or all.
  ///   - tellsAverages: whether averaged rows give a warning.
  func series(
    of path: String, labels: [String] = [], known: (channels: [String], statics: [String])? = nil,
    tellsAverages: Bool = false
  ) throws(DataError) -> TimeSeriesFile {
    let wanted = known?.channels ?? channels.map { $0 + inputs }
    var options = TimeSeriesOptions(
      layout: layout, timeColumn: timeColumn, idColumn: idColumn, channels: wanted, unit: unit,
      duplicates: duplicates, missing: missing)
    options.dates = dates
    options.tellsAverages = tellsAverages
    let statics = known?.statics ?? statics
    options.attributes = labels + (statics ?? []).filter { !labels.contains($0) }
    options.findsAttributes = statics == nil && wanted == nil
    var file = try TimeSeriesFile.read(path, options)
    if options.findsAttributes {
      file = file.separatingConstants(except: inputs)
      let found = file.attributes.map(\.name).filter { !labels.contains($0) }
      if !found.isEmpty { file = file.with(warning: .covariatesFound(found)) }
    }
    guard wanted == nil && !inputs.isEmpty else { return file }
    let names = file.series.first?.channels ?? []
    for name in inputs where !names.contains(name) {
      throw DataError(source: path, line: 1, .missingColumn(name, found: names))
    }
    return file.selecting(names.filter { !inputs.contains($0) } + inputs)
  }
}

extension SeriesReading {
  /// The settings of reading as part of a recipe.
  package static func settings<Recipe>(
    _ path: any WritableKeyPath<Recipe, SeriesReading> & Sendable
  ) -> [RecipeSetting<Recipe>] {
    own.map { $0.part(of: path) }
  }

  private static let own: [RecipeSetting<SeriesReading>] = [
    .choice("data.layout", \.layout),
    .text("data.timeColumn", \.timeColumn),
    .text("data.idColumn", \.idColumn),
    .optionalTexts("data.channels", \.channels),
    .texts("data.inputs", \.inputs),
    .optionalTexts("data.statics", \.statics),
    .choice("data.duplicates", \.duplicates),
    .texts("data.missing", \.missing),
    .choice("data.unit", \.unit),
    .optionalChoice("data.dates", \.dates),
  ]
}

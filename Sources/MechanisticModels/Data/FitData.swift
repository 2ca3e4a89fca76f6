public import Tables
public import TimeSeries

/// A file of measurements, doses and conditions as the experiments of a fit.
///
/// ```swift
/// let model = try EquationSystem(text, name: "one-compartment.ode")
/// let data = try FitData("concentrations.csv", for: model)
/// print(try ParameterFit(model, to: data.experiments).run())
/// ```
/// | column | meaning |
/// |---|---|
/// | `id` | the experiment; without it all rows are one |
/// | `time` | when |
/// | a state, an intermediate or an observable | a measured value; `<0.1`, `>50`, `0.1..0.5`, or `BLQ`, `LO`, `HI` with a limit are censored |
/// | `x_sd`, `x_se` | the known standard error of `x` |
/// | `x_lloq`, `x_uloq` | the limits of quantification of `x` |
/// | an input | its measured values |
/// | a parameter, `x(0)` or `x0` | a known value of the experiment |
/// | `AMT`, `RATE`, `DUR`, `CMT`, `II`, `ADDL`, `SS`, `EVID`, `MDV`, `CENS`, `LIMIT` | doses and events as in `EventTable` |
///
/// A long table has a column of channels and one of values in place of measured columns.
public struct FitData: Sendable {
  /// The path of the file.
  public let source: String
  /// The experiments of the file.
  public var experiments: Experiments
  /// The time axis: unit and, for dates, origin.
  public let axis: TimeAxis
  /// Columns that were not read; of a long table, channels.
  public let ignored: [String]
  public let warnings: [DataWarning]
  /// How columns were understood whose names follow a convention.
  public let notes: [String]
  /// Channels and columns of the file, for messages.
  public let columns: [String]

  /// Reads a file.
  ///
  /// - Throws: `DataError`, `DosingError` or `EquationDataError`, each with the file, the line and what to do.
  public init(
    _ path: String, for equations: EquationSystem, _ options: FitTableOptions = FitTableOptions()
  ) throws {
    try self.init(FitTable(CSVReader(path: path)), for: equations, options)
  }

  /// Reads a table.
  package init(
    _ table: FitTable, for equations: EquationSystem, _ options: FitTableOptions
  ) throws {
    let columns = try FitColumns(table, for: equations, options)
    var reader = FitTableReader(table, columns, equations, options)
    try reader.read()
    source = table.source
    axis = reader.axis
    experiments = Experiments(try reader.experiments())
    ignored = columns.long == nil ? columns.ignored : reader.ignoredChannels
    warnings = try reader.warnings()
    notes = columns.notes + reader.notes
    self.columns = table.header
  }
}

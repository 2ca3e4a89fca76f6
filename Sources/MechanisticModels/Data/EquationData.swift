public import Tables
public import TimeSeries

/// One series of a file as measured inputs of equations.
///
/// ```swift
/// var options = TimeSeriesOptions(unit: .days)
/// options.names = Set(model.inputs.map(\.name))
/// let data = try EquationData(TimeSeriesFile.read("births.csv", options))
/// let signals = data.signals(for: model)
/// ```
public struct EquationData: Sendable {
  /// A column of a file, and the quantity of the equations that it measures.
  public struct ColumnMapping: Hashable, Sendable {
    /// The name of the column.
    public var column: String
    /// The state, intermediate or observable that it measures.
    public var quantity: String

    /// A column that measures a quantity of another name.
    public init(column: String, quantity: String) {
      self.column = column
      self.quantity = quantity
    }
  }

  /// The path of the file.
  public let source: String
  /// The values of the columns that the equations name.
  public let series: TimeSeries
  /// The time axis: unit and, for dates, origin.
  public let axis: TimeAxis
  /// Columns that were not read.
  public let ignored: [String]
  /// Warnings about the whole file and about this series.
  public let warnings: [DataWarning]

  /// All columns beside times and ids.
  public var columns: [String] { series.channels + ignored }

  /// - Parameters:
  ///   - file: the file; read it with `TimeSeriesOptions.names` set to `columns(for:mapping:)`, so that other
  ///     columns may hold anything.
  ///   - id: the series to take; `nil` for the only one.
  ///   - minimum: rows that the series must have.
  /// - Throws: `EquationDataError` if there is no such series, or several without an `id`, or too few rows.
  public init(
    _ file: TimeSeriesFile, series id: String? = nil, minimumRows minimum: Int = 2
  ) throws(EquationDataError) {
    source = file.source
    series = try Self.one(of: file, id).inMemory
    guard series.count >= minimum else {
      throw EquationDataError(source, .tooFewRows(found: series.count, needed: minimum))
    }
    axis = file.axis
    ignored = file.passedOver
    // Other series of the file may be short or odd.
    warnings = file.warnings.filter { [series] in $0.id == nil || $0.id == series.id }
  }

  private static func one(
    of file: TimeSeriesFile, _ id: String?
  ) throws(EquationDataError) -> TimeSeries {
    let ids = file.series.map(\.id)
    if let id {
      if let found = file.series.first(where: { $0.id == id }) { return found }
      throw EquationDataError(
        file.source, ids == [""] ? .noColumnOfIDs : .noSeries(id, known: ids))
    }
    guard file.series.count == 1, let series = file.series.first else {
      throw EquationDataError(file.source, .severalSeries(ids))
    }
    return series
  }

  /// What is added to the times of these data to make them those of other data.
  ///
  /// - Throws: `EquationDataError` if the times of one are dates and those of the other are numbers.
  public func shift(to other: TimeAxis, of source: String) throws(EquationDataError) -> Double {
    guard let shift = axis.time(0, on: other) else {
      throw EquationDataError(
        self.source, .otherKindOfTimes(other: source, areNumbers: axis == .number))
    }
    return shift
  }
}

public import Tables

/// A file of data as text: a header, and rows with their lines.
package struct FitTable {
  package struct Row: Sendable {
    package var line: Int
    package var cells: [String]
  }

  package let source: String
  package let header: [String]
  package let rows: [Row]

  /// Reads a table, whatever its cells hold.
  ///
  /// - Throws: `DataError` for an empty file, a header without names or a row of another width.
  package init(_ csv: CSVReader) throws(DataError) {
    var csv = csv
    source = csv.name
    var row = CSVRow()
    guard try csv.readHeader(into: &row) else { throw DataError(source: source, .empty) }
    if row.isOfValues { throw DataError(source: source, line: row.line, .headerOfNumbers) }
    if row.count == 1, row[0].contains(UInt8(ascii: " ")) {
      throw DataError(source: source, line: row.line, .separatedByBlanks)
    }
    var names: [String] = []
    for cell in 0..<row.count {
      guard let name = String(validating: row[cell], as: UTF8.self) else {
        throw DataError(source: source, line: row.line, column: cell + 1, .notText)
      }
      if name.isEmpty {
        throw DataError(source: source, line: row.line, column: cell + 1, .unnamedColumn)
      }
      if names.contains(name) {
        throw DataError(source: source, line: row.line, column: cell + 1, .duplicateColumn(name))
      }
      names.append(name)
    }
    header = names
    var rows: [Row] = []
    while try csv.read(into: &row) {
      guard row.count == names.count else {
        throw DataError(
          source: source, line: row.line,
          row.count > names.count
            ? .tooManyCells(found: row.count, expected: names.count)
            : .tooFewCells(found: row.count, expected: names.count))
      }
      rows.append(Row(line: row.line, cells: (0..<row.count).map { row.text($0) }))
    }
    if rows.isEmpty { throw DataError(source: source, .noRows) }
    self.rows = rows
  }

  /// The column of a name, in any case if there is none of exactly this.
  package func column(_ name: String) -> Int? {
    header.firstIndex(of: name)
      ?? header.firstIndex { $0.lowercased() == name.lowercased() }
  }

  /// The column of a name that must be there.
  package func required(_ name: String) throws(DataError) -> Int {
    guard let found = column(name) else {
      throw DataError(source: source, line: 1, .missingColumn(name, found: header))
    }
    return found
  }

  /// The first column that has one of these names, in any case.
  func first(of names: [String]) -> Int? {
    header.firstIndex { names.contains($0.lowercased()) }
  }
}

/// How the columns of a file of data are understood.
public struct FitTableOptions: Hashable, Sendable {
  /// The columns of times and of ids; `nil` for by their usual names.
  public var timeColumn: String?
  /// The column of ids; `nil` to find it by its name.
  public var idColumn: String?
  /// Of a long table, the column that names what a row measures and that of its value; `nil` for by their usual names.
  public var channelColumn: String?
  /// The column of values in a long table; `nil` to find it by its name.
  public var valueColumn: String?
  /// Only this experiment; `nil` for all.
  public var series: String?
  /// The unit in which dates are counted.
  public var unit = TimeUnit.hours
  /// The order of day and month; `nil` if the dates show it.
  public var dates: DateOrder?
  /// Words that mean a missing value, beside the empty cell.
  public var missing: [String] = []
  /// Columns (of a long table: channels) and what they measure; several columns of one quantity are replicates.
  public var mapping: [EquationData.ColumnMapping] = []
  /// Columns of known standard errors, by the column (of a long table: channel) that they belong to.
  public var errorColumns: [String: String] = [:]
  /// Limits of quantification by column or quantity; the empty name is that of all.
  public var lowerLimits: [String: Double] = [:]
  /// Upper limits of quantification by column.
  public var upperLimits: [String: Double] = [:]
  /// What holds between two measured values of an input.
  public var interpolation = InputSignal.Interpolation.linear

  /// The options of a table with usual names.
  public init() {}
}

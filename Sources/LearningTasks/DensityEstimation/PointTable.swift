package import Serialization
import BundledData
public import Tables
public import Tensors
package import TimeSeries

/// Rows of numbers from a CSV file.
public struct PointTable: Hashable, Sendable {
  /// The file's path, or the name of a bundled file.
  public let source: String
  /// Names of the columns.
  public let columns: [String]
  /// Row-major, finite.
  public let values: [Double]
  /// Number of skipped rows with an empty cell.
  public let incompleteRows: Int

  /// Number of columns.
  public var dimension: Int { columns.count }
  /// Number of rows.
  public var count: Int { values.count / max(dimension, 1) }

  /// A table of given numbers, row-major.
  public init(source: String, columns: [String], values: [Double], incompleteRows: Int = 0) {
    self.source = source
    self.columns = columns
    self.values = values
    self.incompleteRows = incompleteRows
  }

  /// Reads a CSV file with a header: the chosen columns, or all.
  ///
  /// Rows with an empty cell are skipped and counted.
  ///
  /// - Throws: `DataError` with the file, the line and the reason.
  public init(path: String, columns chosen: [String]? = nil) throws(DataError) {
    try self.init(CSVReader(path: path), columns: chosen)
  }

  /// A bundled file.
  package init(bundled name: String, columns chosen: [String]? = nil) throws(DataError) {
    try self.init(CSVReader(BundledData.source(name)), columns: chosen)
  }

  package init(_ reader: CSVReader, columns chosen: [String]? = nil) throws(DataError) {
    var reader = reader
    var row = CSVRow()
    guard try reader.readHeader(into: &row) else { throw DataError(source: reader.name, .empty) }
    var header: [String] = []
    for cell in 0..<row.count { header.append(row.text(cell)) }
    if row.isOfValues { throw DataError(source: reader.name, line: row.line, .headerOfNumbers) }
    let places = try Self.places(of: chosen, in: header, source: reader.name)
    var values: [Double] = []
    var incomplete = 0
    var isEmpty = true
    while try reader.read(into: &row) {
      isEmpty = false
      guard row.count == header.count else {
        throw DataError(
          source: reader.name, line: row.line,
          row.count > header.count
            ? .tooManyCells(found: row.count, expected: header.count)
            : .tooFewCells(found: row.count, expected: header.count))
      }
      if places.contains(where: { row[$0].isEmpty }) {
        incomplete += 1
        continue
      }
      for place in places {
        values.append(try Self.number(row, place, header, source: reader.name))
      }
    }
    if isEmpty { throw DataError(source: reader.name, .noRows) }
    self.init(
      source: reader.name, columns: places.map { header[$0] }, values: values,
      incompleteRows: incomplete)
  }

  private static func places(
    of chosen: [String]?, in header: [String], source: String
  ) throws(DataError) -> [Int] {
    for (place, name) in header.enumerated() {
      if name.isEmpty {
        throw DataError(source: source, line: 1, column: place + 1, .unnamedColumn)
      }
      if header[..<place].contains(name) {
        throw DataError(source: source, line: 1, column: place + 1, .duplicateColumn(name))
      }
    }
    guard let chosen else { return Array(header.indices) }
    var places: [Int] = []
    for name in chosen {
      guard let place = header.firstIndex(of: name) else {
        throw DataError(source: source, line: 1, .missingColumn(name, found: header))
      }
      places.append(place)
    }
    return places
  }

  private static func number(
    _ row: CSVRow, _ place: Int, _ header: [String], source: String
  ) throws(DataError) -> Double {
    let column = header[place]
    guard let value = decimalNumber(row[place]) else {
      if header.count == 1 && row.text(place).contains(" ") {
        throw DataError(source: source, line: 1, .separatedByBlanks)
      }
      throw DataError(
        source: source, line: row.line, column: place + 1,
        .textInTable(text: row.text(place), column: column, columns: header))
    }
    guard value.isFinite else {
      throw DataError(
        source: source, line: row.line, column: place + 1,
        .notFinite(text: row.text(place), column: column))
    }
    return value
  }

  /// Refuses data that cannot train a density.
  ///
  /// These are fewer than ten rows per column, a constant column, a column that the others
  /// determine, and values whose variance overflows.
  package func checkForTraining() throws(DataError) {
    let needed = max(10 * dimension, 50)
    if count < needed {
      throw DataError(
        source: source,
        .tooFewRows(
          found: count, needed: needed, columns: dimension, incomplete: incompleteRows))
    }
    for column in 0..<dimension {
      let first = values[column]
      let isConstant = stride(from: column, to: values.count, by: dimension).allSatisfy {
        values[$0] == first
      }
      if isConstant {
        throw DataError(source: source, .constantChannel(columns[column], value: first))
      }
    }
    let normalization = self.normalization
    for (name, deviation) in zip(columns, normalization.deviations) where !deviation.isFinite {
      throw DataError(source: source, .tooLarge(column: name))
    }
    if let column = GaussianBaseline(normalized(normalization)).dependentColumn {
      throw DataError(source: source, .dependentColumn(columns[column]))
    }
  }

  /// The table in units of standard deviations.
  func normalized(_ normalization: Normalization) -> PointTable {
    PointTable(
      source: source, columns: columns,
      values: values.enumerated().map {
        normalization.normalized($0.element, $0.offset % dimension)
      })
  }

  /// The given columns as a tensor in single precision, `[rows, columns]`.
  public func tensor(_ range: Range<Int>) -> Tensor {
    let rows = (0..<count).flatMap { row in
      range.map { Float(values[row * dimension + $0]) }
    }
    return Tensor(rows, shape: [count, range.count])
  }

  /// The given rows.
  package func rows(_ numbers: some Sequence<Int>) -> PointTable {
    PointTable(
      source: source, columns: columns,
      values: numbers.flatMap { values[$0 * dimension..<($0 + 1) * dimension] })
  }

  /// One column.
  package func column(_ place: Int) -> [Double] {
    stride(from: place, to: values.count, by: dimension).map { values[$0] }
  }
}

extension PointTable {
  /// Mean and deviation of each column.
  package var normalization: Normalization {
    var means: [Double] = []
    var deviations: [Double] = []
    for place in 0..<dimension {
      let values = column(place)
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(max(values.count, 1))).squareRoot()
      means.append(mean)
      deviations.append(deviation > 0 ? deviation : 1)
    }
    return Normalization(channels: columns, means: means, deviations: deviations)
  }

  /// The rows in units of standard deviations, row-major.
  package func normalized(by normalization: Normalization) -> [Float] {
    values.enumerated().map {
      Float(normalization.normalized($0.element, $0.offset % dimension))
    }
  }
}

extension PointTable {
  /// The table as CSV with a header.
  package var csv: String {
    var text = columns.map(csvCell).joined(separator: ",") + "\n"
    for row in 0..<count {
      let cells = values[row * dimension..<(row + 1) * dimension].map { "\(Float($0))" }
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The rows as a JSON array of arrays.
  package var json: JSONValue {
    .array(
      (0..<count).map { JSONValue(Array(values[$0 * dimension..<($0 + 1) * dimension])) })
  }

  /// The table with the log-density of each row as an additional column, as CSV.
  package func csv(logDensities: [Double]) -> String {
    var text = (columns + ["log_density"]).map(csvCell).joined(separator: ",") + "\n"
    for row in 0..<count {
      let cells = values[row * dimension..<(row + 1) * dimension].map { "\($0)" }
      text += (cells + [csvCell(Float(logDensities[row]))]).joined(separator: ",") + "\n"
    }
    return text
  }
}

/// The rows of a series in a log: a selection of its rows and columns, and the transformation
/// applied when values are read.
struct StoredRows: Sendable {
  private let log: RowLog
  private let range: Range<Int>
  /// The columns of the channels in a row of the log.
  let columns: [Int]
  private let transform: (@Sendable (_ channel: Int, _ value: Double) -> Double)?

  /// All rows; the channels are the log's last columns.
  init(_ log: RowLog, channels: Int) {
    self.init(log, 0..<log.count, Array(log.width - channels..<log.width), nil)
  }

  private init(
    _ log: RowLog, _ range: Range<Int>, _ columns: [Int],
    _ transform: (@Sendable (Int, Double) -> Double)?
  ) {
    self.log = log
    self.range = range
    self.columns = columns
    self.transform = transform
  }

  var count: Int { range.count }

  /// Rows that an iteration reads at once.
  var pieceRows: Int { log.pieceRows }

  func rows(_ part: Range<Int>) -> StoredRows {
    let start = range.lowerBound
    return StoredRows(
      log, start + part.lowerBound..<start + part.upperBound, columns, transform)
  }

  /// The channels at these indices.
  func selecting(_ places: [Int]) -> StoredRows {
    let transform = transform.map { own in
      { @Sendable (channel: Int, value: Double) in own(places[channel], value) }
    }
    return StoredRows(log, range, places.map { columns[$0] }, transform)
  }

  func mapped(_ further: @escaping @Sendable (Int, Double) -> Double) -> StoredRows {
    guard let transform else { return StoredRows(log, range, columns, further) }
    return StoredRows(log, range, columns) { further($0, transform($0, $1)) }
  }

  func time(_ row: Int) -> Double {
    let row = range.lowerBound + row
    return log.numbers(row..<row + 1)[0]
  }

  func value(_ row: Int, _ channel: Int) -> Double? {
    let row = range.lowerBound + row
    return value(log.numbers(row..<row + 1)[columns[channel]], channel)
  }

  func firstRow(after time: Double) -> Int {
    log.firstRow(after: time, in: range) - range.lowerBound
  }

  /// Times, values and mask of all rows.
  var all: (times: [Double], values: [Double], isObserved: [Bool]) {
    var (times, values, isObserved): ([Double], [Double], [Bool]) = ([], [], [])
    times.reserveCapacity(count)
    values.reserveCapacity(count * columns.count)
    isObserved.reserveCapacity(count * columns.count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceRows) {
      let numbers = log.numbers(start..<min(start + pieceRows, range.upperBound))
      for row in stride(from: 0, to: numbers.count, by: log.width) {
        times.append(numbers[row])
        for (channel, column) in columns.enumerated() {
          let value = value(numbers[row + column], channel)
          values.append(value ?? 0)
          isObserved.append(value != nil)
        }
      }
    }
    return (times, values, isObserved)
  }

  /// A value that is not-a-number was not observed.
  private func value(_ number: Double, _ channel: Int) -> Double? {
    number.isNaN ? nil : transform.map { $0(channel, number) } ?? number
  }
}

/// The observed values of a channel in order of time; of very many, some are kept and the others read again.
struct ChannelReadings {
  /// Of more rows than these not all values are kept.
  static let limit = 1 << 16
  /// Neighbours that are kept together, so that the steps between them are.
  private static let block = 16
  /// Values before a step and after it without which it is no jump.
  static let margin = 8
  private static let jumpCount = 5

  let count: Int
  /// All values, or of very many evenly many blocks of neighbours.
  let sample: [Double]
  /// The number of each value of the sample; nil: the sample is all.
  private let numbers: [Int32]?
  /// Numbers of the least and the largest value, and these; the first ones of several.
  let extremes: (low: Extreme, high: Extreme)
  /// Where the five largest steps are, and the five largest in the logarithm; at least `margin` values are on both sides.
  let jumps: [Int]

  struct Extreme {
    var value: Double
    var number: Int
  }

  private let log: RowLog
  private let column: Int
  /// The number of the first value of each piece of the log, and the count.
  private let starts: [Int]

  init(_ log: RowLog, column: Int) {
    self.log = log
    self.column = column
    let every = (log.count + Self.limit - 1) / Self.limit
    var (sample, numbers, starts): ([Double], [Int32], [Int]) = ([], [], [])
    if every <= 1 { sample.reserveCapacity(log.count) }
    var number = 0
    var low = Extreme(value: .infinity, number: 0)
    var high = Extreme(value: -.infinity, number: 0)
    var steps = LargestSteps(count: Self.jumpCount + Self.margin)
    var before = Double.nan
    for rows in Self.pieces(of: log) {
      starts.append(number)
      let piece = log.numbers(rows)
      for place in stride(from: column, to: piece.count, by: log.width) {
        let value = piece[place]
        if value.isNaN { continue }
        if every <= 1 || number / Self.block % every == 0 {
          sample.append(value)
          if every > 1 { numbers.append(Int32(clamping: number)) }
        }
        if value < low.value { low = Extreme(value: value, number: number) }
        if value > high.value { high = Extreme(value: value, number: number) }
        if number >= Self.margin { steps.take(from: before, to: value, number) }
        before = value
        number += 1
      }
    }
    count = number
    self.starts = starts + [number]
    self.sample = sample
    self.numbers = every > 1 ? numbers : nil
    extremes = (low, high)
    jumps = steps.places(upTo: number - Self.margin, Self.jumpCount)
  }

  private static func pieces(of log: RowLog) -> some Sequence<Range<Int>> {
    let size = StoredRows.pieceRows
    return stride(from: 0, to: log.count, by: size).lazy.map { $0..<min($0 + size, log.count) }
  }

  /// Whether the sample is all there is.
  var isWhole: Bool { numbers == nil }

  /// The number of a value of the sample.
  func number(ofSample place: Int) -> Int { numbers.map { Int($0[place]) } ?? place }

  /// The values with these numbers.
  func values(_ range: Range<Int>) -> ArraySlice<Double> {
    if isWhole { return sample[range] }
    var values: [Double] = []
    forEach(in: range) { _, row in values.append(row[column]) }
    return values[...]
  }

  /// Time and line of a value.
  func position(of number: Int) -> (time: Double, line: Int) {
    var found = (time: 0.0, line: 0)
    forEach(in: number..<number + 1) { _, row in found = (row[0], Int(row[1])) }
    return found
  }

  /// How many values a condition holds for.
  func count(where isMeant: (Double) -> Bool) -> Int {
    var count = 0
    forEach(in: 0..<self.count) { _, row in if isMeant(row[column]) { count += 1 } }
    return count
  }

  /// Calls with the number and the row, rebased to 0, of each of some values.
  func forEach(in range: Range<Int>, _ body: (Int, UnsafeBufferPointer<Double>) -> Void) {
    let pieces = Array(Self.pieces(of: log))
    var piece = starts.dropLast().partitioningIndex { $0 > range.lowerBound } - 1
    while piece < pieces.count, starts[piece] < range.upperBound {
      var number = starts[piece]
      log.numbers(pieces[piece]).withUnsafeBufferPointer { all in
        for start in stride(from: 0, to: all.count, by: log.width) {
          let row = UnsafeBufferPointer(rebasing: all[start..<start + log.width])
          if row[column].isNaN { continue }
          if range.contains(number) { body(number, row) }
          number += 1
        }
      }
      piece += 1
    }
  }
}

/// The largest steps of a row of values, plain ones and those of the logarithm.
private struct LargestSteps {
  private let count: Int
  private var plain: [Step] = []
  private var relative: [Step] = []

  private struct Step {
    var size: Double
    var place: Int
  }

  init(count: Int) { self.count = count }

  mutating func take(from a: Double, to b: Double, _ place: Int) {
    Self.keep(Step(size: abs(b - a), place: place), count, &plain)
    // As the logarithm of the ratio.
    if a > 0 && b > 0 { Self.keep(Step(size: max(a / b, b / a), place: place), count, &relative) }
  }

  private static func keep(_ step: Step, _ count: Int, _ list: inout [Step]) {
    if list.count == count && step.size <= list[count - 1].size { return }
    list.insert(step, at: list.firstIndex { $0.size < step.size } ?? list.count)
    if list.count > count { list.removeLast() }
  }

  /// The places of the largest of each kind that lie at most there, in order.
  func places(upTo last: Int, _ number: Int) -> [Int] {
    let all = [plain, relative].flatMap { list in
      list.filter { $0.place <= last }.prefix(number).map(\.place)
    }
    return Set(all).sorted()
  }
}

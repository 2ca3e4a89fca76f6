/// The observed values of a channel in order of time, numbered from 0. Long channels are sampled,
///
/// and other values are read again when needed.
struct ChannelReadings {
  /// A value and its number.
  struct Reading {
    var value: Double
    var number: Int
  }

  /// Adjacent values that are sampled together, so that the differences between them are available.
  static let block = 16
  /// Channels with more values are sampled in blocks.
  static let mostBlocks = 1 << 13
  /// The number of values needed before and after a jump.
  static let margin = 8
  private static let jumpCount = 5

  let count: Int
  /// All values, or the sampled blocks of a long channel.
  let sample: [Double]
  /// Whether the sample contains all values.
  let isWhole: Bool
  /// The first occurrences of the smallest and the largest value.
  let extremes: (low: Reading, high: Reading)
  /// Numbers of the values after the five largest differences, and the five largest in the
  /// logarithm; at least `margin` values are on both sides.
  let jumps: [Int]

  private let log: RowLog
  private let column: Int
  /// Numbers of the first value of each sampled block, and of each piece of the log.
  private let blocks, pieces: [Int]

  /// The readings of some columns of a log, which are read in one iteration.
  static func all(of log: RowLog, columns: [Int]) -> [ChannelReadings] {
    var scans = columns.map { _ in Scan() }
    for rows in log.pieces {
      for scan in scans.indices { scans[scan].pieces.append(scans[scan].number) }
      let numbers = log.numbers(rows)
      for row in stride(from: 0, to: numbers.count, by: log.width) {
        for (scan, column) in columns.enumerated() {
          let value = numbers[row + column]
          if !value.isNaN { scans[scan].take(value) }
        }
      }
    }
    return zip(columns, scans).map { ChannelReadings(log, column: $0, $1) }
  }

  private init(_ log: RowLog, column: Int, _ scan: Scan) {
    var scan = scan
    scan.endBlock()
    self.log = log
    self.column = column
    count = scan.number
    sample = scan.sample
    blocks = scan.starts.elements
    isWhole = scan.starts.isWhole
    pieces = scan.pieces
    extremes = (scan.low, scan.high)
    jumps = scan.steps.places(upTo: count - Self.margin, Self.jumpCount)
  }

  /// The state of the iteration over the values.
  private struct Scan {
    var number = 0
    var low = Reading(value: .infinity, number: 0)
    var high = Reading(value: -.infinity, number: 0)
    var steps = LargestSteps(count: jumpCount + margin)
    /// The sampled blocks and their start indices.
    var sample: [Double] = []
    var starts = ThinnedList<Int>(limit: mostBlocks)
    var pieces: [Int] = []
    private var last = Double.nan
    private var open: [Double] = []

    mutating func take(_ value: Double) {
      open.append(value)
      if open.count == block { endBlock() }
      if value < low.value { low = Reading(value: value, number: number) }
      if value > high.value { high = Reading(value: value, number: number) }
      if number >= margin { steps.take(from: last, to: value, number) }
      last = value
      number += 1
    }

    mutating func endBlock() {
      if open.isEmpty { return }
      if starts.takesNext { sample += open }
      let old = starts.isFull && starts.takesNext ? starts.elements : []
      starts.append(starts.count * block)
      open.removeAll(keepingCapacity: true)
      if !old.isEmpty { keepBlocks(of: old) }
    }

    /// Removes from the sample the blocks that the thinned list of starts no longer contains.
    private mutating func keepBlocks(of old: [Int]) {
      var kept = 0
      for (place, start) in old.enumerated() where starts.elements.count > kept {
        if start != starts.elements[kept] { continue }
        for neighbour in 0..<block {
          sample[kept * block + neighbour] = sample[place * block + neighbour]
        }
        kept += 1
      }
      let last = sample[(old.count * block)...]
      sample.replaceSubrange((kept * block)..., with: starts.elements.count > kept ? last : [])
    }
  }

  /// The number of a value of the sample.
  func number(ofSample place: Int) -> Int { blocks[place / Self.block] + place % Self.block }

  /// The values with these numbers.
  func values(_ range: Range<Int>) -> ArraySlice<Double> {
    if isWhole { return sample[range] }
    var values: [Double] = []
    forEach(in: range) { values.append($0.value) }
    return values[...]
  }

  /// Time and line of a value.
  func position(of number: Int) -> (time: Double, line: Int) {
    var found = (time: 0.0, line: 0)
    forEach(in: number..<number + 1) { found = ($0.time, $0.line) }
    return found
  }

  /// How many values satisfy a condition.
  func count(where isMeant: (Double) -> Bool) -> Int {
    if isWhole { return sample.count(where: isMeant) }
    var count = 0
    forEach(in: 0..<self.count) { if isMeant($0.value) { count += 1 } }
    return count
  }

  private func forEach(
    in range: Range<Int>, _ body: ((value: Double, time: Double, line: Int)) -> Void
  ) {
    // The last piece that begins at the start of the range or before it.
    let first = max(0, pieces.partitioningIndex { $0 > range.lowerBound } - 1)
    for (rows, start) in zip(log.pieces, pieces).dropFirst(first) {
      if start >= range.upperBound { return }
      let numbers = log.numbers(rows)
      var number = start
      for row in Swift.stride(from: 0, to: numbers.count, by: log.width)
      where !numbers[row + column].isNaN {
        if range.contains(number) {
          body((numbers[row + column], numbers[row], Int(numbers[row + 1])))
        }
        number += 1
      }
    }
  }
}

/// The largest differences of consecutive values, plain and in the logarithm.
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
    // The logarithm of the ratio.
    if a > 0 && b > 0 { Self.keep(Step(size: max(a / b, b / a), place: place), count, &relative) }
  }

  private static func keep(_ step: Step, _ count: Int, _ list: inout [Step]) {
    if list.count == count && step.size <= list[count - 1].size { return }
    list.insert(step, at: list.firstIndex { $0.size < step.size } ?? list.count)
    if list.count > count { list.removeLast() }
  }

  /// The indices of the largest of each kind up to an index, in order.
  func places(upTo last: Int, _ number: Int) -> [Int] {
    let all = [plain, relative].flatMap { list in
      list.filter { $0.place <= last }.prefix(number).map(\.place)
    }
    return Set(all).sorted()
  }
}

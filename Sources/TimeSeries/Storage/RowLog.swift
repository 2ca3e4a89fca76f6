/// Rows of numbers in order of time, appended one by one and read in any order.
///
/// They are in memory until they are moved to a scratch file; afterwards each block of rows needs
/// one entry of an index.
struct RowLog: Sendable {
  /// Numbers per row; the first is the time.
  let width: Int
  private(set) var count = 0

  /// Rows that are not in the file.
  private var tail: [Double] = []
  private var scratch: ScratchFile?
  private var blocks: [Block] = []

  /// Adjacent rows that are read together.
  private struct Block {
    var firstRow: Int
    var firstTime: Double
    /// The offset in the file, in numbers.
    var place: Int
  }

  /// Numbers of a block, which a search reads, and of a piece, which an iteration over all rows
  /// reads at once.
  private static let blockNumbers = 1 << 11
  static let pieceNumbers = 1 << 13

  init(width: Int) { self.width = width }

  /// Rows that an iteration reads at once.
  var pieceRows: Int { max(1, Self.pieceNumbers / width) }

  /// All rows in order, one piece at a time.
  var pieces: some Sequence<Range<Int>> {
    let (size, count) = (pieceRows, count)
    return stride(from: 0, to: count, by: size).lazy.map { $0..<min($0 + size, count) }
  }

  /// Appends a row.
  mutating func append(_ row: some Collection<Double>) {
    tail.append(contentsOf: row)
    count += 1
  }

  /// Moves the rows in memory to a file if there are enough of them; without free space they stay
  /// in memory.
  ///
  /// - Returns: how many numbers were moved.
  @discardableResult
  mutating func move(to space: inout ScratchSpace, ifAtLeast least: Int = 1) -> Int {
    guard tail.count >= least, let (file, place) = space.append(tail) else { return 0 }
    let size = max(1, Self.blockNumbers / width) * width
    for start in stride(from: 0, to: tail.count, by: size) {
      blocks.append(
        Block(
          firstRow: firstTailRow + start / width, firstTime: tail[start], place: place + start))
    }
    scratch = file
    defer { tail.removeAll(keepingCapacity: false) }
    return tail.count
  }

  private var firstTailRow: Int { count - tail.count / width }

  /// Whether no row is in a file.
  var isInMemory: Bool { blocks.isEmpty }

  /// The numbers of a range of rows, row by row.
  func numbers(_ rows: Range<Int>) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(rows.count * width)
    var row = rows.lowerBound
    while row < min(rows.upperBound, firstTailRow), let scratch {
      let (block, end) = block(of: row)
      let last = min(rows.upperBound, end)
      numbers += scratch.numbers(
        (last - row) * width, from: block.place + (row - block.firstRow) * width)
      row = last
    }
    let first = firstTailRow
    if row < rows.upperBound {
      numbers += tail[(row - first) * width..<(rows.upperBound - first) * width]
    }
    return numbers
  }

  /// The block that contains a row of the file, and the first row after it.
  private func block(of row: Int) -> (block: Block, end: Int) {
    let next = blocks.partitioningIndex { $0.firstRow > row }
    return (blocks[next - 1], next < blocks.count ? blocks[next].firstRow : firstTailRow)
  }

  /// The first row of a range whose time is greater than a time, or the end of the range.
  func firstRow(after time: Double, in rows: Range<Int>) -> Int {
    if let first = tail.first, first <= time {
      let row = (0..<tail.count / width).partitioningIndex { tail[$0 * width] > time }
      return min(max(firstTailRow + row, rows.lowerBound), rows.upperBound)
    }
    let next = blocks.partitioningIndex { $0.firstTime > time }
    var low = next > 0 ? blocks[next - 1].firstRow : 0
    var high = next == 0 ? 0 : next < blocks.count ? blocks[next].firstRow : firstTailRow
    (low, high) = (max(low, rows.lowerBound), min(high, rows.upperBound))
    if low >= high { return min(low, rows.upperBound) }
    let numbers = numbers(low..<high)
    return low + (0..<high - low).partitioningIndex { numbers[$0 * width] > time }
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index from which on a monotone condition holds; the end if it never does.
  package func partitioningIndex(where isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

import Platform
public import NumericCore

/// A confidence interval for a statistic of `count` entries in order of time, by resampling blocks.
///
/// Adjacent windows share observations, so single entries are not independent: blocks of
/// `blockLength` entries are drawn with replacement (the moving block bootstrap, Künsch 1989), and
/// the interval is between the quantiles (1 ± level) / 2 of the statistic over the replicates.
///
/// - Precondition: `count` and `replicates` are positive, and `level` is between 0 and 1.
public func bootstrapInterval(
  count: Int, blockLength: Int, level: Double = 0.9, replicates: Int = 1_000, key: RandomKey,
  statistic: (_ places: [Int]) -> Double
) -> ClosedRange<Double> {
  precondition(
    count > 0 && replicates > 0 && level > 0 && level < 1,
    "a bootstrap of \(count) entries with \(replicates) replicates at level \(level)")
  let blocks = MovingBlocks(count: count, blockLength: blockLength)
  var values = (0..<replicates).map { replicate in
    statistic(blocks.draw(key.folding(in: UInt64(replicate))).flatMap { Array($0) })
  }
  values.sort()
  return quantile(values, (1 - level) / 2)...quantile(values, (1 + level) / 2)
}

/// Means of several columns over the same resampled blocks, `[replicate][column]`.
///
/// The blocks are those of `bootstrapInterval`; sums over them are differences of running sums, so
/// a replicate costs one lookup per block.
///
/// - Precondition: columns have equal lengths and are not empty.
public func bootstrapMeans(
  of columns: [[Double]], blockLength: Int, replicates: Int = 1_000, key: RandomKey
) -> [[Double]] {
  let count = columns.first?.count ?? 0
  precondition(
    count > 0 && columns.allSatisfy { $0.count == count },
    "a bootstrap of columns of \(columns.map(\.count)) entries")
  let running = columns.map { column in
    column.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1) }
  }
  let blocks = MovingBlocks(count: count, blockLength: blockLength)
  return (0..<replicates).map { replicate in
    let drawn = blocks.draw(key.folding(in: UInt64(replicate)))
    return running.map { sums in
      drawn.reduce(0) { $0 + sums[$1.upperBound] - sums[$1.lowerBound] } / Double(count)
    }
  }
}

/// The interval between the quantiles (1 ± level) / 2 of some values.
func centralInterval(_ values: [Double], level: Double = 0.9) -> ClosedRange<Double> {
  let sorted = values.sorted()
  return quantile(sorted, (1 - level) / 2)...quantile(sorted, (1 + level) / 2)
}

/// Blocks of entries, drawn with replacement until they have as many entries as there are.
private struct MovingBlocks {
  let count: Int
  let length: Int

  init(count: Int, blockLength: Int) {
    self.count = count
    length = min(max(1, blockLength), count)
  }

  func draw(_ key: RandomKey) -> [Range<Int>] {
    var words = RandomWords(key)
    var blocks: [Range<Int>] = []
    var drawn = 0
    while drawn < count {
      let start = words.next(below: count - length + 1)
      let block = start..<start + min(length, count - drawn)
      blocks.append(block)
      drawn += block.count
    }
    return blocks
  }
}

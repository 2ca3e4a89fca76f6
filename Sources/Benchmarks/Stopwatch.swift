import Platform

/// Times of repeated work.
package struct Stopwatch {
  /// Milliseconds of process CPU time, one a repetition.
  package private(set) var processor: [Double] = []
  /// Milliseconds of wall time, one a repetition.
  package private(set) var wall: [Double] = []

  package init() {}

  /// Does the work once and notes its times.
  package mutating func time<Result>(_ work: () throws -> Result) rethrows -> Result {
    let (start, used) = (SystemClock.monotonicTime, SystemClock.processTime)
    let result = try work()
    processor.append(1e3 * (SystemClock.processTime - used))
    wall.append(1e3 * (SystemClock.monotonicTime - start))
    return result
  }

  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

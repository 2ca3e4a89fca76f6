import NumericCore

/// Times of repeated work.
package struct Stopwatch {
  /// Milliseconds of process CPU time, one a repetition.
  package private(set) var processor: [Double] = []
  /// Milliseconds of wall time, one a repetition.
  package private(set) var wall: [Double] = []

  package init() {}

  /// Does the work once and notes its times.
  package mutating func time<Result>(_ work: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let (start, used) = (clock.now, SystemClock.processTime)
    let result = try work()
    processor.append(1e3 * (SystemClock.processTime - used))
    let elapsed = (clock.now - start).components
    wall.append(1e3 * Double(elapsed.seconds) + 1e-15 * Double(elapsed.attoseconds))
    return result
  }

  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

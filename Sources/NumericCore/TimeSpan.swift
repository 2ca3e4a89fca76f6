public import Platform

/// A time span with a direction; `end` may be before `start`.
public struct TimeSpan: Hashable, Sendable {
  /// The first time.
  public var start: Double
  /// The last time.
  public var end: Double

  /// A span between two times.
  ///
  /// - Precondition: both ends are finite.
  @inlinable
  public init(from start: Double, to end: Double) {
    precondition(start.isFinite && end.isFinite, "a time span is finite: \(start), \(end)")
    self.start = start
    self.end = end
  }

  /// The signed length: negative if time runs backwards.
  @inlinable public var length: Double { end - start }

  /// Whether the end is not before the start.
  @inlinable public var isForward: Bool { end >= start }

  /// `count` times, evenly spaced, with both ends.
  ///
  /// - Precondition: `count` is at least 2.
  public func evenlySpaced(_ count: Int) -> [Double] {
    precondition(count >= 2, "evenly spaced times are at least 2, not \(count)")
    return (0..<count).map { index in
      index == count - 1 ? end : start + length * (Double(index) / Double(count - 1))
    }
  }
}

/// The forced times of one solve: times at which the right-hand side may jump, so that a step ends
/// at each of them.
@usableFromInline
struct ForcedTimes: Hashable, Sendable {
  /// Those inside the span, each once, in the order of the solve.
  @usableFromInline let inner: [Double]
  @usableFromInline let includesStart: Bool
  @usableFromInline let includesEnd: Bool

  @usableFromInline static let none = ForcedTimes([], from: 0, to: 0)

  /// - Parameter times: in any order; those outside the span and repeated ones do not matter.
  @usableFromInline
  init(_ times: [Double], from start: Double, to end: Double) {
    includesStart = times.contains(start)
    includesEnd = times.contains(end)
    let (first, last) = (min(start, end), max(start, end))
    var inner: [Double] = []
    // An array that grows takes a varying number of allocations: it uses what a block has to spare.
    inner.reserveCapacity(times.count)
    for time in times.sorted() where time > first && time < last && time != inner.last {
      inner.append(time)
    }
    self.inner = end < start ? inner.reversed() : inner
  }

  /// The end of the piece that this number of inner times precede.
  @inlinable
  func pieceEnd(_ index: Int, spanEnd: Double) -> Double {
    index < inner.count ? inner[index] : spanEnd
  }

  /// Whether that end is a forced time.
  @inlinable
  func jumpsAtEnd(ofPiece index: Int) -> Bool { index < inner.count || includesEnd }

  @inlinable
  func jumpsAtStart(ofPiece index: Int) -> Bool { index > 0 || includesStart }
}

import NumericCore

/// The events of the rows of one solve: what is watched and what has occurred.
final class RowWatch<Scalar: RowScalar> {
  let events: any RowEvents<Scalar>
  var scans: [EventScan]
  var records: [RowEventRecord<Scalar>] = []
  /// A state inside a step, and one before an event.
  let inner: UnsafeMutablePointer<Scalar>
  let before: UnsafeMutablePointer<Scalar>

  init(_ events: any RowEvents<Scalar>, rows: Int, width: Int, _ times: SaveTimes) {
    self.events = events
    scans = (0..<rows).map { row in
      let saves = times.times(ofRow: row)
      return EventScan(events.directions, TimeSpan(from: saves[0], to: saves[times.count - 1]))
    }
    inner = .allocate(capacity: width)
    before = .allocate(capacity: width)
  }

  deinit {
    inner.deallocate()
    before.deallocate()
  }
}

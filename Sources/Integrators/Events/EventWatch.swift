public import NumericCore

/// The events of one solve of a single state: what is watched and what has occurred.
@usableFromInline
struct EventWatch<Field: VectorField>: Sendable {
  @usableFromInline let events: [Event<Field>]
  /// The index of the event of each root function.
  @usableFromInline let roots: [Int]
  @usableFromInline let functions: [Event<Field>.Function]
  /// Nil while it is in use.
  @usableFromInline var scan: EventScan?
  @usableFromInline var records: [EventRecord<Field.State>] = []

  @usableFromInline
  init?(_ events: [Event<Field>], _ span: TimeSpan) {
    if events.isEmpty { return nil }
    self.events = events
    var (roots, functions, directions): ([Int], [Event<Field>.Function], [EventDirection])
    (roots, functions, directions) = ([], [], [])
    for (index, event) in events.enumerated() {
      guard case .root(let direction, let function) = event.trigger else { continue }
      roots.append(index)
      functions.append(function)
      directions.append(direction)
    }
    (self.roots, self.functions) = (roots, functions)
    scan = EventScan(directions, span)
  }

  /// The values of all root functions.
  @inlinable
  func evaluate(_ time: Double, _ state: Field.State, into values: inout [Double]) {
    for index in functions.indices { values[index] = functions[index](time, state) }
  }

  /// The events at this very time.
  @inlinable
  func timedEvents(at time: Double) -> [Int] {
    events.indices.filter { events[$0].times.contains(time) }
  }
}

/// How fast events follow each other.
///
/// When this many in a row took less time than a small part of the span, they accumulate: there is
/// no end to them at any time that can be represented.
@usableFromInline
struct EventPace: Sendable {
  @usableFromInline static let count = 16
  @usableFromInline static let smallestPart = 1e-11

  @usableFromInline let shortest: Double
  /// The times of the last events, in a ring.
  @usableFromInline var times = [Double](repeating: .infinity, count: EventPace.count)
  @usableFromInline var next = 0

  @usableFromInline
  init(_ span: TimeSpan) { shortest = EventPace.smallestPart * span.length.magnitude }

  /// Adds an event that ends a piece; whether too many follow each other.
  @inlinable
  mutating func accumulates(_ time: Double) -> Bool {
    let isTooFast = (time - times[next]).magnitude < shortest
    times[next] = time
    next = (next + 1) % EventPace.count
    return isTooFast
  }
}

public import NumericCore

/// A crossing of zero inside a step.
@frozen
@usableFromInline
struct EventCrossing: BitwiseCopyable, Sendable {
  /// Place in the step, in (0, 1].
  @usableFromInline let theta: Double
  /// The index of the root function.
  @usableFromInline let index: Int

  @inlinable
  init(theta: Double, index: Int) {
    self.theta = theta
    self.index = index
  }
}

/// On which side of zero the root functions of one trajectory are, and where they cross it.
///
/// Nothing is allocated while no event occurs.
@usableFromInline
struct EventScan: Sendable {
  @usableFromInline let directions: [EventDirection]
  /// +1 or −1; 0 where a function starts at a root, so that its side follows from its slope.
  @usableFromInline var sides: [Int8]
  /// The functions at the start of the step and at the quarters of it, then next to each of these
  /// places, and at one more.
  @usableFromInline var samples: [[Double]]
  /// From where on in the step each function has its side.
  @usableFromInline var firstPlaces: [Double]
  /// Functions that have just fired.
  @usableFromInline var hasFired: [Bool]
  /// The crossings of the last step in the functions' directions, in the order of the solve.
  @usableFromInline var crossings: [EventCrossing] = []
  @usableFromInline var pace: EventPace

  @usableFromInline
  init(_ directions: [EventDirection], _ span: TimeSpan) {
    self.directions = directions
    pace = EventPace(span)
    sides = Array(repeating: 0, count: directions.count)
    firstPlaces = Array(repeating: 0, count: directions.count)
    hasFired = Array(repeating: false, count: directions.count)
    samples = Array(
      repeating: Array(repeating: 0, count: directions.count),
      count: EventScan.other + 1)
    crossings.reserveCapacity(directions.count)
  }

  @usableFromInline static let intervals = 4
  /// The distance over which slopes are examined.
  @usableFromInline static let nearby = 0x1p-10

  /// The list of values next to a sample, on the inner side.
  @inlinable
  static func beside(_ sample: Int) -> Int { intervals + 1 + sample }

  @usableFromInline static let spare = 2 * intervals + 2
  @usableFromInline static let other = spare + 1

  /// The values of all root functions at a place in the step.
  @usableFromInline typealias Functions = (_ theta: Double, _ values: inout [Double]) -> Void

  @inlinable
  static func side(_ value: Double) -> Int8 { value > 0 ? 1 : value < 0 ? -1 : 0 }

  @inlinable
  func matches(_ index: Int, risesFrom side: Int8) -> Bool {
    switch directions[index] {
    case .either: true
    case .rising: side < 0
    case .falling: side > 0
    }
  }

  /// Finds the crossings of an accepted step, whose length is `size`; `samples[0]` holds the values
  /// at its start.
  @inlinable
  mutating func scan(time: Double, size: Double, _ functions: Functions) {
    crossings.removeAll(keepingCapacity: true)
    for sample in 0...EventScan.intervals {
      let theta = Double(sample) / Double(EventScan.intervals)
      let isLast = sample == EventScan.intervals
      if sample > 0 { functions(theta, &samples[sample]) }
      functions(
        isLast ? 1 - EventScan.nearby : theta + EventScan.nearby,
        &samples[EventScan.beside(sample)])
    }
    if sides.contains(0) { settle(functions) }
    let resolution = 0.25 * EventScan.resolution(time: time, size: size)
    for index in directions.indices {
      scan(index, resolution, functions)
      firstPlaces[index] = 0
    }
    if crossings.count > 1 {
      crossings.sort { ($0.theta, $0.index) < ($1.theta, $1.index) }
    }
  }

  /// Makes the end of the last step the start of the next.
  @inlinable
  mutating func advance() { samples.swapAt(0, EventScan.intervals) }

  /// Sets the sides to those of these values, except of functions that have just fired.
  @inlinable
  mutating func setSides() {
    for index in directions.indices where !hasFired[index] {
      let side = EventScan.side(samples[0][index])
      if side != 0 { sides[index] = side }
    }
  }

  /// Compares the values after a jump, in `samples[0]`, with the sides before it.
  ///
  /// Returns the functions that the jump has carried over zero in their directions.
  @inlinable
  mutating func jump() -> [Int] {
    var crossed: [Int] = []
    for index in directions.indices {
      let (before, after) = (sides[index], EventScan.side(samples[0][index]))
      sides[index] = hasFired[index] ? 0 : after
      if before != 0 && after == -before && !hasFired[index] && matches(index, risesFrom: before) {
        crossed.append(index)
      }
    }
    return crossed
  }

  /// The crossings from a place of the list on that occur at the same time as that one.
  @inlinable
  func group(from first: Int, _ resolution: Double) -> Range<Int> {
    var last = first + 1
    while last < crossings.count
      && crossings[last].theta - crossings[first].theta <= resolution
    {
      last += 1
    }
    return first..<last
  }

  /// Four units of the last place of the time, as a part of a step.
  @inlinable
  static func resolution(time: Double, size: Double) -> Double {
    4 * max(time.magnitude, (time + size).magnitude).ulp / size.magnitude
  }

  /// Finds the sides to which functions go that start at a root.
  ///
  /// The smallest part of the step in which a function changes in proportion to the time decides: a
  /// change that is smaller is rounding.
  @inlinable
  mutating func settle(_ functions: Functions) {
    var theta = 0x1p-40
    while theta <= EventScan.nearby && sides.contains(0) {
      functions(theta, &samples[EventScan.spare])
      functions(2 * theta, &samples[EventScan.other])
      for index in directions.indices where sides[index] == 0 {
        let start = samples[0][index]
        let once = samples[EventScan.spare][index] - start
        let twice = samples[EventScan.other][index] - start
        guard once != 0 && (twice - 2 * once).magnitude < 0.5 * once.magnitude else { continue }
        let isOff = start.magnitude > twice.magnitude
        sides[index] = EventScan.side(isOff ? start : twice)
        if !isOff { firstPlaces[index] = 2 * theta }
      }
      theta *= 0x1p10
    }
  }

  @inlinable
  mutating func scan(_ index: Int, _ resolution: Double, _ functions: Functions) {
    for part in 0..<EventScan.intervals {
      let start = Double(part) / Double(EventScan.intervals)
      let end = Double(part + 1) / Double(EventScan.intervals)
      let side = sides[index]
      let next = EventScan.side(samples[part + 1][index])
      if side == 0 {
        sides[index] = next
      } else if next != side {
        cross(index, from: start, to: end, resolution, functions)
        if next == 0 { sides[index] = 0 }
      } else if let inner = dip(index, part, functions) {
        cross(index, from: start, to: inner, resolution, functions)
        cross(index, from: inner, to: end, resolution, functions)
      }
    }
  }

  /// Locates the crossing between two places and changes the function's side.
  @inlinable
  mutating func cross(
    _ index: Int, from start: Double, to end: Double, _ resolution: Double, _ functions: Functions
  ) {
    let side = sides[index]
    sides[index] = -side
    guard matches(index, risesFrom: side) else { return }
    let first = max(start, firstPlaces[index])
    let theta = RootBracket.crossing(from: first, to: end, side: side, resolution) { theta in
      functions(theta, &samples[EventScan.spare])
      return samples[EventScan.spare][index]
    }
    crossings.append(EventCrossing(theta: theta, index: index))
  }

  /// A place inside a quarter of the step at which a function that has one sign at both ends has the
  /// other; nil if the function does not turn toward zero and back, or does not reach it.
  @inlinable
  mutating func dip(_ index: Int, _ part: Int, _ functions: Functions) -> Double? {
    let side = Double(sides[index])
    guard side * slope(index, part) < 0 && side * slope(index, part + 1) > 0 else { return nil }
    let start = Double(part) / Double(EventScan.intervals)
    let end = Double(part + 1) / Double(EventScan.intervals)
    return RootBracket.negative(between: start, and: end) { theta in
      functions(theta, &samples[EventScan.spare])
      return side * samples[EventScan.spare][index]
    }
  }

  /// A multiple of the slope of a function at a sample.
  @inlinable
  func slope(_ index: Int, _ sample: Int) -> Double {
    let change = samples[EventScan.beside(sample)][index] - samples[sample][index]
    return sample < EventScan.intervals ? change : -change
  }
}

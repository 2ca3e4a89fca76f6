/// Locates the crossings of switches that depend on time, inputs and parameters only, before a solve.
///
/// Affine roots are solved exactly; others are scanned at 4,096 points of the span, and between three points by a
/// parabola, so that a pulse of 1/2,000 of the span is found.
struct TimedSwitches<Scalar: EquationScalar> {
  private let registers: HybridRegisters<Scalar>
  private let model: HybridModel
  private let start: Double
  private let end: Double
  private let direction: Double
  /// Times at which inputs jump or bend, inside the span and in its order.
  private let knots: [Double]
  /// Places of the switches.
  private let places: [Int]
  private let zeros: [Double]
  private(set) var boundaries: [Boundary] = []

  static var sampleCount: Int { 4_096 }
  /// More crossings than this are refused.
  static var crossingLimit: Int { 100_000 }

  init(_ registers: HybridRegisters<Scalar>, from start: Double, to end: Double, knots: [Double]) {
    self.registers = registers
    model = registers.model
    self.start = start
    self.end = end
    direction = end < start ? -1 : 1
    self.knots = knots
    places = model.switches.indices.filter { registers.model.switches[$0].isTimed }
    zeros = [Double](repeating: 0, count: registers.stateCount)
  }

  /// Finds all crossings; afterwards the registers have the modes at the start.
  ///
  /// - Returns: false if there are too many.
  mutating func locate() -> Bool {
    let ends = knots + [end]
    var time = start
    registers.fixIntervals(from: start, to: ends[0])
    for place in places { registers.set(mode: place, to: mode(of: place, at: start)) }
    let first = places.map { registers.mode($0) }
    for (piece, pieceEnd) in ends.enumerated() {
      while let (crossing, place, mode) = nextCrossing(from: time, to: pieceEnd) {
        if boundaries.count > Self.crossingLimit { return false }
        cross(place, to: mode, at: crossing)
        time = crossing
      }
      time = pieceEnd
      guard piece + 1 < ends.count else { break }
      registers.fixIntervals(from: pieceEnd, to: ends[piece + 1])
      for place in places {
        change(place, to: mode(of: place, at: pieceEnd), at: pieceEnd, slopes: [])
      }
    }
    for (place, mode) in zip(places, first) { registers.set(mode: place, to: mode) }
    return true
  }

  private func root(_ place: Int, at time: Double) -> Double {
    registers.values(time, zeros)[model.switches[place].root]
  }

  /// The mode just after a time, in the direction of the solve.
  private func mode(of place: Int, at time: Double) -> Double {
    let found = model.switches[place]
    let slope = { registers.gradients(time, zeros).byTime(found.root) * direction }
    return found.kind.mode(root(place, at: time), slope: slope)
  }

  private mutating func change(
    _ place: Int, to mode: Double, at time: Double, slopes: [Double]
  ) {
    guard mode != registers.mode(place) else { return }
    registers.set(mode: place, to: mode)
    boundaries.append(Boundary(time: time, slopes: slopes, change: .mode(place, mode)))
  }

  private mutating func cross(_ place: Int, to mode: Double, at time: Double) {
    let root = model.switches[place].root
    let gradients = registers.gradients(time, zeros)
    let rate = gradients.byTime(root)
    let slopes =
      rate == 0 || !rate.isFinite
      ? [] : (0..<gradients.parameterCount).map { -gradients.byParameter(root, $0) / rate }
    change(place, to: mode, at: time, slopes: slopes)
    var changed: Set<Int> = [place]
    for other in places
    where other != place && model.switches[other].dependencies.contains(where: changed.contains) {
      let mode = self.mode(of: other, at: time)
      guard mode != registers.mode(other) else { continue }
      change(other, to: mode, at: time, slopes: slopes)
      changed.insert(other)
    }
  }

  // MARK: Crossings

  private func nextCrossing(
    from time: Double, to pieceEnd: Double
  ) -> (time: Double, place: Int, mode: Double)? {
    var best: (time: Double, place: Int, mode: Double)?
    for place in places {
      for exit in model.switches[place].kind.exits(from: registers.mode(place)) {
        let limit = best?.time ?? pieceEnd
        let found =
          model.switches[place].isAffine && !registers.hasCurvedSignals
          ? affineCrossing(place, exit, time, limit) : scannedCrossing(place, exit, time, limit)
        if let found { best = (found, place, exit.mode) }
      }
    }
    return best
  }

  /// How far a root is beyond an exit's threshold.
  private func excess(_ place: Int, _ exit: SwitchExit, at time: Double) -> Double {
    exit.sign * (root(place, at: time) - exit.threshold)
  }

  private func affineCrossing(
    _ place: Int, _ exit: SwitchExit, _ time: Double, _ limit: Double
  ) -> Double? {
    let (first, last) = (excess(place, exit, at: time), excess(place, exit, at: limit))
    guard last > 0, first <= 0 || last > first else { return nil }
    let slope = (last - first) / (limit - time)
    if slope == 0 || !slope.isFinite { return nil }
    var crossing = time - first / slope
    // The quotient has rounding errors; where the root is 0 exactly, this finds it.
    for _ in 0..<3 { crossing -= excess(place, exit, at: crossing) / slope }
    return (crossing - time) * direction <= 0 ? time : within(crossing, limit)
  }

  private func within(_ crossing: Double, _ limit: Double) -> Double {
    (crossing - limit) * direction > 0 ? limit : crossing
  }

  private func scannedCrossing(
    _ place: Int, _ exit: SwitchExit, _ time: Double, _ limit: Double
  ) -> Double? {
    let step = (end - start) / Double(Self.sampleCount)
    var samples = [(time: time, excess: excess(place, exit, at: time))]
    var next = time
    while next != limit {
      next = (next + step - limit) * direction >= 0 ? limit : next + step
      samples.append((next, excess(place, exit, at: next)))
      let last = samples.count - 1
      if samples[last].excess > 0 {
        return bisected(place, exit, samples[last - 1].time, next)
      }
      if last >= 2, let peak = peak(Array(samples[(last - 2)...])) {
        if excess(place, exit, at: peak) > 0 {
          return bisected(place, exit, samples[last - 2].time, peak)
        }
      }
    }
    return nil
  }

  /// Where a parabola through three samples has a maximum above zero.
  private func peak(_ samples: [(time: Double, excess: Double)]) -> Double? {
    let (a, b, c) = (samples[0], samples[1], samples[2])
    let (left, right) = (
      (b.excess - a.excess) / (b.time - a.time), (c.excess - b.excess) / (c.time - b.time)
    )
    let curvature = (right - left) / (c.time - a.time)
    guard curvature * direction * direction < 0 else { return nil }
    let peak = 0.5 * (a.time + b.time) - left / (2 * curvature)
    guard (peak - a.time) * (c.time - peak) > 0 else { return nil }
    // The parabola's own value there, with room for what it does not show.
    let height = a.excess + (peak - a.time) * (left + curvature * (peak - b.time))
    let range = max(a.excess.magnitude, c.excess.magnitude)
    return height > -0.25 * range ? peak : nil
  }

  private func bisected(
    _ place: Int, _ exit: SwitchExit, _ first: Double, _ last: Double
  ) -> Double {
    var (low, high) = (first, last)
    while true {
      let middle = 0.5 * (low + high)
      if middle == low || middle == high { return high }
      if excess(place, exit, at: middle) > 0 { high = middle } else { low = middle }
    }
  }
}

/// A threshold at which a switch leaves its mode.
struct SwitchExit {
  var threshold: Double
  /// +1: the root rises through it; −1: it falls.
  var sign: Double
  /// The mode after it.
  var mode: Double
}

extension HybridModel.Switch.Kind {
  /// The mode for a value of the root; where that is at a threshold, the direction of its motion decides.
  func mode(_ root: Double, slope: () -> Double) -> Double {
    switch self {
    case .strict: root > 0 ? 1 : root == 0 && slope() > 0 ? 1 : 0
    case .weak: root > 0 ? 1 : root == 0 && slope() >= 0 ? 1 : 0
    case .sign: root > 0 ? 1 : root < 0 ? -1 : SwitchSide.sign(slope())
    case .floor:
      root == root.rounded(.down) && slope() < 0 ? root - 1 : root.rounded(.down)
    }
  }

  /// The modes below and above the threshold; nil where there is more than one threshold.
  var sides: (low: Double, high: Double)? {
    switch self {
    case .strict, .weak: (0, 1)
    case .sign: (-1, 1)
    case .floor: nil
    }
  }

  /// The thresholds at which a mode ends.
  func exits(from mode: Double) -> [SwitchExit] {
    switch self {
    case .strict, .weak:
      mode == 0
        ? [SwitchExit(threshold: 0, sign: 1, mode: 1)]
        : [SwitchExit(threshold: 0, sign: -1, mode: 0)]
    case .sign:
      switch mode {
      case 1: [SwitchExit(threshold: 0, sign: -1, mode: -1)]
      case -1: [SwitchExit(threshold: 0, sign: 1, mode: 1)]
      default:
        [
          SwitchExit(threshold: 1e-12, sign: 1, mode: 1),
          SwitchExit(threshold: -1e-12, sign: -1, mode: -1),
        ]
      }
    case .floor:
      [
        SwitchExit(threshold: mode, sign: -1, mode: mode - 1),
        SwitchExit(threshold: mode + 1, sign: 1, mode: mode + 1),
      ]
    }
  }
}

enum SwitchSide {
  static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}

import Platform

/// A measured input as a function of time: values at times, and a rule for what holds between them.
///
/// Before the first and after the last time it keeps their values.
public struct InputSignal: Hashable, Sendable {
  /// What holds between two times.
  public enum Interpolation: String, CaseIterable, Hashable, Sendable {
    /// The straight line from one value to the next.
    case linear
    /// The earlier value until the next one.
    case previous
    /// A cubic with the slope of the parabola through each value and its neighbours (Hermite).
    case cubic
    /// The natural cubic spline: twice continuously differentiable, without curvature at both ends.
    case spline
    /// A cubic that rises and falls only where the values do (Fritsch and Carlson 1980).
    case monotone
  }

  /// Strictly increasing.
  public let times: [Double]
  /// The values at `times`.
  public let values: [Double]
  /// What holds between two values.
  public let interpolation: Interpolation
  /// Of `s`, `s²` and `s³`, `s` the time since the start of an interval; one per interval.
  let coefficients: [SIMD3<Double>]

  /// - Precondition: one finite value a time, at least one; the times increase strictly.
  public init(times: [Double], values: [Double], interpolation: Interpolation = .linear) {
    precondition(
      times.count == values.count && !times.isEmpty,
      "a signal of \(times.count) times has \(values.count) values")
    precondition(
      zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times do not increase strictly")
    precondition(values.allSatisfy { $0.isFinite }, "a signal has a value that is not finite")
    self.times = times
    self.values = values
    self.interpolation = interpolation
    coefficients = SignalPolynomials(times, values).coefficients(interpolation)
  }

  /// The times at which a step of a solver must end: where the signal jumps or bends.
  ///
  /// Between polynomials that are the same but for rounding there is none, as between rows on one line. The third
  /// derivative of a spline jumps at every row; small jumps count at every 16th row only, so that no part of the signal is
  /// between two knots that a solver could step over.
  public var knots: [Double] {
    let bends = KnotBends(self)
    var knots: [Double] = []
    var skipped = 0
    for place in times.indices {
      switch bends.bend(at: place) {
      case .none: continue
      case .small where skipped < KnotBends.longestRun: skipped += 1
      case .small, .large:
        knots.append(times[place])
        skipped = 0
      }
    }
    return knots
  }

  /// The value at a time.
  public func value(at time: Double) -> Double {
    value(at: time, inInterval: interval(of: time))
  }

  /// The value at a time; the search begins at `cursor`, which is left at the interval found.
  func value(at time: Double, from cursor: inout Int) -> Double {
    moveCursor(&cursor, to: time)
    return value(at: time, inInterval: cursor)
  }

  /// Sets a cursor to the interval that holds a time; the search begins where it is.
  func moveCursor(_ cursor: inout Int, to time: Double) {
    if !contains(time, cursor) {
      cursor = contains(time, cursor + 1) ? cursor + 1 : interval(of: time)
    }
  }

  /// The value that the rule of an interval gives, whether the time lies in it or not; −1 is the interval before the
  /// first time, `times.count - 1` that after the last one.
  package func value(at time: Double, inInterval interval: Int) -> Double {
    if interval < 0 || time.isNaN { return values[0] }
    guard interval < coefficients.count else { return values[values.count - 1] }
    let (s, c) = (time - times[interval], coefficients[interval])
    return values[interval] + s * (c.x + s * (c.y + s * c.z))
  }

  /// The derivative by time of the rule of an interval.
  func slope(at time: Double, inInterval interval: Int) -> Double {
    guard coefficients.indices.contains(interval) else { return 0 }
    let (s, c) = (time - times[interval], coefficients[interval])
    return c.x + s * (2 * c.y + s * 3 * c.z)
  }

  private func contains(_ time: Double, _ interval: Int) -> Bool {
    interval >= 0 && interval < coefficients.count && times[interval] <= time
      && time < times[interval + 1]
  }

  /// The interval that holds a time, by halving.
  package func interval(of time: Double) -> Int {
    if !(time >= times[0]) { return -1 }
    var (low, high) = (0, times.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle } else { high = middle }
    }
    return low
  }
}

/// How much the derivatives of a signal change at its times.
private struct KnotBends {
  enum Bend { case none, small, large }

  /// Rows in a row whose small bends end no step.
  static let longestRun = 15
  /// Of the size of the values: changes below it are rounding.
  private static let rounding = 1e-13
  /// Of the range of the values: changes of the third derivative below it are small.
  private static let small = 1e-9

  private let signal: InputSignal
  private let size: Double
  private let range: Double

  init(_ signal: InputSignal) {
    self.signal = signal
    size = signal.values.reduce(0) { max($0, $1.magnitude) }
    range = (signal.values.max() ?? 0) - (signal.values.min() ?? 0)
  }

  func bend(at place: Int) -> Bend {
    let times = signal.times
    if signal.interpolation == .previous {
      return place > 0 && signal.values[place - 1] != signal.values[place] ? .large : .none
    }
    let before = place > 0 ? times[place] - times[place - 1] : 0
    let after = place + 1 < times.count ? times[place + 1] - times[place] : 0
    let (a, b) = (
      derivatives(inInterval: place - 1, at: before), derivatives(inInterval: place, at: 0)
    )
    let length = max(before, after)
    // The changes of slope, curvature and third derivative as changes of the value over an interval.
    let change = a - b
    let smooth = (change.x * length).magnitude + (change.y * length * length).magnitude
    let third = (change.z * length * length * length).magnitude
    if smooth + third <= Self.rounding * size { return .none }
    let isSpline = signal.interpolation == .spline && smooth <= Self.rounding * size
    return isSpline && third <= Self.small * range ? .small : .large
  }

  /// The first derivative, half of the second and a sixth of the third at a distance from the start of an interval; 0 before the first and after the last one.
  private func derivatives(inInterval interval: Int, at s: Double) -> SIMD3<Double> {
    guard signal.coefficients.indices.contains(interval) else { return .zero }
    let c = signal.coefficients[interval]
    return SIMD3(c.x + s * (2 * c.y + 3 * c.z * s), c.y + 3 * c.z * s, c.z)
  }
}

/// The inputs of a system while it is being solved; used by one thread at a time.
struct InputReader {
  private let signals: [(place: Int, signal: InputSignal)]
  private var cursors: [Int]

  /// Sets the inputs without a signal to their default values, for good.
  ///
  /// - Precondition: an input without a signal has a default value.
  init<Scalar: EquationScalar>(
    _ signals: [String: InputSignal], of system: EquationSystem,
    _ equations: EquationEvaluator<Scalar>
  ) {
    var bound: [(Int, InputSignal)] = []
    for (place, input) in system.inputs.enumerated() {
      if let signal = signals[input.name] {
        bound.append((place, signal))
      } else if let value = input.defaultValue {
        equations.set(input: place, to: value)
      } else {
        preconditionFailure("the input \(input.name) of \(system.name) has no value")
      }
    }
    self.signals = bound
    // The cursor names an interval; a signal of one value has none and is never searched.
    cursors = bound.map { _ in 0 }
  }

  /// Sets the inputs that have a signal to their values at a time.
  @inline(__always)
  mutating func read<Scalar: EquationScalar>(
    at time: Double, into equations: EquationEvaluator<Scalar>
  ) {
    for index in signals.indices {
      equations.set(
        input: signals[index].place,
        to: signals[index].signal.value(at: time, from: &cursors[index]))
    }
  }
}

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
  public let values: [Double]
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

  /// The times at which the signal jumps or bends: a solver must not step over them.
  public var knots: [Double] {
    var knots: [Double] = []
    for (place, time) in times.enumerated() {
      let before = place > 0 ? coefficients[place - 1] : .zero
      let after = place < coefficients.count ? coefficients[place] : .zero
      switch interpolation {
      case .previous: if place > 0, values[place - 1] != values[place] { knots.append(time) }
      case .linear: if before != after { knots.append(time) }
      case .cubic, .spline, .monotone: if before != .zero || after != .zero { knots.append(time) }
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
    if !contains(time, cursor) {
      cursor = contains(time, cursor + 1) ? cursor + 1 : interval(of: time)
    }
    return value(at: time, inInterval: cursor)
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

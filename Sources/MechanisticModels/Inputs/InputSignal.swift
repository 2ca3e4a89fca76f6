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
  }

  /// Strictly increasing.
  public let times: [Double]
  public let values: [Double]
  public let interpolation: Interpolation

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
  }

  /// The value at a time.
  public func value(at time: Double) -> Double {
    var cursor = 0
    return value(at: time, from: &cursor)
  }

  /// The value at a time; the search begins at `cursor`, which is left at the interval found.
  func value(at time: Double, from cursor: inout Int) -> Double {
    let last = times.count - 1
    if time.isNaN || time <= times[0] { return values[0] }
    if time >= times[last] { return values[last] }
    if !(times[cursor] <= time && time < times[cursor + 1]) {
      if cursor + 2 <= last, times[cursor + 1] <= time, time < times[cursor + 2] {
        cursor += 1
      } else {
        cursor = interval(of: time)
      }
    }
    if interpolation == .previous { return values[cursor] }
    let part = (time - times[cursor]) / (times[cursor + 1] - times[cursor])
    return values[cursor] + part * (values[cursor + 1] - values[cursor])
  }

  /// The interval that holds a time between the first and the last, by halving.
  private func interval(of time: Double) -> Int {
    var (low, high) = (0, times.count - 1)
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

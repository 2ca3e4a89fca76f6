import Platform

/// A learning rate as a pure function of the number of earlier updates.
///
/// A number literal is a constant schedule.
public indirect enum Schedule: Hashable, Sendable {
  case constant(Double)
  /// `to + (from − to) (1 + cos(π n / over)) / 2` up to `over` steps, then `to` (Loshchilov and Hutter 2017).
  case cosine(from: Double, to: Double = 0, over: Int)
  /// `from + (to − from) n / over` up to `over` steps, then `to`.
  case linear(from: Double, to: Double, over: Int)
  /// `max(from · factor^(n / every), floor)`; with `every` 1 the decay per iteration of many papers.
  case exponential(from: Double, factor: Double, every: Int = 1, floor: Double = 0)
  /// `from · factor^⌊n / every⌋`.
  case steps(from: Double, factor: Double, every: Int)
  /// `start + (then(0) − start) n / over` for `over` steps, and then another schedule, counted from
  /// there.
  case warmUp(from: Double = 0, over: Int, then: Schedule)
  /// Another schedule times a factor.
  case scaled(Schedule, by: Double)
  /// A schedule of your own.
  case custom(CustomSchedule)

  /// The rate of the update after `step` updates.
  public func callAsFunction(_ step: Int) -> Double {
    switch self {
    case .constant(let rate):
      return rate
    case .cosine(let from, let to, let over):
      let part = min(Double(step) / Double(max(over, 1)), 1)
      return to + (from - to) * (0.5 + 0.5 * Double.cosine(.pi * part))
    case .linear(let from, let to, let over):
      return from + (to - from) * min(Double(step) / Double(max(over, 1)), 1)
    case .exponential(let from, let factor, let every, let floor):
      return max(from * Double.power(factor, Double(step) / Double(max(every, 1))), floor)
    case .steps(let from, let factor, let every):
      return from * Double.power(factor, Double(step / max(every, 1)))
    case .warmUp(let from, let over, let then):
      return step < over
        ? from + (then(0) - from) * Double(step) / Double(over) : then(step - over)
    case .scaled(let schedule, let factor):
      return schedule(step) * factor
    case .custom(let schedule): return schedule.rate(step)
    }
  }
}

extension Schedule: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .constant(value) }
  public init(integerLiteral value: Int) { self = .constant(Double(value)) }
}

/// A learning rate as a function of your own; two are equal if their names are.
public struct CustomSchedule: Hashable, Sendable {
  /// The name, which identifies the schedule.
  public let name: String
  /// The rate of the update after `step` updates.
  public let rate: @Sendable (_ step: Int) -> Double

  /// Names a function.
  public init(_ name: String, rate: @escaping @Sendable (_ step: Int) -> Double) {
    self.name = name
    self.rate = rate
  }

  public static func == (a: CustomSchedule, b: CustomSchedule) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

import NumericCore

/// A map from the whole line to the allowed values of an unknown, so that a search needs no bounds.
package enum ParameterScale: Sendable {
  case linear
  /// `lower + exp(z)`
  case above(Double)
  /// `upper − exp(z)`
  case below(Double)
  /// `lower + (upper − lower) sigmoid(z)`
  case between(Double, Double)

  init(lower: Double, upper: Double) {
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): self = .linear
    case (true, false): self = .above(lower)
    case (false, true): self = .below(upper)
    case (true, true): self = .between(lower, upper)
    }
  }

  func value(_ z: Double) -> Double {
    switch self {
    case .linear: z
    case .above(let lower): lower + .exponential(z)
    case .below(let upper): upper - .exponential(z)
    case .between(let lower, let upper): lower + (upper - lower) * .logisticFunction(z)
    }
  }

  /// Whether the value grows with `z`; at a bound the slope may be too small to tell.
  var isIncreasing: Bool { if case .below = self { false } else { true } }

  /// `d value / dz`.
  func slope(_ z: Double) -> Double {
    switch self {
    case .linear: 1
    case .above: .exponential(z)
    case .below: -.exponential(z)
    case .between(let lower, let upper):
      (upper - lower) * .logisticFunction(z) * .logisticFunction(-z)
    }
  }

  /// The inverse of `value`; a value on a bound is moved inside by a thousandth of its size, or of 1.
  func coordinate(_ value: Double) -> Double {
    let inside = max(value.magnitude, 1) * 1e-3
    switch self {
    case .linear: return value
    case .above(let lower): return .logarithm(value > lower ? value - lower : inside)
    case .below(let upper): return .logarithm(value < upper ? upper - value : inside)
    case .between(let lower, let upper):
      let part = min(max((value - lower) / (upper - lower), 1e-3), 1 - 1e-3)
      return .logarithm(part / (1 - part))
    }
  }
}

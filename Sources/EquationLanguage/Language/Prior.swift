import Platform

/// What is known about an unknown before the data.
///
/// A fit with priors maximizes the posterior density of the values as they are written in the equations.
public enum Prior: Hashable, Sendable {
  /// Anything between two numbers.
  case uniform(Double, Double)
  case normal(mean: Double, deviation: Double)
  /// The logarithm is normal, of this mean and standard deviation.
  case lognormal(mean: Double, deviation: Double)

  /// Where values have a density.
  public var bounds: (lower: Double, upper: Double) {
    switch self {
    case .uniform(let lower, let upper): (lower, upper)
    case .normal: (-.infinity, .infinity)
    case .lognormal: (0, .infinity)
    }
  }

  /// Minus the logarithm of the density at a value, with a pseudo-residual `R` and its derivative by the value: `R · dR` is the
  /// derivative of the former, and `dR²` its curvature.
  ///
  /// Of a lognormal prior `−log p = u + (u − μ)²/2s² = (u − μ + s²)²/2s² + μ − s²/2` with `u` the value's logarithm.
  package func term(at value: Double) -> (penalty: Double, residual: Double, slope: Double) {
    let constant = 0.5 * Double.logarithm(2 * .pi)
    switch self {
    case .uniform(let lower, let upper): return (.logarithm(upper - lower), 0, 0)
    case .normal(let mean, let deviation):
      let residual = (value - mean) / deviation
      return (0.5 * residual * residual + constant + .logarithm(deviation), residual, 1 / deviation)
    case .lognormal(let mean, let deviation):
      let log = Double.logarithm(value)
      let residual = (log - mean) / deviation + deviation
      let penalty = 0.5 * residual * residual + mean - 0.5 * deviation * deviation
      return (penalty + constant + .logarithm(deviation), residual, 1 / (deviation * value))
    }
  }
}

extension Prior: CustomStringConvertible {
  /// As the equations write it.
  public var description: String {
    switch self {
    case .uniform(let lower, let upper): "uniform(\(lower), \(upper))"
    case .normal(let mean, let deviation): "normal(\(mean), \(deviation))"
    case .lognormal(let mean, let deviation): "lognormal(\(mean), \(deviation))"
    }
  }
}

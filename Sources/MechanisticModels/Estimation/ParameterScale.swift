import Platform

/// A search's coordinate of an unknown: its value, or the logarithm of a positive one, between bounds.
///
/// A positive start with the lower bound 0, or with bounds over two decades or more, makes the scale logarithmic. The start
/// itself is never moved, except into the bounds.
package struct ParameterScale: Sendable, Equatable {
  package let isLogarithmic: Bool
  /// Of the value.
  package let lower: Double
  package let upper: Double
  /// The usual size of a change of a value on a linear scale.
  private let size: Double
  /// Further starts are sought within so many decades around the written one.
  package var decades = 1.0

  /// Coordinates of logarithms: `exp` of these is finite and positive.
  private static let widest = -700.0...700.0

  package init(lower: Double, upper: Double, start: Double) {
    (self.lower, self.upper) = (lower, upper)
    let spansDecades = lower > 0 ? upper >= 100 * lower : lower == 0 && upper >= 10 * start
    isLogarithmic = start > 0 && spansDecades
    let width = upper - lower
    size =
      start != 0 && start.isFinite
      ? min(start.magnitude, width) : width.isFinite ? width / 2 : 1
  }

  package func value(_ z: Double) -> Double {
    guard isLogarithmic else { return min(max(z, lower), upper) }
    // At a bound the value is the bound, without the logarithm's rounding.
    if z >= bounds.upperBound && upper.isFinite { return upper }
    return z <= bounds.lowerBound && lower > 0 ? lower : .exponential(z)
  }

  /// `d value / dz`.
  package func slope(_ z: Double) -> Double { isLogarithmic ? .exponential(z) : 1 }

  /// The coordinate of a value.
  package func coordinate(_ value: Double) -> Double {
    let z = isLogarithmic ? Double.logarithm(max(value, 1e-300)) : value
    return within(z)
  }

  /// Of the coordinate.
  package var bounds: ClosedRange<Double> {
    guard isLogarithmic else { return lower...upper }
    return
      (lower > 0 ? .logarithm(lower) : Self.widest.lowerBound)...(upper.isFinite
      ? .logarithm(upper) : Self.widest.upperBound)
  }

  /// The coordinate, or the bound that it lies beyond.
  package func within(_ z: Double) -> Double { min(max(z, bounds.lowerBound), bounds.upperBound) }

  /// The usual size of a change of the coordinate.
  package func unit(at z: Double) -> Double { isLogarithmic ? 1 : max(size, z.magnitude) }
}

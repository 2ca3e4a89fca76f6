import Platform
public import NumericCore

/// How the errors of the components of a state become one number, which a step must keep below 1.
///
/// A component counts as `|e_i| / (absolute_i + relative_i · max(|y_i|, |y′_i|))`, with the
/// tolerances of the step control unless it has its own here.
///
/// ```swift
/// // A concentration to 1e-9 and a temperature to 1e-3; the third component does not count.
/// control.norm = ErrorNorm(
///   weights: [1, 1, 0],
///   tolerances: [
///     Tolerance(relative: 1e-6, absolute: 1e-9), Tolerance(relative: 1e-6, absolute: 1e-3),
///     Tolerance(relative: 1e-6, absolute: 1),
///   ])
/// ```
public struct ErrorNorm: Hashable, Sendable {
  /// How the components of the error are combined.
  public enum Kind: Hashable, Sendable {
    /// `√(Σ w_i e_i² / Σ w_i)`.
    case rootMeanSquare
    /// The largest `w_i e_i`.
    case maximum
  }

  public var kind: Kind
  /// One weight for each component, 0 where it does not count; empty: all 1.
  public var weights: [Double]
  /// One tolerance for each component; empty: that of the step control.
  public var tolerances: [Tolerance]

  /// - Precondition: weights are finite and not negative, and one of them is positive.
  public init(
    _ kind: Kind = .rootMeanSquare, weights: [Double] = [], tolerances: [Tolerance] = []
  ) {
    precondition(
      weights.isEmpty
        || weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 },
      "the weights of a norm are finite, not negative and not all zero")
    self.kind = kind
    self.weights = weights
    self.tolerances = tolerances
  }

  /// The root mean square of some components.
  ///
  /// - Parameter mask: which components count.
  public static func masked(_ mask: [Bool]) -> ErrorNorm {
    ErrorNorm(weights: mask.map { $0 ? 1 : 0 })
  }

  /// `√(Σ e² / n)`: the default.
  public static let rootMeanSquare = ErrorNorm()
  /// `max |e|`: no component exceeds its tolerance.
  public static let maximum = ErrorNorm(.maximum)

  /// The norm of a state that consists of copies of the one it was made for: the rows of a batch
  /// with one step, or a state and its tangents.
  ///
  /// - Parameter mask: the components that count; `nil` selects all.
  /// - Precondition: weights and tolerances fit a whole number of times into the width.
  func repeated(width: Int, mask: [Bool]?) -> ErrorNorm {
    func fits(_ count: Int) -> Bool { count == 0 || width % count == 0 }
    precondition(
      fits(weights.count) && fits(tolerances.count) && mask?.count ?? width == width,
      "a norm of \(weights.count) weights and \(tolerances.count) tolerances for a state of "
        + "\(width) components")
    var norm = self
    if !weights.isEmpty { norm.weights = (0..<width).map { weights[$0 % weights.count] } }
    if !tolerances.isEmpty {
      norm.tolerances = (0..<width).map { tolerances[$0 % tolerances.count] }
    }
    if let mask {
      norm.weights = mask.indices.map { mask[$0] ? norm.weights.isEmpty ? 1 : norm.weights[$0] : 0 }
      precondition(norm.weights.contains { $0 > 0 }, "no component counts in a norm")
    }
    return norm
  }

  /// The square of the norm.
  ///
  /// - Parameters:
  ///   - error: of a component.
  ///   - size: `max(|y_i|, |y′_i|)` of a component.
  @usableFromInline
  func square(
    _ count: Int, _ tolerance: Tolerance, error: (Int) -> Double, size: (Int) -> Double
  ) -> Double {
    var (sum, total, largest) = (0.0, 0.0, 0.0)
    for index in 0..<count {
      let weight = weights.isEmpty ? 1 : weights[index]
      let own = tolerances.isEmpty ? tolerance : tolerances[index]
      let value = error(index)
      // A component that does not count must still be finite.
      if !value.isFinite { return value * value }
      let ratio = value / (own.absolute + own.relative * size(index))
      sum += weight * ratio * ratio
      total += weight
      largest = max(largest, weight * ratio.magnitude)
    }
    return kind == .maximum ? largest * largest : sum / total
  }
}

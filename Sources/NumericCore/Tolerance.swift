public import Platform

/// The allowed error of one step: `|e_i| ≤ absolute + relative · |y_i|`, in the root mean square.
public struct Tolerance: Hashable, Sendable {
  /// In parts of the state's size.
  public var relative: Double
  /// In the units of the state.
  public var absolute: Double

  /// A tolerance.
  ///
  /// - Precondition: both are finite and not negative, and one of them is positive.
  @inlinable
  public init(relative: Double, absolute: Double) {
    precondition(
      relative >= 0 && absolute >= 0 && relative + absolute > 0
        && relative.isFinite && absolute.isFinite,
      "tolerances are finite, not negative and not both zero: \(relative), \(absolute)")
    self.relative = relative
    self.absolute = absolute
  }
}

extension Tolerance {
  /// The smallest relative tolerance that a solve can reach in this scalar type: ten times its
  /// relative precision, 2.2e-15 for `Double` and 1.2e-6 for `Float`.
  ///
  /// Below it, the estimated error of a step is rounding error.
  public static func smallestRelative<Scalar: BinaryFloatingPoint>(for: Scalar.Type) -> Double {
    10 * Double(Scalar.ulpOfOne)
  }
}

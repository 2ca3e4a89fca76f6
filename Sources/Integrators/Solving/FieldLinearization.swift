/// The derivatives of a field at one time and state, as implicit methods want them.
public struct FieldLinearization: Sendable {
  /// `∂f_i / ∂y_j`, `[w, n]` row-major, for a state of `w` components.
  ///
  /// Usually `n = w`. With fewer columns the state is made of `w / n` blocks of `n`: the first
  /// follows equations of its own, and every other depends on it and on itself alone, with the first
  /// block's Jacobian (the tangents of a state do). One small matrix is then factored for all.
  public var jacobian: [Double]
  /// `∂f/∂t`, `[w]`; empty: the field does not depend on time; `nil` for to be found by a difference.
  public var timeDerivative: [Double]?

  /// A linearization from a row-major Jacobian and, for a field that depends on time, `∂f/∂t`.
  @inlinable
  public init(jacobian: [Double], timeDerivative: [Double]? = nil) {
    self.jacobian = jacobian
    self.timeDerivative = timeDerivative
  }
}

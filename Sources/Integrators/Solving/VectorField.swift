public import NumericCore

/// A vector field: the right-hand side of `y' = f(t, y)`.
public protocol VectorField<State>: Sendable {
  associatedtype State: VectorSpace

  /// `f(time, state)`.
  func callAsFunction(_ time: Double, _ state: State) -> State

  /// The derivatives of the field there, for implicit methods.
  ///
  /// Nil, as it is unless a field says otherwise: they are taken by differences, for one evaluation
  /// for each component and one more.
  func linearization(_ time: Double, _ state: State) -> FieldLinearization?
}

extension VectorField {
  @inlinable
  public func linearization(_ time: Double, _ state: State) -> FieldLinearization? { nil }
}

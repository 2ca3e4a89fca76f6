public import NumericCore

/// A vector field: the right-hand side of `y' = f(t, y)`.
public protocol VectorField<State>: Sendable {
  associatedtype State: VectorSpace

  /// `f(time, state)`.
  func callAsFunction(_ time: Double, _ state: State) -> State
}

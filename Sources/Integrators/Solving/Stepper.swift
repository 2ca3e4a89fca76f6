public import NumericCore

/// How a method steps along a field, one try at a time.
///
/// A solve calls `attempt` until a try is accepted, may then ask for states inside the step, and
/// calls `advance` or `restart` before the next step. What a method keeps from step to step (slopes, earlier
/// states, factorizations) is the stepper's own.
public protocol Stepper<State>: Sendable {
  associatedtype State: VectorSpace

  /// Evaluations of the field so far.
  var evaluations: Int { get }

  /// Jacobians of the field that were taken so far, and matrices that were factored: 0 for an explicit
  /// method.
  var jacobians: Int { get }
  var factorizations: Int { get }

  /// The derivative at the start of a step.
  mutating func slope<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State
  ) -> State

  /// The state after a step of this (signed) size.
  mutating func attempt<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double
  ) -> State

  /// The estimated error of the last try.
  func error(size: Double) -> State

  /// The state at `time + theta · size` in the last try.
  mutating func interpolated<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double, end: State, theta: Double
  ) -> State

  /// Powers of θ in the polynomial of a step.
  var interpolantDegree: Int { get }

  /// The coefficient of `θ^power` (1 and more) in the polynomial of the last try.
  mutating func interpolantCoefficient<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State, power: Int
  ) -> State

  /// Evaluates what states inside the last try need, so that the field may change afterwards.
  mutating func completeStep<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State)

  /// Makes the end of the last try the start of the next.
  mutating func advance()

  /// Forgets derivatives: the next step starts at another state or beyond a jump of the field.
  mutating func restart()
}

extension Stepper {
  @inlinable public var jacobians: Int { 0 }
  @inlinable public var factorizations: Int { 0 }

  @inlinable
  public mutating func completeStep<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State
  ) {}
}

public import NumericCore

/// A vector field: the right-hand side of `y' = f(t, y)`.
///
/// ```swift
/// struct Decay: VectorField {
///   var rate = 2.0
///   func callAsFunction(_ time: Double, _ y: Double) -> Double { -rate * y }
/// }
/// ```
public protocol VectorField<State>: Sendable {
  associatedtype State: VectorSpace

  /// `f(time, state)`.
  func callAsFunction(_ time: Double, _ state: State) -> State

  /// The derivatives of the field there, for implicit methods.
  ///
  /// Nil, the default: they are taken by differences, for one evaluation for each component and one
  /// more.
  func linearization(_ time: Double, _ state: State) -> FieldLinearization?

  /// The diagonal of `M` in `M y' = f(t, y)`, one number for each component; empty, the default: all are 1.
  ///
  /// A 0 makes the equation of that component algebraic: `0 = f_i(t, y)`. Such systems are solved by implicit
  /// methods from a consistent state, if the algebraic equations determine their components (index 1).
  var massDiagonal: [Double] { get }

  /// Prepares the field for a smooth piece of the solution, which goes from `start` to `end`.
  ///
  /// A solve calls this before the first evaluation of each piece: at its start, after every forced
  /// time and after every event that changes the state or the field. `end` is the next forced time
  /// or the end of the span; an event may end the piece earlier. `end < start` in a backward solve.
  /// A field with switches can fix them for the piece here. The default does nothing.
  mutating func beginPiece(from start: Double, to end: Double, at state: State)
}

extension VectorField {
  /// No linearization: an implicit method takes differences.
  @inlinable
  public func linearization(_ time: Double, _ state: State) -> FieldLinearization? { nil }

  /// An ordinary differential equation: every component has a derivative.
  @inlinable public var massDiagonal: [Double] { [] }

  /// Does nothing.
  @inlinable
  public mutating func beginPiece(from start: Double, to end: Double, at state: State) {}
}

/// A field that is evaluated inside the present piece only.
///
/// Times beyond the bounds of the piece are moved to the bounds, which lie one rounding unit inside
/// it where the field may jump; so `t >= 1 ? a : b` has the right value on both sides of a forced
/// time 1 (as in diffrax's `jump_ts`).
@frozen
@usableFromInline
struct PieceField<Base: VectorField>: VectorField {
  @usableFromInline var base: Base
  @usableFromInline var low = -Double.infinity
  @usableFromInline var high = Double.infinity

  @inlinable
  init(_ base: Base) { self.base = base }

  @inlinable
  @inline(__always)
  func callAsFunction(_ time: Double, _ state: Base.State) -> Base.State {
    base(min(max(time, low), high), state)
  }

  @inlinable
  func linearization(_ time: Double, _ state: Base.State) -> FieldLinearization? {
    base.linearization(min(max(time, low), high), state)
  }

  @inlinable var massDiagonal: [Double] { base.massDiagonal }
}

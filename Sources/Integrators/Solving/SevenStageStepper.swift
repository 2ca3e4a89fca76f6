public import Platform
public import NumericCore

/// The stepper of a pair of seven stages whose last is the next step's first, all in registers.
///
/// Dormand and Prince's and Tsitouras's pairs have this shape. It computes what `RungeKuttaStepper`
/// does; the loops are written out so that the optimizer sees them.
@frozen
public struct SevenStageStepper<State: VectorSpace>: Stepper {
  @usableFromInline let c2, c3, c4, c5, c6: Double
  @usableFromInline let a21: Double
  @usableFromInline let a31, a32: Double
  @usableFromInline let a41, a42, a43: Double
  @usableFromInline let a51, a52, a53, a54: Double
  @usableFromInline let a61, a62, a63, a64, a65: Double
  @usableFromInline let b1, b2, b3, b4, b5, b6: Double
  @usableFromInline let e1, e2, e3, e4, e5, e6, e7: Double
  @usableFromInline let interpolant: Interpolant
  @usableFromInline var k1, k2, k3, k4, k5, k6, k7: State
  @usableFromInline var isFirstKnown = false
  @usableFromInline var count = 0

  /// - Precondition: the tableau has seven stages, reuses the last and estimates its error.
  @inlinable
  public init(_ tableau: Tableau, like state: State) {
    precondition(
      SevenStageStepper.fits(tableau), "a tableau of \(tableau.stageCount) stages instead of 7")
    let (c, a, b) = (tableau.nodes, tableau.stages, tableau.weights)
    let e = tableau.errorWeights ?? b
    (c2, c3, c4, c5, c6) = (c[1], c[2], c[3], c[4], c[5])
    a21 = a[1][0]
    (a31, a32) = (a[2][0], a[2][1])
    (a41, a42, a43) = (a[3][0], a[3][1], a[3][2])
    (a51, a52, a53, a54) = (a[4][0], a[4][1], a[4][2], a[4][3])
    (a61, a62, a63, a64, a65) = (a[5][0], a[5][1], a[5][2], a[5][3], a[5][4])
    (b1, b2, b3, b4, b5, b6) = (b[0], b[1], b[2], b[3], b[4], b[5])
    (e1, e2, e3, e4, e5, e6, e7) = (e[0], e[1], e[2], e[3], e[4], e[5], e[6])
    interpolant = tableau.interpolant
    let zero = state.zero
    (k1, k2, k3, k4, k5, k6, k7) = (zero, zero, zero, zero, zero, zero, zero)
  }

  /// Whether a tableau has this shape.
  @inlinable
  public static func fits(_ tableau: Tableau) -> Bool {
    tableau.stageCount == 7 && tableau.isFSAL && tableau.embeddedWeights != nil
      && tableau.interpolant.stageCount == 7
  }

  @inlinable public var evaluations: Int { count }

  @inlinable
  public mutating func slope<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State
  ) -> State {
    if !isFirstKnown {
      k1 = field(time, state)
      count += 1
      isFirstKnown = true
    }
    return k1
  }

  @inlinable
  @inline(__always)
  public mutating func attempt<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ y: State, size h: Double
  ) -> State {
    if !isFirstKnown { _ = slope(field, time, y) }
    let y2 = y.adding(h * a21, times: k1)
    k2 = field(time + c2 * h, y2)
    let y3 = y.adding(h * a31, times: k1).adding(h * a32, times: k2)
    k3 = field(time + c3 * h, y3)
    let y4 = y.adding(h * a41, times: k1).adding(h * a42, times: k2)
      .adding(h * a43, times: k3)
    k4 = field(time + c4 * h, y4)
    let y5 = y.adding(h * a51, times: k1).adding(h * a52, times: k2)
      .adding(h * a53, times: k3).adding(h * a54, times: k4)
    k5 = field(time + c5 * h, y5)
    let y6 = y.adding(h * a61, times: k1).adding(h * a62, times: k2)
      .adding(h * a63, times: k3).adding(h * a64, times: k4)
      .adding(h * a65, times: k5)
    k6 = field(time + c6 * h, y6)
    // The terms are small beside y: adding them up first leaves one rounding of y's size.
    let change = k1.scaled(by: h * b1).adding(h * b2, times: k2).adding(h * b3, times: k3)
      .adding(h * b4, times: k4).adding(h * b5, times: k5).adding(h * b6, times: k6)
    let end = y.adding(1, times: change)
    k7 = field(time + h, end)
    count += 6
    return end
  }

  @inlinable
  @inline(__always)
  public func error(size h: Double) -> State {
    k1.scaled(by: h * e1)
      .adding(h * e2, times: k2).adding(h * e3, times: k3)
      .adding(h * e4, times: k4).adding(h * e5, times: k5)
      .adding(h * e6, times: k6).adding(h * e7, times: k7)
  }

  @inlinable
  public mutating func interpolated<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ y: State, size h: Double, end: State, theta: Double
  ) -> State {
    y.adding(h, times: combination { interpolant.weight($0, at: theta) })
  }

  @inlinable public var interpolantDegree: Int { interpolant.degree }

  @inlinable
  public mutating func interpolantCoefficient<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size h: Double, end: State, power: Int
  ) -> State {
    combination { h * interpolant.coefficients[$0][power - 1] }
  }

  @inlinable
  func combination(_ weight: (Int) -> Double) -> State {
    k1.scaled(by: weight(0)).adding(weight(1), times: k2)
      .adding(weight(2), times: k3).adding(weight(3), times: k4)
      .adding(weight(4), times: k5).adding(weight(5), times: k6).adding(weight(6), times: k7)
  }

  @inlinable
  @inline(__always)
  public mutating func advance() {
    k1 = k7
  }

  @inlinable
  public mutating func restart() {
    isFirstKnown = false
  }
}

import Platform

/// The solution inside a step as continuous weights: `y(t + θ h) = y + h Σ_i b_i(θ) k_i`.
///
/// `b_i(θ) = Σ_p coefficients[i][p] θ^(p + 1)`. One more row than the method has stages belongs to
/// the derivative at the end of the step, `f(t + h, y′)`, of a method that does not evaluate it
/// anyway.
public struct Interpolant: Hashable, Sendable {
  /// For each stage, the coefficients of `θ`, `θ²`, … of its weight.
  public let coefficients: [[Double]]
  /// The error inside of a step of size `h` is O(h^(order + 1)).
  public let order: Int

  /// - Precondition: at least one row, all of one length.
  public init(coefficients: [[Double]], order: Int) {
    precondition(
      !coefficients.isEmpty && coefficients.allSatisfy { $0.count == coefficients[0].count },
      "the polynomials of an interpolant have one degree")
    self.coefficients = coefficients
    self.order = order
  }

  /// Powers of θ.
  public var degree: Int { coefficients[0].count }

  /// Rows: the stages, and perhaps the derivative at the end.
  public var stageCount: Int { coefficients.count }

  /// `b_i(θ)`.
  public func weight(_ stage: Int, at theta: Double) -> Double {
    coefficients[stage].reversed().reduce(0) { ($0 + $1) * theta }
  }

  /// `b_i(θ)` of every stage.
  public func weights(at theta: Double) -> [Double] {
    coefficients.indices.map { weight($0, at: theta) }
  }

  /// `b_i'(θ)` of every stage.
  func slopes(at theta: Double) -> [Double] {
    coefficients.map { row in
      row.enumerated().reversed().reduce(0) { $0 * theta + Double($1.offset + 1) * $1.element }
    }
  }

  /// The cubic through both ends and their derivatives; third order at most.
  ///
  /// `y(θ) = y + (3θ² − 2θ³)(y′ − y) + h (θ − 2θ² + θ³) k_1 + h (θ³ − θ²) f(t + h, y′)`.
  public static func cubicHermite(weights: [Double], isFSAL: Bool) -> Interpolant {
    var rows = weights.map { [0, 3 * $0, -2 * $0] }
    if !isFSAL { rows.append([0, 0, 0]) }
    rows[0] = zip(rows[0], [1, -2, 1]).map { $0 + $1 }
    rows[rows.count - 1] = zip(rows[rows.count - 1], [0, -1, 1]).map { $0 + $1 }
    return Interpolant(coefficients: rows, order: 3)
  }

  /// The quartic through both ends, their derivatives and `y + h Σ middle_i k_i` at θ = 1/2.
  ///
  /// The last weight belongs to the derivative at the end. Fourth order if the middle is.
  ///
  /// Source: Shampine, Some practical Runge–Kutta formulas, Math. Comp. 46 (1986).
  public static func quartic(weights: [Double], middle: [Double]) -> Interpolant {
    var rows = zip(weights, middle).map { b, m in
      [0, -5 * b + 16 * m, 14 * b - 32 * m, -8 * b + 16 * m]
    }
    rows[0] = zip(rows[0], [1, -4, 5, -2]).map { $0 + $1 }
    rows[rows.count - 1] = zip(rows[rows.count - 1], [0, 1, -3, 2]).map { $0 + $1 }
    return Interpolant(coefficients: rows, order: 4)
  }
}

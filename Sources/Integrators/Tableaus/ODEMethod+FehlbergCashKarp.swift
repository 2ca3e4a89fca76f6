extension ODEMethod {
  /// Fehlberg's pair 4(5), which advances with the fourth-order solution.
  ///
  /// The middle weights of dense output are the solution of the conditions of order four at θ = 1/2
  /// (with the derivative at the end as a seventh stage) whose sixth weight is zero.
  public static let fehlberg4 = ODEMethod(
    name: "fehlberg45", source: "Fehlberg, NASA TR R-315 (1969), table III",
    scheme: .explicitRungeKutta(fehlberg))

  /// Cash and Karp's pair 5(4).
  ///
  /// Dense output as for `fehlberg4`.
  public static let cashKarp5 = ODEMethod(
    name: "cash-karp", source: "Cash, Karp, ACM Trans. Math. Softw. 16 (1990)",
    scheme: .explicitRungeKutta(cashKarp))

  private static let fehlberg: Tableau = {
    let weights: [Double] = [25 / 216, 0, 1408 / 2565, 2197 / 4104, -1 / 5, 0]
    let embedded: [Double] = [16 / 135, 0, 6656 / 12825, 28561 / 56430, -9 / 50, 2 / 55]
    let middle: [Double] = [119 / 864, 0, 1016 / 2565, -2197 / 16416, 11 / 160, 0, 1 / 32]
    let stages: [[Double]] = [
      [], [1 / 4], [3 / 32, 9 / 32], [1932 / 2197, -7200 / 2197, 7296 / 2197],
      [439 / 216, -8, 3680 / 513, -845 / 4104],
      [-8 / 27, 2, -3544 / 2565, 1859 / 4104, -11 / 40],
    ]
    return Tableau(
      nodes: [0, 1 / 4, 3 / 8, 12 / 13, 1, 1 / 2], stages: stages, weights: weights,
      embeddedWeights: embedded, order: 4, embeddedOrder: 5,
      interpolant: .quartic(weights: weights + [0], middle: middle))
  }()

  private static let cashKarp: Tableau = {
    let weights: [Double] = [37 / 378, 0, 250 / 621, 125 / 594, 0, 512 / 1771]
    let embedded: [Double] = [
      2825 / 27648, 0, 18575 / 48384, 13525 / 55296, 277 / 14336, 1 / 4,
    ]
    let middle: [Double] = [89 / 864, 0, 575 / 1512, 25 / 1728, -13 / 448, 0, 1 / 32]
    let stages: [[Double]] = [
      [], [1 / 5], [3 / 40, 9 / 40], [3 / 10, -9 / 10, 6 / 5],
      [-11 / 54, 5 / 2, -70 / 27, 35 / 27],
      [1631 / 55296, 175 / 512, 575 / 13824, 44275 / 110592, 253 / 4096],
    ]
    return Tableau(
      nodes: [0, 1 / 5, 3 / 10, 3 / 5, 1, 7 / 8], stages: stages, weights: weights,
      embeddedWeights: embedded, order: 5, embeddedOrder: 4,
      interpolant: .quartic(weights: weights + [0], middle: middle))
  }()
}

extension ODEMethod {
  /// Verner's pair 6(5) of eight stages, known by the name of its program, DVERK.
  ///
  /// The middle weights of dense output solve the conditions of order four at θ = 1/2 with the
  /// first six stages alone; dense output is of fourth order.
  public static let verner6 = ODEMethod(
    name: "verner65",
    source: "Verner, SIAM J. Numer. Anal. 15 (1978); "
      + "Hairer, Nørsett, Wanner, Solving ODEs I, table II.5.4",
    scheme: .explicitRungeKutta(verner))

  private static let verner: Tableau = {
    let weights: [Double] = [
      3 / 40, 0, 875 / 2244, 23 / 72, 264 / 1955, 0, 125 / 11592, 43 / 616,
    ]
    let embedded: [Double] = [
      13 / 160, 0, 2375 / 5984, 5 / 16, 12 / 85, 3 / 44, 0, 0,
    ]
    let middle: [Double] = [43 / 512, 0, 2125 / 5632, 11 / 256, 0, -3 / 704, 0, 0, 0]
    let sixth: [Double] = [12 / 5, -8, 4015 / 612, -11 / 36, 88 / 255]
    let seventh: [Double] = [-8263 / 15000, 124 / 75, -643 / 680, -81 / 250, 2484 / 10625, 0]
    let eighth: [Double] = [
      3501 / 1720, -300 / 43, 297275 / 52632, -319 / 2322, 24068 / 84065, 0, 3850 / 26703,
    ]
    let stages: [[Double]] = [
      [], [1 / 6], [4 / 75, 16 / 75], [5 / 6, -8 / 3, 5 / 2],
      [-165 / 64, 55 / 6, -425 / 64, 85 / 96], sixth, seventh, eighth,
    ]
    return Tableau(
      nodes: [0, 1 / 6, 4 / 15, 2 / 3, 5 / 6, 1, 1 / 15, 1], stages: stages, weights: weights,
      embeddedWeights: embedded, order: 6, embeddedOrder: 5,
      interpolant: .quartic(weights: weights + [0], middle: middle))
  }()
}

extension ODEMethod {
  /// Euler's method: `y′ = y + h f(t, y)`.
  ///
  /// First order.
  public static let euler = ODEMethod(
    name: "euler", source: "Euler, Institutionum calculi integralis (1768)",
    scheme: .explicitRungeKutta(
      Tableau(nodes: [0], stages: [[]], weights: [1], order: 1)))

  /// The explicit midpoint rule.
  ///
  /// Second order, two stages.
  public static let midpoint = ODEMethod(
    name: "midpoint", source: "Runge, Math. Ann. 46 (1895)",
    scheme: .explicitRungeKutta(
      Tableau(nodes: [0, 1 / 2], stages: [[], [1 / 2]], weights: [0, 1], order: 2)))

  /// Heun's second-order method (the explicit trapezoidal rule), with Euler's as the embedded one.
  public static let heun2 = ODEMethod(
    name: "heun2", source: "Heun, Z. Math. Phys. 45 (1900)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 1], stages: [[], [1]], weights: [1 / 2, 1 / 2], embeddedWeights: [1, 0],
        order: 2, embeddedOrder: 1)))

  /// Ralston's second-order method of least error bound, with Euler's as the embedded one.
  public static let ralston2 = ODEMethod(
    name: "ralston2", source: "Ralston, Math. Comp. 16 (1962)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 2 / 3], stages: [[], [2 / 3]], weights: [1 / 4, 3 / 4],
        embeddedWeights: [1, 0], order: 2, embeddedOrder: 1)))

  /// Heun's third-order method.
  public static let heun3 = ODEMethod(
    name: "heun3", source: "Heun, Z. Math. Phys. 45 (1900)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 1 / 3, 2 / 3], stages: [[], [1 / 3], [0, 2 / 3]], weights: [1 / 4, 0, 3 / 4],
        order: 3)))

  /// Bogacki and Shampine's pair 3(2).
  public static let bogackiShampine3 = ODEMethod(
    name: "bosh3", source: "Bogacki, Shampine, Appl. Math. Lett. 2 (1989)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 1 / 2, 3 / 4, 1],
        stages: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
        weights: [2 / 9, 1 / 3, 4 / 9, 0], embeddedWeights: [7 / 24, 1 / 4, 1 / 3, 1 / 8],
        order: 3, embeddedOrder: 2)))

  /// The classical Runge–Kutta method.
  ///
  /// Fourth order, four stages.
  public static let rungeKutta4 = ODEMethod(
    name: "rk4", source: "Kutta, Z. Math. Phys. 46 (1901)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 1 / 2, 1 / 2, 1], stages: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
        weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6], order: 4)))

  /// Kutta's 3/8 rule, which torchdiffeq calls `rk4`.
  ///
  /// Fourth order, four stages.
  public static let threeEighths4 = ODEMethod(
    name: "rk4-38", source: "Kutta, Z. Math. Phys. 46 (1901)",
    scheme: .explicitRungeKutta(
      Tableau(
        nodes: [0, 1 / 3, 2 / 3, 1], stages: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]],
        weights: [1 / 8, 3 / 8, 3 / 8, 1 / 8], order: 4)))
}

extension NamedSystem {
  static let chaos = [
    NamedSystem(
      "lorenz", source: "Lorenz 1963, equations 25-27",
      """
      # Convection in a layer of fluid, cut down to three modes; chaotic
      x' = sigma*(y - x)
      y' = x*(rho - z) - y
      z' = x*y - beta*z
      sigma = 10 > 0
      rho   = 28 > 0
      beta  = 8/3 > 0
      x(0) = 1
      y(0) = 1
      z(0) = 1
      span = 0..20
      """),
    NamedSystem(
      "rossler", source: "Roessler 1976, An equation for continuous chaos",
      """
      # One fold; chaotic
      x' = -y - z
      y' = x + a*y
      z' = b + z*(x - c)
      a = 0.2
      b = 0.2
      c = 5.7
      x(0) = 1
      y(0) = 1
      z(0) = 1
      span = 0..50
      """),
  ]
}

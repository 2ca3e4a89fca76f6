import Integrators
import MechanisticModels
import NumericCore
import Platform
import Testing

/// How a fit solves its equations where nothing was chosen.
@Suite struct FitSolverTests {
  private let noise = RandomKey(5).normal(40, as: Double.self)
  private let times = (0...12).map { 0.4 * Double($0) }

  /// Values of `x` about a curve, with errors of a part of it.
  private func data(
    _ name: String, size: Double = 1, _ curve: (Double) -> Double
  ) -> Experiments {
    Experiments(
      times: times, names: [name],
      values: times.enumerated().map { [size * curve($1) * (1 + 0.01 * noise[$0])] })
  }

  private func result(_ text: String, _ data: Experiments) throws -> FitResult {
    try ParameterFit(try EquationSystem(text, name: "e"), to: data).run()
  }

  /// `0 = y − x²` defines what `x²` writes.
  @Test func `algebraic equations are fitted as the equations that they stand for`() throws {
    let data = data("x") { 2 / (1 + 2 * 0.7 * $0) }
    let explicit = try result("x' = -k*x^2\nk = 1 > 0\nx(0) = 2", data)
    let algebraic = try result(
      "x' = -k*y\nalgebraic y = 4\n0 = y - x^2\nk = 1 > 0\nx(0) = 2", data)
    for name in ["k", "x(0)"] {
      let (a, b) = (try #require(explicit[name]), try #require(algebraic[name]))
      #expect(abs(a / b - 1) < 1e-5, "\(name): \(a) and \(b)")
    }
  }

  /// The fast state follows the slow one up to `1/s`, so that its curve is that of the slow one.
  @Test(arguments: [1e5, 1e7])
  func `stiff equations are solved by a method for them`(rate: Double) throws {
    let data = data("y") { 2 * .exponential(-0.6 * $0) }
    let slow = try result("y' = -k*y\nk = 0.3 > 0\ny(0) = 2", data)
    let text =
      "x' = -k*x\ny' = s*(x - y)\ns = \(rate) fixed\nk = 0.3 > 0\nx(0) = 2\ny(0) = 2 fixed"
    let found = try result(text, data)
    #expect(found.stiffSolves > 0)
    let (a, b) = (try #require(slow["k"]), try #require(found["k"]))
    #expect(abs(a / b - 1) < 0.02, "\(a) and \(b)")
    var explicit = ParameterFit(try EquationSystem(text, name: "e"), to: data)
    explicit.method = .tsitouras5
    #expect(throws: FitError.stiff(method: "tsit5")) { try explicit.run() }
  }

  @Test func `a profile that leads into stiff values is followed there`() throws {
    // Of a fast reaction only the slow one that follows it is seen.
    let data = data("z") { 1 - .exponential(-0.5 * $0) + 0.02 }
    let found = try result(
      "x' = -f*x\ny' = f*x - k*y\nz' = k*y\nf = 50 > 0\nk = 0.3 > 0\nx(0) = 1 fixed\n"
        + "y(0) = 0 fixed\nz(0) = 0.02 fixed", data)
    let profile = try #require(found.estimates.first { $0.name == "f" }?.profile)
    #expect(profile.upper == .open && profile.lower.bound ?? 0 > 1)
  }

  /// Equations and data in other units give the same rates.
  @Test(arguments: [1e-6, 1e-9, 1e-12, 1e-30, 1e9])
  func `rates do not depend on the unit of the amounts`(size: Double) throws {
    func rates(_ size: Double) throws -> [Double] {
      let found = try result(
        "x' = -a*x\ny' = a*x - b*y\na = 0.5 > 0\nb = 0.2 > 0\nx(0) = \(size) fixed\ny(0) = 0 fixed",
        data("y", size: size) { 1.5 * (.exponential(-0.4 * $0) - .exponential(-1.5 * $0)) })
      return [try #require(found["a"]), try #require(found["b"])]
    }
    for (one, other) in zip(try rates(1), try rates(size)) {
      // Solves are good to 1e-8 of the largest value, and rates follow curves by factors of ten or so.
      #expect(abs(one / other - 1) < 1e-5, "\(one) and \(other)")
    }
  }

  /// The written amount is the usual one, and that of the data is so small that the general tolerance is blind to it.
  @Test func `amounts that are small at the optimum only are resolved as well`() throws {
    func rate(_ size: Double, _ text: String) throws -> Double {
      try #require(
        try result(text, data("c", size: size) { .exponential(-0.6 * $0) })["k"])
    }
    let text = "x' = -k*x\nc = x\nk = 0.3 > 0\nx(0) = 1 > 0"
    let (one, other) = (try rate(1, text), try rate(1e-11, text))
    #expect(abs(one / other - 1) < 1e-5, "\(one) and \(other)")
  }
}

import Platform
import NumericCore
import MechanisticModels
import Integrators
import TestSupport
import Testing

/// Noisy decays, usually `2 exp(−0.6 t)`, and what a calculation by hand makes of them.
private struct Decay {
  let times = (0..<20).map { Double($0) * 0.3 }
  let values: [Double]

  init(rate: Double = 0.6, noise: Double = 0.02) {
    var generator = SeededGenerator(seed: 11)
    let errors = generator.numbers(20)
    values = zip(times, errors).map { 2 * Double.exponential(-rate * $0) + noise * $1 }
  }

  var measurements: Experiments {
    .init(times: times, names: ["x"], values: values.map { [$0] })
  }

  /// The smallest sum of squares at a rate: the initial value is linear, `x₀ = Σ x e / Σ e²`.
  func squares(_ rate: Double) -> Double {
    let decay = times.map { Double.exponential(-rate * $0) }
    let product = zip(values, decay).reduce(0) { $0 + $1.0 * $1.1 }
    let norm = decay.reduce(0) { $0 + $1 * $1 }
    return values.reduce(0) { $0 + $1 * $1 } - product * product / norm
  }

  /// The rate of the least sum of squares, by ternary search.
  var rate: Double {
    var (low, high) = (0.0, 3.0)
    for _ in 0..<100 {
      let (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
      if squares(a) < squares(b) { high = b } else { low = a }
    }
    return low
  }

  /// Twenty values and two unknowns leave 18 degrees of freedom, of which this is Student's quantile (SciPy).
  static let quantile = 2.10092204024096

  /// Where `n log(S / Ŝ)` reaches `n log(1 + t²/18)` on one side of the best rate that is allowed, by bisection.
  func profileEnd(from allowed: Double? = nil, towards end: Double) -> Double {
    let best = squares(allowed ?? rate)
    var (inside, outside) = (allowed ?? rate, end)
    for _ in 0..<100 {
      let middle = (inside + outside) / 2
      let drop = Double(times.count) * Double.logarithm(squares(middle) / best)
      let threshold =
        Double(times.count) * Double.logarithm(1 + Self.quantile * Self.quantile / 18)
      if drop < threshold { inside = middle } else { outside = middle }
    }
    return inside
  }
}

/// A profile's end is found to 1e-3 in the drop of 3.84, that is to 1e-4 of half the interval, here 2 % of the value.
private func isNear(_ found: Double?, _ expected: Double, digits: Double = 1e-5) -> Bool {
  guard let found else { return false }
  return abs(found - expected) <= digits * abs(expected)
}

@Suite struct FitIntervalTests {
  /// Two exact values and two unknowns: the curve meets them, whatever the errors are.
  @Test func `censored values alone do not determine the size of the noise`() throws {
    func fit(_ values: [Measurement.Value]) throws -> FitResult {
      let measurements = values.enumerated().map {
        Measurement(time: Double($0), of: "x", $1)
      }
      return try ParameterFit(
        EquationSystem("x' = -k*x\nk = 1 > 0\nx(0) = 10", name: "decay"),
        to: Experiments([Experiment(measurements)])
      ).run()
    }
    let few = try fit([.exact(10), .exact(6), .below(4), .below(4)])
    #expect(few.freedom == 0)
    #expect(few.estimates.allSatisfy { $0.laplace == nil && $0.profile == nil })
    let more = try fit([.exact(10), .exact(6), .exact(3.9), .below(4)])
    #expect(more.freedom == 1)
    #expect(more.estimates.allSatisfy { $0.laplace != nil })
  }

  private func fit(
    _ text: String, _ data: Experiments
  ) throws -> FitResult {
    var fit = ParameterFit(try EquationSystem(text, name: "e"), to: data)
    fit.starts = 4
    return try fit.run()
  }

  private func groups(_ result: FitResult) -> [String] {
    result.unidentifiedGroups.map {
      $0.names.joined(separator: " ") + ": \($0.measuredCombinations)"
    }
  }

  private func estimate(_ name: String, _ result: FitResult) throws -> FitResult.Estimate {
    try #require(result.estimates.first { $0.name == name })
  }

  private func expectOpen(_ name: String, _ result: FitResult) throws {
    let profile = try #require(try estimate(name, result).profile)
    #expect(profile.lower == .open && profile.upper == .open, "\(name)")
  }

  @Test func `the interval of a rate is that of linear theory and of its closed profile`() throws {
    let decay = Decay()
    let result = try fit("x' = -k*x\nk = 0.3\nx(0) = 2", decay.measurements)
    let k = try estimate("k", result)
    #expect(isNear(k.value, decay.rate))
    let profile = try #require(k.profile)
    #expect(isNear(profile.lower.bound, decay.profileEnd(towards: 0)))
    #expect(isNear(profile.upper.bound, decay.profileEnd(towards: 3)))
    // Derivatives by rate and initial value: −x₀ t e and e; the variance of the rate is an element of σ² (JᵀJ)⁻¹.
    let start = try #require(result["x(0)"])
    var (a, b, c) = (0.0, 0.0, 0.0)
    for time in decay.times {
      let e = Double.exponential(-k.value * time)
      a += start * time * e * start * time * e
      b -= start * time * e * e
      c += e * e
    }
    let variance = decay.squares(k.value) / 18 * c / (a * c - b * b)
    let half = Decay.quantile * variance.squareRoot()
    let laplace = try #require(k.laplace)
    #expect(isNear(laplace.lowerBound, k.value - half))
    #expect(isNear(laplace.upperBound, k.value + half))
    #expect(result.unidentifiedGroups.isEmpty)
  }

  @Test(arguments: ["> 0", "in 0..1", ">= 0"])
  func `of a sum of positive rates each is bounded by the sum's upper end, and open below`(
    bounds: String
  ) throws {
    let decay = Decay()
    let result = try fit(
      "x' = -(a+b)*x\na = 0.3 \(bounds)\nb = 0.2 \(bounds)\nx(0) = 2", decay.measurements)
    for name in ["a", "b"] {
      let found = try estimate(name, result)
      #expect(found.laplace == nil && !found.isIdentified)
      #expect(found.profile?.lower == .open)
      // The other rate goes to 0, and the sum's profile remains; a step of e⁻¹⁰ may be left of it.
      #expect(
        isNear(found.profile?.upper.bound, decay.profileEnd(towards: 3), digits: 1e-4),
        "\(name) \(String(describing: found.profile))")
    }
    #expect(groups(result) == ["a b: 1"])
    // The initial value's interval is that of the fit with one rate: a traded parameter takes no freedom.
    let single = try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = 2", decay.measurements)
    let (found, expected) = (try estimate("x(0)", result), try estimate("x(0)", single))
    let curvature = try #require(expected.laplace)
    #expect(isNear(found.laplace?.upperBound, curvature.upperBound))
    let end = try #require(expected.profile?.upper.bound)
    #expect(isNear(found.profile?.upper.bound, end, digits: 1e-4))
  }

  @Test func `of a sum of any rates none is bounded`() throws {
    let result = try fit("x' = -(a+b)*x\na = 0.3\nb = 0.2\nx(0) = 2", Decay().measurements)
    for name in ["a", "b"] {
      try expectOpen(name, result)
    }
    let start = try estimate("x(0)", result)
    #expect(start.isIdentified)
  }

  @Test func `all that trade against each other are named`() throws {
    let start = "a = 0.3 > 0\nb = 0.2 > 0\nc = 0.1 > 0\nd = 1 > 0\nx(0) = 2"
    let sum = try fit("x' = -(a+b+c*d)*x\n" + start, Decay().measurements)
    #expect(groups(sum) == ["a b c d: 1"])
    // A product of either sign lets all of them go: there is no bound, though not every profile can be followed to its end.
    let signed = try fit(
      "x' = -(a+b+c*d)*x\n" + start.replacing("d = 1 > 0", with: "d = 1"), Decay().measurements)
    for name in ["a", "b", "c", "d"] {
      let profile = try #require(try estimate(name, signed).profile)
      #expect(profile.lower.bound == nil && profile.upper.bound == nil, "\(name)")
    }
    // Two states, two groups.
    let both = Decay()
    let data = Experiments(
      times: both.times, names: ["x", "y"],
      values: zip(both.values, both.times).map { [$0, 1 + $1] })
    let two = try fit("x' = -(a+b)*x\ny' = c*d\ny(0) = 1\n" + start, data)
    #expect(groups(two) == ["a b: 1", "c d: 1"])
  }

  @Test func `an unknown share of reported cases scales with infection and numbers`() throws {
    // With (c s, c i, β/c, ρ/c) for (s, i, β, ρ) the same cases are reported; the recovery is free of c.
    let text =
      "s' = -b*s*i\ni' = b*s*i - g*i\ny = rho*i\nb = 0.005 > 0\ng = 0.3 > 0\nrho = 0.5 > 0\n"
      + "s(0) = 150\ni(0) = 2"
    let system = try EquationSystem(text, name: "e")
    let times = (0..<25).map { Double($0) }
    let solver = ODESolver(
      method: .tsitouras5,
      control: .proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-10)))
    let exact = system.solution(from: [150, 2], at: times, solver: solver).states
    var generator = SeededGenerator(seed: 4)
    let noise = generator.numbers(times.count)
    let values = times.indices.map { [0.5 * exact[$0][1] + 0.1 * noise[$0]] }
    let result = try fit(text, .init(times: times, names: ["y"], values: values))
    #expect(groups(result) == ["b rho s(0) i(0): 3"])
    for (name, isKnown) in [("g", true), ("b", false), ("rho", false), ("s(0)", false)] {
      let found = try estimate(name, result)
      #expect((found.laplace != nil) == isKnown, "\(name)")
    }
  }

  @Test(arguments: ["in 0..0.5", "< 0.5"])
  func `a value that the data push to its bound has an effect`(bounds: String) throws {
    // The rate is 0.6, and the equations allow 0.5.
    let decay = Decay()
    let result = try fit("x' = -k*x\nk = 0.3 \(bounds)\nx(0) = 2", decay.measurements)
    let k = try estimate("k", result)
    #expect(k.value > 0.4999 && groups(result).isEmpty)
    #expect(k.profile?.upper == .open)
    let end = decay.profileEnd(from: 0.5, towards: 0)
    #expect(isNear(k.profile?.lower.bound, end, digits: 1e-3))
  }

  @Test(arguments: [0.3, 1e-3, 2])
  func `a rate that went to 0 is bounded above, wherever its search began`(start: Double) throws {
    // What grows is best fitted by no decay.
    let growth = Decay(rate: -0.02)
    let result = try fit("x' = -k*x\nk = \(start) > 0\nx(0) = 2", growth.measurements)
    let profile = try #require(try estimate("k", result).profile)
    #expect(profile.lower == .open)
    let end = growth.profileEnd(from: 0, towards: 3)
    #expect(isNear(profile.upper.bound, end, digits: 1e-3), "\(profile)")
  }

  @Test func `a lower bound is found from a best value far out`() throws {
    // Of a growth without an end in the data only a lower bound of the capacity is known.
    let times = (0..<15).map { Double($0) * 0.1 }
    let noise = Decay().values.prefix(15).enumerated().map {
      $1 - 2 * Double.exponential(-0.18 * Double($0))
    }
    let values = zip(times, noise).map { [Double.exponential(0.5 * $0) + 0.5 * $1] }
    let result = try fit(
      "x' = r*x*(1 - x/K)\nr = 0.5 > 0\nK = 1000 > 0\nx(0) = 1",
      .init(times: times, names: ["x"], values: values))
    let profile = try #require(try estimate("K", result).profile)
    #expect(profile.upper == .open)
    // Above what was measured, and not without end.
    let lower = try #require(profile.lower.bound)
    #expect(2 < lower && lower < 1_000, "\(lower)")
  }

  @Test func `a parameter without effect is alone`() throws {
    let result = try fit(
      "x' = -k*x\nz' = q\nz(0) = 0 fixed\nk = 0.3 > 0\nq = 1 > 0\nx(0) = 2", Decay().measurements)
    #expect(groups(result) == ["q: 0"])
    try expectOpen("q", result)
    let k = try estimate("k", result)
    #expect(k.isIdentified)
  }

  @Test func `where the equations have no solution is no bound of the data`() throws {
    // Halfway to the upper end the root stops being a number.
    let decay = Decay(noise: 0.5)
    let limit = (decay.rate + decay.profileEnd(towards: 3)) / 2
    let result = try fit(
      "x' = -k*x\nz' = (\(limit) - k)^0.5\nz(0) = 0 fixed\nk = 0.5\nx(0) = 2",
      decay.measurements)
    let profile = try #require(try estimate("k", result).profile)
    #expect(profile.upper == .lost)
    #expect(isNear(profile.lower.bound, decay.profileEnd(towards: 0), digits: 1e-3))
  }

  @Test(arguments: [1, 1e5, 1e-5])
  func `intervals are those of the data in any unit`(unit: Double) throws {
    let decay = Decay()
    let data = Experiments(
      times: decay.times, names: ["x"], values: decay.values.map { [unit * $0] })
    let result = try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = \(2 * unit)", data)
    #expect(result.estimates.allSatisfy { $0.isIdentified })
    let profile = try #require(try estimate("k", result).profile)
    #expect(isNear(profile.upper.bound, decay.profileEnd(towards: 3)))
  }

  @Test func `data without errors are bounded by the solver's`() throws {
    let decay = Decay(noise: 0)
    let k = try estimate(
      "k", try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = 2", decay.measurements))
    #expect(k.isIdentified)
    let profile = try #require(k.profile)
    let (lower, upper) = (try #require(profile.lower.bound), try #require(profile.upper.bound))
    // Ten times the tolerance of 1e-8 on twenty values.
    #expect(lower < 0.6 && 0.6 < upper && upper - lower < 1e-6)
    let sum = try fit("x' = -(a+b)*x\na = 0.3\nb = 0.2\nx(0) = 2", decay.measurements)
    try expectOpen("a", sum)
  }
}

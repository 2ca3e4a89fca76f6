import Platform
import Testing

import MechanisticModels

@Suite struct NoiseTermTests {
  private typealias Case = (
    noise: NoiseModel, value: Measurement.Value, f: Double, arguments: (Double, Double)
  )

  /// Values of every kind of noise: exact, censored, near and far from the curve.
  private static let cases: [Case] = {
    let continuous: [NoiseModel] = [.normal, .lognormal, .proportional, .combined, .student]
    let values: [Measurement.Value] = [
      .exact(2.1), .exact(0.4), .below(0.5), .below(2.4), .above(2.5), .above(0.2),
      .between(2.2, 2.5), .between(0.1, 0.3), .between(1.5, 9),
    ]
    var cases: [Case] = []
    for noise in continuous {
      for value in values { cases.append((noise, value, 1.7, (0.3, 0.2))) }
    }
    let ranges: [Measurement.Value] = [.below(3), .above(2), .between(1, 6), .above(40)]
    for range in ranges {
      for f in [0.4, 1.7, 22] {
        cases.append((.poisson, range, f, (1, 1)))
        for size in [0.3, 5, 200] { cases.append((.negativeBinomial, range, f, (size, 1))) }
      }
    }
    for count in [0.0, 1, 4, 30] {
      for f in [0.4, 1.7, 22] {
        cases.append((.poisson, .exact(count), f, (1, 1)))
        for size in [0.3, 5, 200] {
          cases.append((.negativeBinomial, .exact(count), f, (size, 1)))
        }
      }
    }
    return cases
  }()

  private func penalty(_ one: Case, f: Double, _ arguments: (Double, Double)) throws -> Double {
    try #require(NoiseTerm(one.noise, of: one.value, value: f, arguments: arguments)).penalty
  }

  /// The gradient of the rows against central differences of the penalty, whose error is about 1e-9 of it.
  @Test func `rows of a term have the gradient of its penalty`() throws {
    for one in Self.cases {
      let term = try #require(
        NoiseTerm(one.noise, of: one.value, value: one.f, arguments: one.arguments))
      let rows = [term.main, term.scale].compactMap { $0 }
      let step = 1e-5
      let byValue =
        (try penalty(one, f: one.f + step, one.arguments)
          - penalty(one, f: one.f - step, one.arguments)) / (2 * step)
      let found = rows.reduce(0) { $0 + $1.residual * $1.byValue }
      let size = 1 + term.penalty.magnitude + byValue.magnitude
      #expect(abs(found - byValue) < 1e-7 * size, "\(one): \(found) and \(byValue)")
      for place in 0..<one.noise.argumentNames.count {
        func moved(_ sign: Double) throws -> Double {
          var arguments = one.arguments
          let factor = Double.exponential(sign * step)
          if place == 0 { arguments.0 *= factor } else { arguments.1 *= factor }
          return try penalty(one, f: one.f, arguments)
        }
        let expected = (try moved(1) - moved(-1)) / (2 * step)
        let found = rows.reduce(0) {
          $0 + $1.residual * (place == 0 ? $1.byArguments.0 : $1.byArguments.1)
        }
        #expect(
          abs(found - expected) < 1e-7 * (size + expected.magnitude),
          "\(one), argument \(place): \(found) and \(expected)")
      }
    }
  }

  /// Against `scipy.stats` (norm, lognorm, t, poisson, nbinom) 1.17.
  @Test(
    arguments: [
      (.normal, .exact(2.1), 1.7, 0.3, 0.6038546177676263),
      (.normal, .below(0.5), 1.7, 0.3, 10.360101486527292),
      (.normal, .below(-20), 1.7, 0.3, 2621.2559701898344),
      (.normal, .above(2.5), 1.7, 0.3, 5.564791115820013),
      (.normal, .between(2.2, 2.5), 1.7, 0.3, 3.124475793095131),
      (.lognormal, .exact(2.1), 1.7, 0.3, 0.7049671461995387),
      (.lognormal, .below(0.5), 1.7, 0.3, 10.697982222292396),
      (.proportional, .exact(2.1), 1.7, 0.3, 0.5531679899370625),
      (.combined, .exact(2.1), 1.7, 0.3, 0.517132218869868),
      (.student, .exact(2.1), 1.7, 0.3, 0.6961683989990841),
      (.student, .below(0.5), 1.7, 0.3, 4.820215993949167),
      (.student, .between(2.2, 2.5), 1.7, 0.3, 2.856764313226318),
      (.poisson, .exact(4), 1.7, 1, 2.7555408260992644),
      (.poisson, .exact(0), 1.7, 1, 1.7),
      (.negativeBinomial, .exact(4), 1.7, 0.3, 3.312042492255716),
      (.negativeBinomial, .exact(4), 1.7, 50, 2.743726486182604),
      (.poisson, .below(5), 1.7, 1, 0.03006217940824274),
      (.poisson, .above(4), 1.7, 1, 3.519480829725987),
      (.poisson, .above(40), 1.7, 1, 93.93717655951652),
      (.poisson, .between(1.5, 4), 1.7, 1, 0.739946003384822),
      (.negativeBinomial, .below(5), 1.7, 0.3, 0.12953865412602425),
      (.negativeBinomial, .above(4), 1.7, 0.3, 2.1078462021068995),
      (.negativeBinomial, .between(2, 4), 1.7, 0.3, 1.7828826305786922),
    ] as [(NoiseModel, Measurement.Value, Double, Double, Double)])
  func `penalties are those of SciPy`(
    noise: NoiseModel, value: Measurement.Value, f: Double, size: Double, expected: Double
  ) throws {
    let term = try #require(NoiseTerm(noise, of: value, value: f, arguments: (size, 0.2)))
    #expect(abs(term.penalty - expected) < 1e-12 * max(expected, 1), "\(term.penalty)")
  }

  @Test func `a negative binomial count of a large size is a Poisson count`() throws {
    for count in [0.0, 3, 50] {
      let poisson = try #require(
        NoiseTerm(.poisson, of: .exact(count), value: 20, arguments: (1, 1)))
      for size in [1e9, 1e12, 1e18] {
        let term = try #require(
          NoiseTerm(.negativeBinomial, of: .exact(count), value: 20, arguments: (size, 1)))
        // They differ by (f² + y²)/size, here less than 1e-5.
        #expect(abs(term.penalty - poisson.penalty) < 1e-5)
      }
    }
  }

  @Test func `a distribution that does not exist has no term`() {
    #expect(NoiseTerm(.lognormal, of: .exact(1), value: -1, arguments: (1, 1)) == nil)
    #expect(NoiseTerm(.proportional, of: .exact(1), value: 0, arguments: (1, 1)) == nil)
    #expect(NoiseTerm(.poisson, of: .below(0), value: 1, arguments: (1, 1)) == nil)
  }

  @Test func `priors have the gradient of their penalty`() {
    let priors: [Prior] = [
      .normal(mean: 2, deviation: 0.4), .lognormal(mean: 0.3, deviation: 0.7), .uniform(0, 3),
    ]
    for prior in priors {
      for value in [0.2, 1.5, 2.9] {
        let term = prior.term(at: value)
        let slope =
          (prior.term(at: value + 1e-5).penalty - prior.term(at: value - 1e-5).penalty) / 2e-5
        #expect(abs(term.residual * term.slope - slope) < 1e-7 * (1 + slope.magnitude))
      }
    }
    // scipy.stats.lognorm.logpdf(1.5, 0.7, scale=exp(0.3)) and norm.logpdf(1.5, 2, 0.4)
    #expect(abs(priors[1].term(at: 1.5).penalty - 0.9790785841376419) < 1e-12)
    #expect(abs(priors[0].term(at: 1.5).penalty - 0.7838978013305177) < 1e-12)
  }
}

import MechanisticModels
import NumericCore
import Platform
import Testing

/// Quantities that follow from the unknowns, the bands of curves, and fits whose solves end early.
@Suite struct FitPredictionTests {
  private static let times = [0.0, 0.5, 1, 2, 3, 4, 6, 8]

  /// Two decays from 10 with errors of 0.1.
  private func experiments(_ rates: [Double]) -> Experiments {
    Experiments(
      rates.enumerated().map { number, rate in
        let noise = RandomKey(UInt64(40 + number)).normal(Self.times.count, as: Double.self)
        return Experiment(
          id: ["a", "b"][number],
          zip(Self.times, noise).map { time, error in
            Measurement(
              time: time, of: "x", .exact(10 * Double.exponential(-rate * time) + 0.1 * error))
          })
      })
  }

  /// The value at a time as a parameter of its own has the same intervals: `x(0) = c·exp(k·12)` gives `c = x(12)`.
  @Test func `a prediction has the intervals of the same quantity as a parameter`() throws {
    let data = experiments([0.3])
    let predicted = try ParameterFit(
      EquationSystem("x' = -k*x\nk = 0.2 > 0\nx(0) = 10 > 0\npredict x at 12", name: "e"), to: data
    ).run()
    let written = try ParameterFit(
      EquationSystem(
        "x' = -k*x\nk = 0.2 > 0\nc = 0.5 > 0\nx(0) = c*exp(12*k) fixed", name: "e"), to: data
    ).run()
    let found = try #require(predicted.derived.first { $0.name == "x at 12" })
    let expected = try #require(written.estimates.first { $0.name == "c" })
    #expect(predicted.derived.count == 1)
    #expect(abs(found.value / expected.value - 1) < 1e-5)
    for path in [\FitResult.Profile.lower, \FitResult.Profile.upper] {
      let bound = try #require(found.profile?[keyPath: path].bound)
      let reference = try #require(expected.profile?[keyPath: path].bound)
      // Ends are found to 1e-3 in the drop of 4.6, here of a tenth of the value.
      #expect(abs(bound / reference - 1) < 1e-3)
    }
  }

  /// Of an experiment alone, its own figures.
  @Test func `constants and predictions of individual parameters have a value in each experiment`()
    throws
  {
    let text = """
      x' = -k*x
      k = 0.2 > 0
      halflife = log(2)/k
      amount = 10*v
      v = 3 fixed
      dilution = log(v)/k
      x(0) = 10 fixed
      predict x at 5, 10
      """
    var data = experiments([0.3, 0.6])
    data.experiments[1].conditions = ["v": 7]
    var fit = ParameterFit(try EquationSystem(text, name: "e"), to: data)
    fit.individual = ["k"]
    let result = try fit.run()
    #expect(
      result.derived.map(\.name) == [
        "halflife[a]", "dilution[a]", "halflife[b]", "dilution[b]", "x[a] at 5", "x[a] at 10",
        "x[b] at 5", "x[b] at 10",
      ])
    for id in ["a", "b"] {
      let k = try #require(result["k[\(id)]"])
      let value = { (name: String) in result.derived.first { $0.name == name }?.value ?? .nan }
      #expect(abs(value("halflife[\(id)]") - .logarithm(2) / k) < 1e-9)
      #expect(abs(value("dilution[\(id)]") - .logarithm(id == "a" ? 3 : 7) / k) < 1e-9)
      #expect(abs(value("x[\(id)] at 5") - 10 * .exponential(-5 * k)) < 1e-6)
    }
  }

  /// A known value that differs makes a constant of a shared parameter differ.
  @Test func `a constant that depends on a condition is reported in each experiment`() throws {
    let text = "x' = -cl/v*x\ncl = 1 > 0\nv = 3 fixed\nk = cl/v\ndouble = 2*cl\nx(0) = 10 fixed"
    var data = experiments([0.3, 0.6])
    data.experiments[0].conditions = ["v": 4]
    data.experiments[1].conditions = ["v": 2]
    let result = try ParameterFit(try EquationSystem(text, name: "e"), to: data).run()
    #expect(result.derived.map(\.name) == ["double", "k[a]", "k[b]"])
    let cl = try #require(result["cl"])
    #expect(
      zip(result.derived, [2 * cl, cl / 4, cl / 2]).allSatisfy { abs($0.value - $1) < 1e-12 })
  }

  @Test(arguments: [
    ("predict y at 3", "name a state or an intermediate"),
    ("observe n = increase(x)\npredict n at 3", "has no value at a time to predict"),
    ("predict x 3", "'at'"), ("predict x at k", "number"),
  ])
  func `a prediction of something else is refused`(line: String, part: String) throws {
    do {
      _ = try EquationSystem("x' = -k*x\nk = 1\nx(0) = 1\n\(line)\n", name: "e")
      Issue.record("accepted")
    } catch { #expect("\(error)".contains(part), "\(error)") }
  }

  @Test func `a prediction before the start is refused`() throws {
    let system = try EquationSystem("x' = -k*x\nk = 1\nspan = 0..9\npredict x at -1", name: "e")
    #expect(throws: FitError.predictionBeforeStart("x", time: -1, start: 0)) {
      try ParameterFit(system, to: experiments([0.3])).run()
    }
  }

  // MARK: Bands

  /// One late value that is not far from 0 bounds the rate on one side much better than on the other.
  ///
  /// The oracle is the posterior by quadrature over the rate's range.
  @Test func `a band follows the likelihood where the curvature does not`() throws {
    let system = try EquationSystem("x' = -k*x\nk = 0.4 in 0.1..3\nx(0) = 10 fixed", name: "e")
    let late = [
      Measurement(time: 5, of: "x", .exact(1.5), standardError: 0.6),
      Measurement(time: 2.5, of: "x", .exact(4), standardError: 60),
    ]
    let result = try ParameterFit(system, to: Experiments([Experiment(late)])).run()
    let curve = try #require(result.curves.first)
    let row = try #require(curve.times.firstIndex { abs($0 - 2) < 1e-9 })
    let rates = (0..<29_000).map { 0.1 + 1e-4 * (Double($0) + 0.5) }
    let weights = rates.map { rate in
      let rest = (1.5 - 10 * Double.exponential(-5 * rate)) / 0.6
      let other = (4 - 10 * Double.exponential(-2.5 * rate)) / 60
      return Double.exponential(-0.5 * (rest * rest + other * other))
    }
    let total = weights.reduce(0, +)
    func quantile(_ share: Double) -> Double {
      var sum = 0.0
      for (rate, weight) in zip(rates, weights) {
        sum += weight
        if sum >= share * total { return rate }
      }
      return .nan
    }
    let expected = [quantile(0.975), quantile(0.025)].map { 10 * Double.exponential(-2 * $0) }
    let band = curve.confidence[row]
    // Of 400 draws the outer quantiles scatter by a few draws.
    #expect(abs(band.lowerBound - expected[0]) < 0.5, "\(band) \(expected)")
    #expect(abs(band.upperBound - expected[1]) < 0.4, "\(band) \(expected)")
    // The linear band has equal halves, and its lower end lies at 3.2.
    let value = curve.values[row]
    #expect(value - band.lowerBound > 1.2 * (band.upperBound - value))
    #expect(curve.prediction[row].lowerBound <= band.lowerBound)
  }

  @Test func `the band of a quadratic likelihood is that of the curvature`() throws {
    let values = Self.times.map { [1 + 0.5 * $0 + 0.1 * ($0 == 2 ? 1 : -0.2)] }
    let result = try ParameterFit(
      EquationSystem("x' = a\na = 1\nx(0) = 1 fixed", name: "e"),
      to: .init(times: Self.times, names: ["x"], values: values)
    ).run()
    let curve = try #require(result.curves.first)
    let laplace = try #require(result.estimates.first?.laplace)
    // x(t) = 1 + a t has the band of a times t.
    for (time, band) in zip(curve.times, curve.confidence) {
      #expect(abs(band.upperBound - (1 + laplace.upperBound * time)) < 1e-6)
    }
  }

  // MARK: Solves without an end

  /// Eight hundred periods take more steps than the budget of a search.
  @Test func `a start that takes many steps is solved with a larger budget`() throws {
    let times = (1...60).map { 0.4 * Double($0) }
    let values = times.map { [Double.cosine(200 * $0)] }
    var fit = ParameterFit(
      try EquationSystem(
        "x' = w*y\ny' = -w*x\nw = 200.01 > 0\nx(0) = 1 fixed\ny(0) = 0 fixed", name: "e"),
      to: .init(times: times, names: ["x"], values: values))
    (fit.starts, fit.profiles) = (1, false)
    let found = try #require(try fit.run()["w"])
    #expect(abs(found - 200) < 1e-4, "\(found)")
    fit.startValues = ["w": 200_000]
    #expect(throws: FitError.tooManySteps(100_000)) { try fit.run() }
  }

  /// The equations have no solution at the values where a search is said to have ended.
  @Test func `a fit without curves at its end has no result`() throws {
    let system = try EquationSystem("x' = k*x^2\nk = 0.5 > 0\nx(0) = 1 fixed", name: "e")
    let times = [0.25, 0.5, 0.75, 1]
    var fit = ParameterFit(
      system,
      to: .init(times: times, names: ["x"], values: times.map { [1 / (1 - 0.5 * $0)] }))
    fit.profiles = false
    let problem = try FitProblem(fit)
    var attempt = try #require(FitSearch(problem).run().first)
    func result(at rate: Double) -> FitResult? {
      attempt.outcome.unknowns = [.logarithm(rate)]
      return problem.result([attempt])
    }
    #expect(result(at: 0.5) != nil)
    // With k = 2 the solution ends at 0.5.
    #expect(result(at: 2) == nil)
  }
}

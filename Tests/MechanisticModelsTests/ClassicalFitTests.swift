import Platform
import Serialization
import NumericCore
import MechanisticModels
import TestSupport
import Testing

/// A fit of `Benchmarks/Fits/classical.py`, with SciPy's best of 20 starts.
struct ClassicalFit: CustomTestStringConvertible {
  let name: String
  let system: EquationSystem
  let measurements: Experiments
  /// The least sum of squares with a standard deviation for each column.
  let objective: Double

  var testDescription: String { name }

  static let names = [
    "michaelis-menten", "consecutive-reactions", "one-compartment", "two-compartments", "gompertz",
    "logistic-unbounded", "seir", "fitzhugh-nagumo", "alpha-pinene", "monod", "hill-cascade",
    "goodwin", "lotka-volterra", "van-der-pol",
  ]

  init(_ name: String) throws {
    self.name = name
    let text = { (ending: String) in
      String(decoding: try Files.read(fixturePath("fits/\(name).\(ending)")), as: UTF8.self)
    }
    system = try EquationSystem(text("ode"), name: name)
    let lines = try text("csv").split(separator: "\n").map { $0.split(separator: ",") }
    let rows = lines.dropFirst().map { $0.compactMap { Double($0) } }
    let columns = (lines.first ?? []).dropFirst().map(String.init)
    measurements = Experiments(
      times: rows.map { $0[0] }, names: columns, values: rows.map { Array($0.dropFirst()) })
    let table = try #require(try fixture("fits/suite").array)
    let entry = try #require(table.first { $0.object?["name"]?.string == name }?.object)
    objective = try #require(entry["objective"]?.number)
  }

  func fit(seed: Int) -> ParameterFit {
    var fit = ParameterFit(system, to: measurements)
    fit.key = RandomKey(UInt64(seed))
    return fit
  }

  /// `Σ n/2 (1 + log(2π S/n))` over the columns.
  func objective(of result: FitResult) -> Double {
    result.curves.reduce(0) { sum, curve in
      let count = Double(curve.points.count)
      return sum + count / 2 * (1 + .logarithm(2 * .pi * curve.residualSquares / count))
    }
  }
}

@Suite struct ClassicalFitTests {
  /// The residual sum is SciPy's to 1e-4 where each of the `n/2 log S` is to half of that times `n`.
  @Test(arguments: ClassicalFit.names, [0, 1])
  func `the written start leads to SciPy's best fit`(name: String, seed: Int) throws {
    let problem = try ClassicalFit(name)
    var fit = problem.fit(seed: seed)
    fit.profiles = false
    let result = try fit.run()
    let count = Double(result.measurementCount)
    let excess = problem.objective(of: result) - problem.objective
    #expect(excess < 0.5e-4 * count, "\(name) \(seed): \(excess) above SciPy's")
    #expect(result.hasConverged)
  }
}

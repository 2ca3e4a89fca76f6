import Serialization
import NumericCore
import Tables
import TestSupport
import Testing

import MechanisticModels

/// A problem of `Tests/Fixtures/fit_likelihoods.py`.
struct LikelihoodProblem: CustomTestStringConvertible, Sendable {
  let name: String
  let equations: String
  let data: String
  let options: [String]
  let names: [String]
  let values: [Double]
  let logLikelihood: Double

  var testDescription: String { name }

  static func all() throws -> [LikelihoodProblem] {
    let table = try fixture("fit_likelihoods").object?["problems"]?.array ?? []
    return try table.map { entry in
      let entry = try #require(entry.object)
      return LikelihoodProblem(
        name: try #require(entry["name"]?.string),
        equations: try #require(entry["equations"]?.string),
        data: try #require(entry["data"]?.string),
        options: entry["options"]?.array?.compactMap(\.string) ?? [],
        names: entry["names"]?.array?.compactMap(\.string) ?? [],
        values: try #require(entry["values"]?.numbers),
        logLikelihood: try #require(entry["logLikelihood"]?.number))
    }
  }

  func fit() throws -> ParameterFit {
    let system = try EquationSystem(equations, name: "e.ode")
    let table = try FitTable(CSVReader(name: "d.csv", bytes: Array(data.utf8)))
    let read = try FitData(table, for: system, FitTableOptions())
    var fit = ParameterFit(system, to: read.experiments)
    if let noise = options.first.flatMap(NoiseModel.init) { fit.noise = noise }
    if options.first == "--per-experiment" { fit.individual = [options[1]] }
    fit.profiles = false
    fit.starts = 4
    return fit
  }
}

@Suite struct FitLikelihoodTests {
  /// SciPy's simplex stops at 1e-13 of the value: the optimum is known to the root of that.
  @Test(arguments: try LikelihoodProblem.all())
  func `estimates and likelihoods are SciPy's`(problem: LikelihoodProblem) throws {
    let result = try problem.fit().run()
    #expect(
      abs(result.logLikelihood - problem.logLikelihood) < 1e-5,
      "\(result.logLikelihood) and \(problem.logLikelihood)")
    for (name, expected) in zip(problem.names, problem.values) {
      let found = try #require(result[name])
      #expect(abs(found - expected) < 2e-4 * expected.magnitude, "\(name): \(found), \(expected)")
    }
    #expect(result.hasConverged)
  }

  /// `JᵀR` against central differences of the objective at a point away from the optimum.
  @Test(arguments: try LikelihoodProblem.all())
  func `the rows of a fit have the gradient of its objective`(problem: LikelihoodProblem) throws {
    var fit = try problem.fit()
    fit.tolerance = .init(relative: 1e-11, absolute: 1e-12)
    let objective = try FitProblem(fit)
    let z = objective.start.enumerated().map { $1 + 0.05 * Double($0 + 1) }
    let found = try #require(objective.evaluate(at: z, derivatives: true))
    let plain = try #require(objective.evaluate(at: z, derivatives: false))
    #expect(abs(found.value - plain.value) < 1e-6 * (1 + plain.value.magnitude))
    for place in z.indices {
      let gradient = found.residuals.indices.reduce(0) {
        $0 + found.residuals[$1] * found.jacobian[$1 * z.count + place]
      }
      let step = 1e-4
      let values = try [-1.0, 1].map { sign in
        var moved = z
        moved[place] += sign * step
        return try #require(objective.evaluate(at: moved, derivatives: false)).value
      }
      let slope = (values[1] - values[0]) / (2 * step)
      // The difference of a curved function is good to the square of the step.
      #expect(
        abs(gradient - slope) < 2e-5 * (1 + slope.magnitude + plain.value.magnitude),
        "\(objective.names[place]): \(gradient) and \(slope)")
    }
  }

  /// The adjoint against the rows, where the equations have no doses.
  @Test(arguments: try LikelihoodProblem.all().filter { $0.name != "doses" })
  func `the adjoint has the gradient of the rows`(problem: LikelihoodProblem) throws {
    let objective = try FitProblem(try problem.fit())
    let z = objective.start.enumerated().map { $1 + 0.05 * Double($0 + 1) }
    let rows = try #require(objective.evaluate(at: z, derivatives: true))
    let (value, gradient) = try #require(FitGradient(objective, part: 1).evaluate(z))
    #expect(abs(value - rows.value) < 1e-6 * (1 + value.magnitude))
    for place in z.indices {
      let expected = rows.residuals.indices.reduce(0) {
        $0 + rows.residuals[$1] * rows.jacobian[$1 * z.count + place]
      }
      #expect(abs(gradient[place] - expected) < 1e-5 * (1 + expected.magnitude))
    }
  }
}

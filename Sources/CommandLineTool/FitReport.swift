import ContinuousModels
import NumericCore

/// What `fit` writes.
struct FitReport {
  private let equations: EquationSystem
  private let measurements: ParameterFit.Measurements
  private let result: FitResult
  private let likelihood: String

  init(
    _ equations: EquationSystem, _ measurements: ParameterFit.Measurements, _ result: FitResult,
    likelihood: String
  ) {
    self.equations = equations
    self.measurements = measurements
    self.result = result
    self.likelihood = likelihood
  }

  func print(to console: Console) {
    console.table(
      ["name", "value", "95 % Laplace", "95 % profile", "note"],
      result.estimates.map { estimate in
        [
          estimate.name, shortText(estimate.value),
          estimate.laplace.map { interval($0.lowerBound, $0.upperBound) } ?? "-",
          estimate.isProfiled ? interval(estimate.profile.lower, estimate.profile.upper) : "-",
          note(estimate),
        ]
      })
    console.print()
    console.print(
      "\(equations.name), \(likelihood) errors: standard deviation "
        + "\(shortText(result.standardDeviation, digits: 4)), sum of squares "
        + "\(shortText(result.residualSquares, digits: 6)), log-likelihood "
        + "\(shortText(result.logLikelihood, digits: 6)), \(result.measurementCount) measurements")
    console.print(
      "\(result.agreeingStarts) of \(result.starts) starts ended here; \(result.solves) solves")
    let weights = equations.parameters.count { $0.weightDeviation != nil }
    if weights > 0 {
      console.print("networks of \(weights) weights were fitted along; --json tells their values")
    }
    console.emit(document)
  }

  private func note(_ estimate: FitResult.Estimate) -> String {
    if !estimate.isProfiled { return estimate.isIdentified ? "" : "not identified by the data" }
    return switch (estimate.profile.lower, estimate.profile.upper) {
    case (nil, nil): "not identified by the data"
    case (nil, _): "no lower bound from the data"
    case (_, nil): "no upper bound from the data"
    default: ""
    }
  }

  private func interval(_ lower: Double?, _ upper: Double?) -> String {
    let ends = [lower, upper].map { $0.map { shortText($0, digits: 4) } ?? "?" }
    return "[\(ends[0]), \(ends[1])]"
  }

  private var document: JSONValue {
    [
      "system": .string(equations.name), "likelihood": .string(likelihood),
      "estimates": .array(
        result.estimates.map { estimate in
          [
            "name": .string(estimate.name), "value": .number(estimate.value),
            "laplace": estimate.laplace.map { JSONValue([$0.lowerBound, $0.upperBound]) } ?? .null,
            "profile": estimate.isProfiled
              ? .array([number(estimate.profile.lower), number(estimate.profile.upper)]) : .null,
            "identified": .bool(estimate.isIdentified),
          ]
        }),
      "parameters": .object(parameters),
      "initialState": JSONValue(result.initialState),
      "standardDeviation": .number(result.standardDeviation),
      "residualSquares": .number(result.residualSquares),
      "logLikelihood": .number(result.logLikelihood),
      "measurements": JSONValue(result.measurementCount),
      "converged": .bool(result.hasConverged), "starts": JSONValue(result.starts),
      "agreeingStarts": JSONValue(result.agreeingStarts), "solves": JSONValue(result.solves),
      "columns": JSONValue(measurements.names), "times": JSONValue(measurements.times),
      "predictions": .array(result.predictions.map { JSONValue($0) }),
    ]
  }

  /// Every parameter with its value, weights of networks included.
  private var parameters: JSONObject {
    var members = JSONObject()
    for (parameter, value) in zip(equations.parameters, result.parameters) {
      members[parameter.name] = .number(value)
    }
    return members
  }

  private func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}

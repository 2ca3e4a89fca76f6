import Tables
import ArgumentParsing
import MechanisticModels
import NumericCore

/// What `fit` writes.
struct FitPrinter {
  private let fit: ParameterFit
  private let data: FitData
  private let result: FitResult
  private var equations: EquationSystem { fit.system }
  private var likelihood: String { fit.noise.rawValue }

  init(_ fit: ParameterFit, _ data: FitData, _ result: FitResult) {
    self.fit = fit
    self.data = data
    self.result = result
  }

  func print(to console: Console) {
    console.table(
      ["name", "value", "95 % Laplace", "95 % profile", "note"],
      result.estimates.map { estimate in
        [
          estimate.name, shortText(estimate.value),
          estimate.laplace.map { both($0.lowerBound, $0.upperBound) } ?? "-",
          estimate.profile.map { interval($0) } ?? "-",
          note(estimate),
        ]
      })
    console.print()
    for group in result.unidentifiedGroups { console.print(Self.sentence(group)) }
    if result.estimates.contains(where: { $0.profile?.isLost ?? false }) {
      console.print(
        "where a bound is not known, the fits beyond some value failed; take the Laplace interval there, fit a shorter stretch "
          + "of the data, or --fix what is known")
    }
    if let sentence = data.axis.sentence { console.print(sentence) }
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
    if isAtBound(estimate) { return "at its bound in the equations" }
    guard let profile = estimate.profile else {
      return estimate.isIdentified ? "" : "not identified by the data"
    }
    return switch (profile.lower, profile.upper) {
    case (.bound, .bound): ""
    case (.open, .open): "not identified by the data"
    case (.open, .bound): "no lower bound from the data"
    case (.bound, .open): "no upper bound from the data"
    case (.lost, .lost): "bounds not known: beyond some values no fit is found"
    case (.lost, _): "lower bound not known: below some value no fit is found"
    case (_, .lost): "upper bound not known: above some value no fit is found"
    }
  }

  /// Whether the search went to an end of the range that the equations allow: a value 100,000 times nearer to it than the
  /// default is.
  private func isAtBound(_ estimate: FitResult.Estimate) -> Bool {
    guard let parameter = equations.parameters.first(where: { $0.name == estimate.name }) else {
      return false
    }
    let (lower, upper) = (parameter.lowerBound, parameter.upperBound)
    guard (upper - lower).isFinite else { return false }
    return [lower, upper].contains { bound in
      let usual = abs(parameter.defaultValue - bound)
      return abs(estimate.value - bound) < 1e-5 * (usual > 0 ? usual : upper - lower)
    }
  }

  /// Both ends, one of them, or that there is none.
  private func interval(_ profile: FitResult.Profile) -> String {
    switch (profile.lower, profile.upper) {
    case (.bound(let lower), .bound(let upper)): both(lower, upper)
    case (.bound(let lower), _): "≥ " + shortText(lower, digits: 4)
    case (_, .bound(let upper)): "≤ " + shortText(upper, digits: 4)
    case (.open, .open): "open"
    default: "not known"
    }
  }

  private func both(_ lower: Double, _ upper: Double) -> String {
    "[\(shortText(lower, digits: 4)), \(shortText(upper, digits: 4))]"
  }

  /// What trades against each other, and what to do.
  private static func sentence(_ group: FitResult.UnidentifiedGroup) -> String {
    let names = group.names
    guard let last = names.last else { return "" }
    if group.measuredCombinations == 0 {
      let all = names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " and " + last
      return "\(all): no effect on what was measured, any value fits as well"
    }
    let (all, count) = (names.dropLast().joined(separator: ", "), group.measuredCombinations)
    let known = count == 1 ? "one combination" : "\(count) combinations"
    let fixed = names.count - count
    return
      "\(all) and \(last) cannot be told apart: the data determine \(known) of these \(names.count); "
      + "fix \(fixed == 1 ? "one" : "\(fixed)") of them with --fix"
  }

  private var document: JSONValue {
    [
      "system": .string(equations.name), "likelihood": .string(likelihood),
      "estimates": .array(
        result.estimates.map { estimate in
          [
            "name": .string(estimate.name), "value": .number(estimate.value),
            "laplace": estimate.laplace.map { JSONValue([$0.lowerBound, $0.upperBound]) } ?? .null,
            "profile": estimate.profile.map {
              .array([number($0.lower.bound), number($0.upper.bound)])
            } ?? .null,
            "profileEnds": estimate.profile.map { JSONValue([$0.lower.word, $0.upper.word]) }
              ?? .null,
            "identified": .bool(estimate.isIdentified),
          ]
        }),
      "unidentifiedGroups": .array(
        result.unidentifiedGroups.map {
          [
            "names": JSONValue($0.names),
            "measuredCombinations": JSONValue($0.measuredCombinations),
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
      "timeUnit": data.axis.unit.map { .string($0.rawValue) } ?? .null,
      "timeOrigin": data.axis.unit.map { _ in .string(data.axis.text(of: 0)) } ?? .null,
      "ignoredColumns": JSONValue(data.ignored),
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

extension FitResult.Profile {
  fileprivate var isLost: Bool { lower == .lost || upper == .lost }
}

extension FitResult.ProfileEnd {
  /// What it is, for a program.
  fileprivate var word: String {
    switch self {
    case .bound: "bound"
    case .open: "open"
    case .lost: "unknown"
    }
  }
}

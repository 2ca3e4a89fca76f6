import Serialization
import MechanisticModels
import Tables

/// The result of `fit` for a program.
///
/// `null` means that there is no such number: `profileEnds`, `start.reason` and the kinds of findings give the reason in words.
struct FitDocument {
  private let printer: FitPrinter
  private var result: FitResult { printer.result }
  private var fit: ParameterFit { printer.fit }
  private var axis: TimeAxis { printer.data.axis }

  init(_ printer: FitPrinter) { self.printer = printer }

  var json: JSONValue {
    [
      "system": .string(fit.system.name), "likelihood": .string(fit.noise.rawValue),
      "trustworthy": .bool(result.isTrustworthy),
      "findings": .array(result.findings.map(json)),
      "estimates": .array(result.estimates.map(json)),
      "derived": .array(result.derived.map(json)),
      "noise": .array(result.noises.map(json)),
      "unidentifiedGroups": .array(
        result.unidentifiedGroups.map {
          [
            "names": JSONValue($0.names),
            "measuredCombinations": JSONValue($0.measuredCombinations),
          ]
        }),
      "draws": .array(result.draws.map { .array($0.map(number)) }),
      "correlations": .array(result.correlations.map { .array($0.map(number)) }),
      "parameters": .object(parameters), "initialState": JSONValue(result.initialState),
      "standardDeviation": number(result.standardDeviation),
      "residualSquares": number(result.residualSquares),
      "logLikelihood": number(result.logLikelihood),
      "degreesOfFreedom": number(result.freedom),
      "measurements": JSONValue(result.measurementCount),
      "converged": .bool(result.hasConverged), "starts": JSONValue(result.starts),
      "agreeingStarts": JSONValue(result.agreeingStarts), "solves": JSONValue(result.solves),
      "stiffSolves": JSONValue(result.stiffSolves),
      "searches": .array(
        result.searches.map {
          [
            "origin": .string($0.origin.rawValue), "logLikelihood": number(-$0.objective),
            "converged": .bool($0.hasConverged), "values": .array($0.values.map(number)),
          ]
        }),
      "optima": .array(
        result.optima.map {
          [
            "values": .array($0.values.map(number)),
            "logLikelihood": number(result.logLikelihood - $0.objectiveDifference),
          ]
        }),
      "timeUnit": axis.unit.map { .string($0.rawValue) } ?? .null,
      "timeOrigin": axis.unit.map { _ in .string(axis.text(of: 0)) } ?? .null,
      "ignoredColumns": JSONValue(printer.data.ignored),
      "experiments": .array(experiments),
    ]
  }

  private func number(_ value: Double?) -> JSONValue {
    value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }

  private func json(_ finding: FitResult.Finding) -> JSONValue {
    [
      "kind": .string(finding.word), "names": JSONValue(finding.names),
      "message": .string(finding.sentence),
    ]
  }

  private func json(_ estimate: FitResult.Estimate) -> JSONValue {
    [
      "name": .string(estimate.name), "value": number(estimate.value),
      "standardError": number(estimate.standardError),
      "laplace": estimate.laplace.map {
        .array([number($0.lowerBound), number($0.upperBound)])
      } ?? .null,
      "profile": estimate.profile.map {
        .array([number($0.lower.bound), number($0.upper.bound)])
      } ?? .null,
      "profileEnds": estimate.profile.map { JSONValue([$0.lower.word, $0.upper.word]) } ?? .null,
      "identified": .bool(estimate.isIdentified),
    ]
  }

  private func json(_ noise: FitNoise) -> JSONValue {
    var sizes = JSONObject()
    for (name, size) in noise.sizes.sorted(by: { $0.key < $1.key }) { sizes[name] = number(size) }
    return [
      "observable": .string(noise.observable), "noise": .string(noise.noise.rawValue),
      "sizes": .object(sizes), "measurements": JSONValue(noise.measurements),
      "censored": JSONValue(noise.censored),
    ]
  }

  /// Every parameter with its value, weights of networks included.
  private var parameters: JSONObject {
    var members = JSONObject()
    for (parameter, value) in zip(fit.system.parameters, result.parameters) {
      members[parameter.name] = number(value)
    }
    return members
  }

  private var experiments: [JSONValue] {
    result.experimentStarts.map { one in
      [
        "id": .string(one.experiment), "start": number(one.start.time),
        "startReason": .string(one.start.reason.word),
        "observables": .array(
          result.curves.filter { $0.experiment == one.experiment }.map { curve in
            [
              "name": .string(curve.observable),
              "times": .array(curve.points.map { number($0.time) }),
              "measured": .array(curve.points.map { number($0.measured.number) }),
              "kinds": JSONValue(curve.points.map(\.measured.word)),
              "fitted": .array(curve.points.map { number($0.fitted) }),
              "deviations": .array(curve.points.map { number($0.deviation) }),
              "residuals": .array(curve.points.map { number($0.residual) }),
            ]
          }),
      ]
    }
  }
}

extension Measurement.Value {
  fileprivate var word: String {
    switch self {
    case .exact: "exact"
    case .below: "below"
    case .above: "above"
    case .between: "between"
    }
  }
}

extension FitStart.Reason {
  fileprivate var word: String {
    switch self {
    case .given: "given"
    case .span: "span"
    case .zero: "zero"
    case .dataBefore: "dataBefore"
    case .dataAfterSpan: "dataAfterSpan"
    case .years: "years"
    }
  }
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

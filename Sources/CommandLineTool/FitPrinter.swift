import NumericCore
import ArgumentParsing
import MechanisticModels
import Tables

/// What `fit` prints.
struct FitPrinter {
  let fit: ParameterFit
  let data: FitData
  let result: FitResult
  private var equations: EquationSystem { fit.system }

  init(_ fit: ParameterFit, _ data: FitData, _ result: FitResult) {
    self.fit = fit
    self.data = data
    self.result = result
  }

  func print(to console: Console) {
    console.table(
      ["name", "value", "95 % Laplace", "95 % profile", "note"],
      (result.estimates + result.derived).map { estimate in
        [
          estimate.name, shortText(estimate.value),
          estimate.laplace.map { both($0.lowerBound, $0.upperBound) } ?? "-",
          estimate.profile.map { interval($0) } ?? "-",
          note(estimate),
        ]
      })
    console.print()
    for sentence in sentences { console.print(sentence) }
    if result.optima.count > 1 { printOptima(to: console) }
    if let sentence = data.axis.sentence { console.print(sentence) }
    for sentence in startSentences { console.print(sentence) }
    for noise in result.noises { console.print(sentence(noise)) }
    console.print(
      "\(equations.name): log-likelihood \(shortText(result.logLikelihood, digits: 6)), sum of squares "
        + "\(shortText(result.residualSquares, digits: 6)), \(experiments)\(result.measurementCount) measurements"
    )
    console.print(
      "\(result.agreeingStarts) of \(result.starts) searches ended here; \(result.solves) solves\(stiffness)"
    )
    let weights = equations.parameters.count { $0.weightDeviation != nil }
    if weights > 0 {
      console.print("networks of \(weights) weights were fitted along; --json lists their values")
    }
    console.emit(FitDocument(self).json)
  }

  private var stiffness: String {
    result.stiffSolves == 0
      ? "" : ", \(result.stiffSolves) of them by rodas5p because the equations were stiff"
  }

  private var experiments: String {
    result.experimentCount > 1 ? "\(result.experimentCount) experiments, " : ""
  }

  /// Remarks about the estimates.
  var sentences: [String] {
    var unaffected: [String] = []
    var sentences: [String] = []
    for finding in result.findings {
      if case .noEffect(let name) = finding {
        unaffected.append(name)
      } else {
        sentences.append(finding.sentence)
      }
    }
    if !unaffected.isEmpty {
      sentences.append(FitResult.Finding.sentence(unaffected, measuredCombinations: 0))
    }
    if result.freedom == 0 {
      sentences.append(
        "there are no more exact values than unknowns, so that the size of the noise and all intervals are not determined; "
          + "give the size, as in --observe 'x ~ normal(0.1)', or --fix what is known")
    }
    if result.estimates.contains(where: { $0.profile?.isLost ?? false }) {
      sentences.append(
        "where a bound is not known, the fits beyond some value failed; take the Laplace interval there, fit a shorter stretch "
          + "of the data, or --fix what is known")
    }
    return sentences
  }

  private func printOptima(to console: Console) {
    console.table(
      result.estimates.map(\.name) + ["log-likelihood"],
      result.optima.map { optimum in
        optimum.values.map { shortText($0) }
          + [shortText(result.logLikelihood - optimum.objectiveDifference, digits: 6)]
      })
  }

  /// Where the solves start, each kind once.
  var startSentences: [String] {
    var seen: [String] = []
    for one in result.experimentStarts {
      let isOwn: Bool
      if case .calendar = data.axis {
        isOwn = one.start.reason == .given && fit.startTime == nil
      } else {
        isOwn = false
      }
      let sentence =
        isOwn
        ? "initial values belong to the first row or dose of \(result.experimentCount > 1 ? "each series" : "the data") "
          + "(--from chooses another time)"
        : one.start.sentence(
          on: data.axis == .number
            ? "t = \(shortText(one.start.time))" : data.axis.label(of: one.start.time))
      if !seen.contains(sentence) { seen.append(sentence) }
    }
    if fit.preEquilibrates {
      seen.append("every series starts from the steady state of the equations without doses")
    }
    return seen.count > 3 ? Array(seen.prefix(3)) + ["…"] : seen
  }

  private func sentence(_ noise: FitNoise) -> String {
    let sizes = noise.noise.argumentNames.compactMap { name in
      noise.sizes[name].map { "\(name) \(shortText($0, digits: 4))" }
    }
    let size = sizes.isEmpty ? "" : ", " + sizes.joined(separator: ", ")
    let censored = noise.censored > 0 ? ", \(noise.censored) of them censored" : ""
    let leftOut =
      noise.leftOut > 0
      ? "; \(counted(noise.leftOut, "further value")) of 0 where the curve is 0 \(noise.leftOut == 1 ? "carries" : "carry") no information"
      : ""
    return
      "\(noise.observable): \(noise.noise.rawValue) noise\(size); \(counted(noise.measurements, "value"))\(censored)\(leftOut)"
  }

  private func note(_ estimate: FitResult.Estimate) -> String {
    for finding in result.findings {
      switch finding {
      case .diverging(estimate.name, _): return "runs away"
      case .atBound(estimate.name, _): return "at its bound in the equations"
      default: break
      }
    }
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
}

extension FitResult.Profile {
  fileprivate var isLost: Bool { lower == .lost || upper == .lost }
}

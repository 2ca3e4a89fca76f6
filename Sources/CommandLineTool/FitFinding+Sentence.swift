import NumericCore
import ArgumentParsing
import MechanisticModels

extension FitResult.Finding {
  /// What was found and what to do.
  var sentence: String {
    switch self {
    case .notConverged:
      "the search was still moving when it ended; set other starting values with --set, or raise --starts"
    case .diverging(let name, let limit):
      "\(name) runs away to \(limit.words) and the fit keeps improving or stays as good: the data set no bound on that side; "
        + "give it a value with --fix, a range with --bounds or a --prior, or remove it from the equations"
    case .atBound(let name, _) where name.hasPrefix("cv("):
      "\(name) is as good as 0: the noise does not grow with the curve, and normal noise describes it"
    case .atBound(let name, _) where name.hasPrefix("sd("):
      "\(name) is as good as 0: proportional noise describes the data"
    case .atBound(let name, _) where name.hasPrefix("size("):
      "\(name) is as good as infinite: the counts vary no more than poisson noise does"
    case .atBound(let name, let bound):
      "\(name) is at its bound \(shortText(bound)); widen the bound if it is not known to hold"
    case .severalOptima(let count):
      "\(count) optima fit about as well and the data do not tell them apart (two rate constants that change places do this); "
        + "choose one with --bounds or a --prior"
    case .unidentified(let names, let combinations):
      Self.sentence(names, measuredCombinations: combinations)
    case .noEffect(let name): Self.sentence([name], measuredCombinations: 0)
    case .foundOnce(let searches):
      "only one of \(searches) searches ended at this optimum, so there may be a better one; raise --starts"
    }
  }

  /// The finding in one word, for a program.
  var word: String {
    switch self {
    case .notConverged: "notConverged"
    case .diverging: "diverging"
    case .atBound: "atBound"
    case .severalOptima: "severalOptima"
    case .unidentified: "unidentified"
    case .noEffect: "noEffect"
    case .foundOnce: "foundOnce"
    }
  }

  /// The values that it is about.
  var names: [String] {
    switch self {
    case .diverging(let name, _), .atBound(let name, _), .noEffect(let name): [name]
    case .unidentified(let names, _): names
    case .notConverged, .severalOptima, .foundOnce: []
    }
  }

  /// What trades against each other, and what to do.
  static func sentence(_ names: [String], measuredCombinations count: Int) -> String {
    guard let last = names.last else { return "" }
    if count == 0 {
      let all = names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " and " + last
      return "\(all): no effect on what was measured, any value fits as well"
    }
    let all = names.dropLast().joined(separator: ", ")
    let known = count == 1 ? "one combination" : "\(count) combinations"
    let fixed = names.count - count
    return
      "\(all) and \(last) cannot be distinguished: the data determine \(known) of these \(names.count); "
      + "fix \(fixed == 1 ? "one" : "\(fixed)") of them with --fix"
  }
}

extension FitResult.Limit {
  fileprivate var words: String {
    switch self {
    case .zero: "zero"
    case .infinity: "infinity"
    case .minusInfinity: "minus infinity"
    }
  }
}

extension FitStart {
  /// Where the solve starts and why.
  func sentence(on axis: String) -> String {
    let place = "initial values belong to \(axis)"
    return switch reason {
    case .given: place
    case .span: place + ", the start of the span"
    case .zero: place + ", as the equations have no span (--from chooses another time)"
    case .dataBefore:
      place
        + ", the first row, which lies before the start of the equations (--from chooses another time)"
    case .dataAfterSpan:
      place
        + ", the first row, as all data lie after the span of the equations (--from chooses another time)"
    case .years: place + ", the first row, as the times are years (--from chooses another time)"
    }
  }
}

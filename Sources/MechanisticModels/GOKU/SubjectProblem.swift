import NumericCore

extension SubjectInference {
  /// Why experiments cannot be read by a GOKU-net.
  public enum Problem: Error, Hashable, Sendable {
    /// Neither a state nor an intermediate, or not measured in the training.
    case unknownObservable(String, known: [String])
    /// An observable with a formula, an increase or a noise other than normal.
    case observation(String)
    /// A known standard error; the noise is learned.
    case standardError(String)
    /// A censored value.
    case censored(String, id: String, time: Double)
    /// Infusions, doses at steady state, lags and resets.
    case dose(id: String, time: Double)
    case input(String)
    /// A measured value or a dose before the initial values hold.
    case beforeStart(id: String, time: Double)
    /// Events in the equations.
    case events(String)
    case algebraic(String)
    /// The equations depend on the time itself.
    case dependsOnTime(String)
    /// The training did not stay finite.
    case diverged
  }
}

extension SubjectInference.Problem: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String { "\(problem); \(fix)" }

  private var problem: String {
    switch self {
    case .unknownObservable(let name, _): "'\(name)' is not part of the model"
    case .observation(let name):
      "'observe \(name)' has a formula or a noise that a GOKU-net does not have"
    case .standardError(let name): "'\(name)' has known standard errors, but the noise is learned"
    case .censored(let name, let id, let time):
      "'\(name)' is censored at \(shortText(time))\(Self.of(id)), which a GOKU-net does not read"
    case .dose(let id, let time):
      "the dose or reset at \(shortText(time))\(Self.of(id)) is not one amount given at once"
    case .input(let name): "the input '\(name)' is measured, which a GOKU-net does not read"
    case .beforeStart(let id, let time):
      "the row at \(shortText(time))\(Self.of(id)) comes before the initial values hold"
    case .events(let name): "\(name) has doses or events of its own"
    case .algebraic(let name): "\(name) has algebraic equations '0 = …'"
    case .dependsOnTime(let name): "\(name) depends on the time t itself"
    case .diverged: "the training did not stay finite"
    }
  }

  private var fix: String {
    switch self {
    case .unknownObservable(let name, let known):
      nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "the names are \(known.joined(separator: ", "))"
    case .observation(let name):
      "write '\(name) = …' as an intermediate with normal noise, or use 'fit'"
    case .standardError: "leave their column out, or use 'fit'"
    case .censored: "leave the value out, or use 'fit'"
    case .dose: "give doses without RATE, DUR and SS, or use 'fit'"
    case .input, .algebraic: "use 'fit'"
    case .events: "write the doses as rows of the data, or use 'fit'"
    case .dependsOnTime: "make the phase a state, as in 'phase\u{27} = 1', or use 'fit'"
    case .beforeStart: "write 'span = start..end' in the equations"
    case .diverged: "lower the learning rate"
    }
  }

  private static func of(_ id: String) -> String { id.isEmpty ? "" : " of '\(id)'" }
}

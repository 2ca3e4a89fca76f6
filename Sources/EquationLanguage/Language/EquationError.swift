/// What is wrong with a text of equations, where, and what to do about it.
public struct EquationError: Error, Equatable, Sendable {
  /// A place in a text; both numbers start at 1.
  public struct Position: Hashable, Sendable {
    /// The line, counted from 1.
    public var line: Int
    /// Counted in characters.
    public var column: Int

    package init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// Name of the system or file.
  public var source: String
  /// Where the mistake is.
  public var position: Position
  /// What is wrong.
  public var reason: Reason

  /// The kinds of mistakes.
  public enum Reason: Equatable, Sendable {
    case unexpectedCharacter(Character)
    /// Notation of another language, and what to write in its place.
    case foreignSyntax(String, ForeignSyntax)
    case malformedNumber(String)
    case expected(String, found: String)
    /// A parenthesis that no later line closes.
    case unclosedParenthesis
    /// Two values stand side by side, as in `2 x`.
    case missingOperator(before: String)
    /// Parentheses, signs and operators beyond the limit.
    case tooDeep(Int)
    /// `x''`.
    case higherDerivative(String)
    case unknownName(String, suggestion: String?)
    case unknownFunction(String, suggestion: String?)
    case functionWithoutArguments(String)
    /// A state or another quantity with an argument, as in a delay `x(t - 1)`.
    case notAFunction(String)
    case argumentCount(function: String, expected: String, found: Int)
    /// A network without an argument, or with one after the widths of its layers.
    case networkArguments
    case networkWidth(Double)
    /// The name of a function, of a constant or of the time.
    case reservedName(String)
    case definedTwice(String, firstLine: Int)
    case noDerivative
    /// An initial value of something that has no derivative.
    case missingDerivative(String)
    case initialTime(Double, spanStart: Double)
    /// An initial value that depends on a state, an input or the time.
    case initialValueNotConstant(String)
    case cyclicIntermediates([String])
    /// A part of a dose twice, such as two lags.
    case clauseTwice(String)
    case repetitionWithoutInterval
    case rateAndDuration
    case countAndEnd
    /// An event that gives a value to something that is no state.
    case notAState(String, suggestion: String?)
    /// A part of a dose that depends on a state, an input or the time.
    case doseNotConstant(String)
    /// Algebraic equations `0 = …` and states `algebraic z` in different numbers; a name that nothing defines, if
    /// one stands in the equations.
    case algebraicCount(equations: Int, states: [String], undefined: String?)
    /// An algebraic state that no algebraic equation depends on.
    case algebraicUnused(String)
    /// An event or a dose that changes an algebraic state.
    case algebraicChanged(String)
    /// A formula on the left side of an equation.
    case equationOfFormulas
    case unusedParameter(String)
    /// A name where only a number can stand.
    case notConstant(String)
    case notFinite(String, Double)
    /// Bounds or `fixed` after something that is computed.
    case notAParameter(String)
    case emptyRange(from: Double, to: Double)
    case outsideBounds(String, value: Double, lower: Double, upper: Double)
    /// Bounds of an initial value that follows from parameters.
    case boundedFormula(String)
    case unknownNoise(String, suggestion: String?)
    case unknownDistribution(String, suggestion: String?)
    /// Too many or too few numbers in parentheses after a noise model or a distribution.
    case distributionArguments(String, expected: String, found: Int)
    case notPositive(String, value: Double)
    /// `observe x` without a formula, where nothing is named `x`.
    case observationWithoutFormula(String)
    /// `increase` elsewhere than around the whole formula of an observation.
    case increaseInside
    /// A prediction of something that is neither a state nor an intermediate nor an observable, or that is a count over an interval.
    case predictionOfUnknown(String, suggestion: String?)
    /// A prior of something that is neither a parameter nor an initial value that is a number.
    case priorOfUnknown(String, suggestion: String?)
    case priorOfFixed(String)
  }
}

extension EquationError: CustomStringConvertible {
  /// `source:line:column: what is wrong; what to do`.
  public var description: String {
    "\(source):\(position.line):\(position.column): \(reason)"
  }
}

extension EquationError.Reason: CustomStringConvertible {
  public var description: String {
    syntaxSentence ?? nameSentence ?? algebraicSentence ?? valueSentence
  }

  private var algebraicSentence: String? {
    guard case .algebraicCount(let equations, let states, let undefined) = self else { return nil }
    let counts =
      "there \(equations == 1 ? "is 1 algebraic equation" : "are \(equations) algebraic equations") '0 = …' and "
      + "\(states.count == 1 ? "1 algebraic state" : "\(states.count) algebraic states")"
      + (states.isEmpty ? "" : " (\(states.joined(separator: ", ")))")
    if equations < states.count { return "\(counts); write one equation '0 = …' for each state" }
    let name = undefined ?? "z"
    return
      "\(counts); declare the state that each equation determines, with a value near its first one, as in "
      + "'algebraic \(name) = 1'"
  }

  private var syntaxSentence: String? {
    switch self {
    case .unexpectedCharacter(let character):
      "'\(character)' has no meaning here; a comment starts with '#'"
    case .foreignSyntax(let text, let habit): "'\(text)' has no meaning here; \(habit)"
    case .malformedNumber(let text): "'\(text)' is not a number; write it as in 0.25 or 3e-4"
    case .expected(let what, let found):
      "expected \(what), found \(found); a formula over several lines goes in parentheses"
    case .tooDeep(let limit):
      "this formula has more than \(limit) operators or parentheses in a row; name parts of it as intermediates"
    case .unclosedParenthesis: "this '(' is never closed; write the ')' where its formula ends"
    case .missingOperator(let next): "an operator is missing before \(next); write '*' to multiply"
    case .equationOfFormulas:
      "an equation has one name on its left side; write an algebraic equation as '0 = formula' "
        + "and declare the state that it determines, as in 'algebraic z = 1'"
    case .higherDerivative(let name):
      "\(name) has a second derivative; name the first one: \(name)' = v and v' = …"
    default: nil
    }
  }

  private var nameSentence: String? {
    switch self {
    case .unknownName(let name, let suggestion):
      "nothing is named '\(name)'; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "give it a line: \(name) = a value or formula, \(name)' = …, or input \(name)")
    case .unknownFunction(let name, let suggestion):
      "there is no function '\(name)'; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "write '*' to multiply")
    case .functionWithoutArguments(let name):
      "'\(name)' is a function; write its argument in parentheses: \(name)(…)"
    case .notAFunction(let name):
      "'\(name)' is a quantity, not a function; write \(name) for its value at the time t "
        + "or '*' to multiply; values at other times (delays) are not supported"
    case .argumentCount(let function, let expected, let found):
      "'\(function)' takes \(expected), not \(found)"
    case .networkArguments:
      "a network takes its arguments, then the widths of its hidden layers: network(x, y, 8, 8)"
    case .networkWidth(let width):
      "\(width) is no width of a network's layer; write a whole number from 1 to 64"
    case .reservedName(let name): "'\(name)' has a meaning of its own; choose another name"
    case .definedTwice(let name, let line):
      "'\(name)' is defined in line \(line) already; remove or rename one"
    case .noDerivative: "there is no differential equation; write one as in x' = -k*x"
    case .missingDerivative(let name):
      "'\(name)' has an initial value and no derivative; write \(name)' = …"
    case .clauseTwice(let clause): "'\(clause)' occurs twice in this dose; remove one"
    case .repetitionWithoutInterval:
      "the dose has no interval; write the time between doses, as in every 12"
    case .rateAndDuration: "'rate' and 'over' are both given; keep one of them"
    case .countAndEnd: "'count' and 'until' are both given; keep one of them"
    case .notAState(let name, let suggestion):
      "'\(name)' is no state and has no value to change; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "make it one: \(name)' = 0 and \(name)(0) = its first value")
    case .doseNotConstant(let name):
      "a dose may depend on parameters only, not on '\(name)'; use an event to change a state"
    case .cyclicIntermediates(let names):
      "these depend on each other in a circle: \(names.joined(separator: " → ")); "
        + "make one a state, or solve for it"
    case .algebraicUnused(let name):
      "no equation '0 = …' depends on the algebraic state '\(name)', so nothing determines it; write one that does "
        + "(a constraint on other states is differentiated by time until '\(name)' occurs in it)"
    case .algebraicChanged(let name):
      "'\(name)' is algebraic and follows from the other states; change a state that has a derivative"
    case .unusedParameter(let name): "'\(name)' is never used; remove it or use it"
    default: nil
    }
  }

  private var valueSentence: String {
    switch self {
    case .initialTime(let time, let start):
      "the span starts at \(start), not at \(time); write the initial value at \(start)"
    case .initialValueNotConstant(let name):
      "the initial value of '\(name)' may depend on parameters only; write a value of each state"
    case .notConstant(let name): "'\(name)' stands where only a number can; write its value"
    case .notFinite(let name, let value): "'\(name)' is \(value); give it a finite value"
    case .notAParameter(let name):
      "'\(name)' is computed, so it has no bounds and is not fixed; remove them, "
        + "or write a comparison in parentheses: \(name) = (a > b)"
    case .boundedFormula(let name):
      "\(name)(0) follows from parameters, so it has no bounds of its own; bound the parameters"
    case .unknownNoise(let name, let suggestion):
      "there is no noise model '\(name)'; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "write one of \(NoiseModel.names.joined(separator: ", "))")
    case .unknownDistribution(let name, let suggestion):
      "there is no prior '\(name)'; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "write normal(mean, sd), lognormal(mean of log, sd of log) or uniform(lower, upper)")
    case .distributionArguments(let name, let expected, let found):
      "'\(name)' takes \(expected), not \(found)"
    case .notPositive(let name, let value):
      "\(name) is \(value); write a positive number"
    case .observationWithoutFormula(let name):
      "nothing is named '\(name)'; write what it measures: observe \(name) = formula"
    case .increaseInside:
      "'increase' is the whole formula of an observation; move factors inside, as in observe cases = increase(rho*c)"
    case .predictionOfUnknown(let name, let suggestion):
      "'\(name)' has no value at a time to predict; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "name a state or an intermediate, as in predict x at 24")
    case .priorOfUnknown(let name, let suggestion):
      "'\(name)' is neither a parameter nor an initial value; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "name one, as in prior k ~ normal(1, 0.2)")
    case .priorOfFixed(let name):
      "'\(name)' is not estimated, so it has no prior; remove 'fixed' or the prior"
    case .emptyRange(let from, let to):
      "the range \(from)..\(to) is empty; write the smaller number first"
    case .outsideBounds(let name, let value, let lower, let upper):
      "'\(name)' is \(value), outside of its bounds \(lower)..\(upper); change one of them"
    default: ""
    }
  }
}

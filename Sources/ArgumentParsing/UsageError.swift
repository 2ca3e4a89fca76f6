/// An invalid command line.
///
/// `verb` is the full command, such as `neural-ode solve`.
package enum UsageError: Error {
  case unknownVerb(String, suggestion: String?)
  case movedVerb(String, to: String)
  /// A spelling of earlier versions and its replacement.
  case oldSpelling(String, new: String)
  case unknownOption(String, verb: String, suggestion: String?)
  case missingValue(option: String, verb: String, expected: String)
  case invalidValue(of: String, word: String, verb: String, expected: String, suggestion: String?)
  case emptyValue(of: String, verb: String)
  case unexpectedValue(flag: String, verb: String)
  case repeated(option: String, verb: String)
  case missingParameter(String, verb: String)
  case unexpectedArgument(String, verb: String)
  /// Parameters that cannot be combined: the problem and the fix.
  case combination(String, fix: String)
}

extension UsageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownVerb(let verb, let suggestion):
      "there is no verb '\(verb)'; \(fix(suggestion, else: "see 'neural-ode --help'"))"
    case .movedVerb(let verb, let tool):
      "'\(verb)' is a tool of its own; run '\(tool)', built with 'swift build -c release --product \(tool)'"
    case .oldSpelling(let old, let new):
      "'neural-ode \(old)' has a new spelling; write 'neural-ode \(new)'"
    case .unknownOption(let option, let verb, let suggestion):
      "'\(name(verb))' has no option '\(option)'; \(fix(suggestion, else: see(verb)))"
    case .missingValue(let option, let verb, let expected):
      "'\(option)' needs a value; write \(expected) after it, \(see(verb))"
    case .invalidValue(let name, let word, let verb, let expected, let suggestion):
      "\(name): '\(word)' is not \(expected); \(fix(suggestion, else: see(verb)))"
    case .emptyValue(let name, let verb):
      "'\(name)' is empty; write its value, \(see(verb))"
    case .unexpectedValue(let flag, let verb):
      "'\(flag)' takes no value; write it alone, \(see(verb))"
    case .repeated(let option, let verb):
      "'\(option)' is given twice; remove one, \(see(verb))"
    case .missingParameter(let name, let verb):
      "'\(self.name(verb))' needs \(name); \(see(verb))"
    case .unexpectedArgument(let word, let verb):
      "'\(name(verb))' does not take '\(word)'; leave it out, \(see(verb))"
    case .combination(let message, let fix):
      "\(message); \(fix)"
    }
  }

  private func see(_ verb: String) -> String { "see '\(verb) --help'" }

  /// The last word of a command: the verb, or the name of a tool without verbs.
  private func name(_ verb: String) -> Substring { verb.split(separator: " ").last ?? "" }

  private func fix(_ suggestion: String?, else other: String) -> String {
    suggestion.map { "did you mean '\($0)'?" } ?? other
  }
}

import NumericCore

/// Parses the words after a verb into a command's parameters.
package struct CommandLineParser {
  /// The action after parsing.
  package enum Outcome {
    case run(any Command, json: Bool)
    case help(any Command)
  }

  private let command: any Command
  private let verb: String
  private var options: [String: any AnyParameter] = [:]
  private var arguments: [(name: String, parameter: any AnyParameter)] = []
  private var written: Set<String> = []
  private var json = false

  private init(_ command: any Command) {
    self.command = command
    verb = type(of: command).page.call
    for declared in command.parameters {
      if declared.parameter.kind == .argument {
        arguments.append((declared.name, declared.parameter))
      } else {
        options["--\(declared.name)"] = declared.parameter
      }
    }
  }

  /// Fills a new command of a type.
  package static func parse(
    _ type: any Command.Type, _ words: ArraySlice<String>
  ) throws(UsageError) -> Outcome {
    var parser = CommandLineParser(type.init())
    return try parser.parse(words)
  }

  private mutating func parse(_ words: ArraySlice<String>) throws(UsageError) -> Outcome {
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help(command)
    }
    var rest = words
    var onlyArguments = false
    while let word = rest.popFirst() {
      if onlyArguments || !looksLikeOption(word) {
        try takeArgument(word)
      } else if word == "--" {
        onlyArguments = true
      } else {
        try takeOption(word, &rest)
      }
    }
    try checkRequired()
    try command.validate()
    return .run(command, json: json)
  }

  /// `-1` and `-.5` are numbers, not options.
  private func looksLikeOption(_ word: String) -> Bool {
    guard word.count > 1, word.hasPrefix("-") else { return false }
    let second = word[word.index(after: word.startIndex)]
    return !(second.isNumber || second == ".")
  }

  private mutating func takeOption(
    _ word: String, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if word == "--json" {
      json = true
      return
    }
    guard let parameter = options[name] else {
      // `--per experiment k` is `--per-experiment k`.
      if parts.count == 1, let next = rest.first, !looksLikeOption(next),
        let joined = next.split(separator: "=").first, options["\(name)-\(joined)"] != nil
      {
        rest.removeFirst()
        return try takeOption("\(name)-\(next)", &rest)
      }
      let known = options.keys.sorted() + ["--help", "--json"]
      throw .unknownOption(name, verb: verb, suggestion: nearestName(to: name, among: known))
    }
    if !written.insert(name).inserted && !parameter.isRepeatable {
      throw .repeated(option: name, verb: verb)
    }
    if parameter.kind == .flag {
      if parts.count > 1 { throw .unexpectedValue(flag: name, verb: verb) }
      _ = parameter.take("")
    } else if parts.count > 1 {
      try give(String(parts[1]), to: parameter, named: name)
    } else if let value = rest.first, !looksLikeOption(value) {
      rest.removeFirst()
      try give(value, to: parameter, named: name)
    } else {
      throw .missingValue(option: name, verb: verb, expected: parameter.expectation)
    }
  }

  private mutating func takeArgument(_ word: String) throws(UsageError) {
    guard let (name, parameter) = arguments.first else {
      throw .unexpectedArgument(word, verb: verb)
    }
    try give(word, to: parameter, named: "<\(name)>")
    written.insert(name)
    if !parameter.isRepeatable { arguments.removeFirst() }
  }

  private func give(
    _ word: String, to parameter: any AnyParameter, named name: String
  ) throws(UsageError) {
    if word.isEmpty { throw .emptyValue(of: name, verb: verb) }
    if parameter.take(word) { return }
    throw .invalidValue(
      of: name, word: word, verb: verb, expected: parameter.expectation,
      suggestion: nearestName(to: word, among: parameter.choices))
  }

  private func checkRequired() throws(UsageError) {
    for (name, parameter) in arguments where parameter.isRequired {
      throw .missingParameter("<\(name)>", verb: verb)
    }
    for declared in command.parameters
    where declared.parameter.kind == .option && declared.parameter.isRequired
      && !written.contains("--\(declared.name)")
    {
      throw .missingParameter(
        "--\(declared.name) <\(declared.parameter.placeholder)>", verb: verb)
    }
  }
}

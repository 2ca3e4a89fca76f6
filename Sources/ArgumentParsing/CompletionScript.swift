/// Completion scripts, generated from the declarations of the commands.
package struct CompletionScript {
  /// A verb with its options.
  private struct Verb {
    var name: String
    var summary: String
    var options: [(name: String, help: String, choices: [String], takesValue: Bool)]
  }

  private let tool: String
  private let verbs: [Verb]

  package init(tool: String, commands: [any Command.Type]) {
    self.tool = tool
    verbs = commands.map { type in
      let own = type.init().parameters.filter { $0.parameter.kind != .argument }
        .map {
          ("--" + $0.name, $0.parameter.help, $0.parameter.choices, $0.parameter.kind == .option)
        }
      return Verb(
        name: type.page.verb, summary: type.page.summary,
        options: own + [
          ("--json", "Write one JSON document to standard output, and nothing else.", [], false),
          ("--help", "Show the help page.", [], false),
        ])
    }
  }

  /// The words that can follow a prefix: verbs of one or two words.
  private var firstWords: [String] {
    verbs.map { String($0.name.prefix { $0 != " " }) }.reduce(into: []) { words, word in
      if !words.contains(word) { words.append(word) }
    }
  }

  private func secondWords(after first: String) -> [String] {
    verbs.filter { $0.name.hasPrefix(first + " ") }.map {
      String($0.name.dropFirst(first.count + 1))
    }
  }

  private var function: String { "_" + tool.map { $0 == "-" ? "_" : String($0) }.joined() }

  /// For bash.
  package var bash: String {
    var cases = ""
    for verb in verbs {
      let valued = verb.options.filter { !$0.choices.isEmpty }.map {
        "          \($0.name)) COMPREPLY=($(compgen -W '\($0.choices.joined(separator: " "))' -- \"$word\")); return ;;\n"
      }.joined()
      let others = verb.options.filter { $0.takesValue && $0.choices.isEmpty }.map(\.name)
      let files =
        others.isEmpty
        ? ""
        : "          \(others.joined(separator: "|"))) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
      cases += """
              '\(verb.name)')
                case "$previous" in
        \(valued)\(files)        esac
                options='\(verb.options.map(\.name).joined(separator: " "))' ;;

        """
    }
    let seconds = firstWords.filter { !secondWords(after: $0).isEmpty }.map {
      "  if [ \"$COMP_CWORD\" -eq 2 ] && [ \"${COMP_WORDS[1]}\" = \($0) ]; then words='\(secondWords(after: $0).joined(separator: " "))'; fi\n"
    }.joined()
    return """
      \(function)() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options='' words=''
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W '\(firstWords.joined(separator: " ")) help --help --version' -- "$word")); return
        fi
      \(seconds)  for verb in "${COMP_WORDS[1]} ${COMP_WORDS[2]}" "${COMP_WORDS[1]}"; do
          case "$verb" in
      \(cases)    esac
          [ -n "$options" ] && break
        done
        if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
        else COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word")); fi
      }
      complete -o filenames -F \(function) \(tool)
      """
  }

  /// For zsh.
  package var zsh: String {
    let firsts = firstWords.map { word -> String in
      let summary = verbs.first { $0.name == word }?.summary ?? ""
      return "    '\(word):\(quoted(summary))'"
    }.joined(separator: "\n")
    let cases = verbs.map { verb -> String in
      let options = verb.options.map { option -> String in
        let value =
          !option.takesValue
          ? ""
          : option.choices.isEmpty
            ? ":value:_files" : ":value:(\(option.choices.joined(separator: " ")))"
        return "        '*\(option.name)[\(quoted(option.help))]\(value)'"
      }.joined(separator: " \\\n")
      return "    '\(verb.name)') _arguments \\\n\(options) \\\n        '*:file:_files' ;;"
    }.joined(separator: "\n")
    let seconds = firstWords.filter { !secondWords(after: $0).isEmpty }.map {
      "  if (( CURRENT == 3 )) && [[ $words[2] == \($0) && $words[3] != -* ]]; then compadd \(secondWords(after: $0).joined(separator: " ")); return; fi"
    }.joined(separator: "\n")
    return """
      #compdef \(tool)
      \(function)() {
        local -a verbs
        verbs=(
      \(firsts)
        )
        if (( CURRENT == 2 )); then _describe verb verbs; return; fi
      \(seconds)
        local verb="$words[2] $words[3]" skip=2
        if [[ " \(verbs.map(\.name).filter { $0.contains(" ") }.joined(separator: "|")) " != *"$verb"* ]]; then verb=$words[2]; skip=1; fi
        shift $skip words; (( CURRENT -= skip ))
        case "$verb" in
      \(cases)
        esac
      }
      \(function) "$@"
      """
  }

  /// For fish.
  package var fish: String {
    var lines = ["complete -c \(tool) -f"]
    for word in firstWords {
      let summary = verbs.first { $0.name == word }?.summary ?? ""
      lines.append(
        "complete -c \(tool) -n __fish_use_subcommand -a '\(word)' -d '\(quoted(summary))'")
      for second in secondWords(after: word) {
        lines.append(
          "complete -c \(tool) -n '__fish_seen_subcommand_from \(word)' -a '\(second)'")
      }
    }
    for verb in verbs {
      let condition = verb.name.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }
        .joined(separator: "; and ")
      for option in verb.options {
        let value =
          !option.takesValue
          ? ""
          : option.choices.isEmpty ? " -r -F" : " -x -a '\(option.choices.joined(separator: " "))'"
        lines.append(
          "complete -c \(tool) -n '\(condition)' -l \(option.name.dropFirst(2))\(value) -d '\(quoted(option.help))'"
        )
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Text between single quotes and brackets.
  private func quoted(_ text: String) -> String {
    text.map { "'[]:\\`$".contains($0) ? " " : String($0) }.joined()
  }
}

import Serialization
import ArgumentParsing

/// `neural-ode completions SHELL`.
struct CompletionsCommand: Command {
  static let page = CommandPage(
    verb: "completions", summary: "Prints a completion script for a shell.",
    examples: [
      "completions bash > ~/.local/share/bash-completion/completions/neural-ode",
      "completions zsh > ~/.zfunc/_neural-ode",
      "completions fish > ~/.config/fish/completions/neural-ode.fish",
    ])

  enum Shell: String, CaseIterable, ArgumentValue {
    case bash, zsh, fish
  }

  @Argument(value: "shell", help: "bash, zsh or fish.") var shell: Shell

  func run(_ console: Console) {
    let script = CompletionScript(tool: "neural-ode", commands: Verbs.all)
    let text =
      switch shell {
      case .bash: script.bash
      case .zsh: script.zsh
      case .fish: script.fish
      }
    console.print(text)
    console.emit(["shell": .string(shell.rawValue), "script": .string(text)])
  }
}

import Platform
import Serialization
import Foundation
import Testing

@Suite(.serialized) struct InspectTests {
  private let folder = "/tmp/neural-ode-inspect-\(UUID().uuidString)"

  @Test func `a model file shows its kind, its tensors and its configuration`() throws {
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = (0..<60).map { "\($0 % 7),\($0 % 5),\(["p", "q"][$0 % 2])\n" }
    try Files.writeAtomically("a,b,label\n" + rows.joined(), to: folder + "/f.csv")
    let run = folder + "/run"
    let trained = try Tool.run(
      "train", "classify", "--data", folder + "/f.csv", "--out", run, "--epochs", "1", "--set",
      "network.width=4", "--threads", "1", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    let text = try Tool.run("inspect", run)
    #expect(text.status == 0)
    #expect(text.output.contains("model.safetensors: classifier of rows, "))
    #expect(text.output.contains("\"epochs\": 1"))
    let document = try JSONValue(parsing: try Tool.run("inspect", run, "--json").output)
    #expect(document["kind"]?.string == "classifier")
    let sizes = document["tensors"]?.array?.map {
      ($0["shape"]?.numbers ?? []).reduce(1, *)
    }
    let weights = try JSONValue(parsing: trained.output)["parameters"]?.integer
    #expect(document["weights"]?.integer == weights)
    #expect(sizes.map { Int($0.reduce(0, +)) } == weights)

    // The header is read without the weights: their bytes may be anything.
    var bytes = try Files.read(run + "/model.safetensors")
    for place in bytes.indices.suffix(16) { bytes[place] = 0xFF }
    try Files.writeAtomically(bytes, to: folder + "/odd.safetensors")
    #expect(try Tool.run("inspect", folder + "/odd.safetensors").status == 0)
    let cut = Array(bytes.dropLast(3))
    try Files.writeAtomically(cut, to: folder + "/cut.safetensors")
    let short = try Tool.run("inspect", folder + "/cut.safetensors")
    #expect(short.status == 65 && short.errors.contains("3 bytes at its end are missing"))
    #expect(try Tool.run("inspect", folder + "/nothing").status == 66)
  }
}

@Suite struct CompletionTests {
  /// The words that bash offers for the last of the words.
  private func offered(_ words: [String]) throws -> [String] {
    let script = try Tool.run("completions", "bash").output
    let path = "/tmp/neural-ode-completion-\(UUID().uuidString).bash"
    defer { try? Files.remove(path) }
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    try Files.writeAtomically(
      script + "\nCOMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1)\n_neural_ode\n"
        + "printf '%s\\n' \"${COMPREPLY[@]}\"\n", to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `bash offers verbs, tasks, options and choices`() throws {
    #expect(try offered(["neural-ode", "ev"]) == ["evaluate"])
    #expect(try offered(["neural-ode", "train", "d"]).contains("density"))
    #expect(try offered(["neural-ode", "train", "density", "--col"]) == ["--columns"])
    #expect(try offered(["neural-ode", "train", "density", "--epochs"]).isEmpty)
    #expect(try offered(["neural-ode", "train", "forecast", "--beside", "gru"]) == ["gru-d"])
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `a script has every option of every help page`(shell: String) throws {
    let script = try Tool.run("completions", shell).output
    for verb in ["solve", "fit", "train forecast", "train density", "predict", "inspect"] {
      let page = try Tool.run(verb.split(separator: " ").map(String.init) + ["--help"]).output
      let options = page.split(separator: "\n").filter { $0.hasPrefix("  --") }
        .compactMap { $0.split(separator: " ").first?.dropFirst(2) }
      #expect(options.count > 1)
      for option in options { #expect(script.contains(option), "\(verb) --\(option)") }
    }
  }
}

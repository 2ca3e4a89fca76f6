import Foundation
import NumericCore
import Testing

/// Options and settings that would change nothing.
@Suite struct UselessOptionTests {
  @Test(
    arguments: [
      (
        ["--model", "cnf", "--epochs", "3"], 64,
        "--epochs does nothing where the density of rows is learned; write --set training.steps=5000"
      ),
      (
        ["--model", "ode-net", "--beside", "gru-d"], 64,
        "--beside does nothing where classes of rows are learned; leave it out"
      ),
      (
        ["--model", "gru-d", "--label", "x", "--split", "time"], 64,
        "--split does nothing where classes of series are learned; leave it out"
      ),
      (
        ["--model", "anodev2", "--set", "network.time=2"], 78,
        "'network.time' is heeded where 'network.layers' is ode-net or rk-net, and it is anodev2; change "
          + "'network.layers', or leave 'network.time' out"
      ),
      (
        ["--model", "cnf", "--set", "solver.steps=5", "--set", "solver.tolerance=0.01"], 78,
        "'solver.steps' does nothing beside 'solver.tolerance', which is 0.01; leave one of the two out"
      ),
      (
        ["--model", "ode-net", "--set", "training.steps=5"], 78,
        "the configuration has no 'training.steps'; did you mean 'training.epochs'?"
      ),
    ] as [([String], Int32, String)])
  func `an option that would change nothing is refused with a remedy`(
    words: [String], status: Int32, sentence: String
  ) throws {
    let result = try Tool.run(["train", "--data", "/nowhere.csv"] + words)
    #expect(result.status == status && result.output.isEmpty)
    #expect(result.errors == "error: \(sentence)\n")
  }

  @Test func `a configuration of classes by the name of a form says which name it wants`() throws {
    let path = "/tmp/neural-ode-form-\(UUID().uuidString).json"
    try Files.writeAtomically(#"{"model": "anodev2"}"#, to: path)
    defer { try? Files.remove(path) }
    let result = try Tool.run("train", path)
    #expect(result.status == 78)
    #expect(
      result.errors == "error: the configuration's 'model' is \"anodev2\"; it wants ode-net\n")
  }

  @Test(arguments: [
    (["--count", "0"], "--count is 0; write 1 to 10000000"),
    (["--seed", "-4"], "--seed is -4; write a number from 0 on"),
  ])
  func `a sample of impossible size names the option`(words: [String], sentence: String) throws {
    let result = try Tool.run(["sample", "/nowhere"] + words)
    #expect(result.status == 64 && result.errors == "error: \(sentence)\n")
  }
}

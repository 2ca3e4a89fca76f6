import Platform
import Foundation
import Testing

/// Options and settings that would change nothing.
@Suite struct UselessOptionTests {
  @Test(
    arguments: [
      (
        ["density", "--epochs", "3"], 64,
        "'density' has no option '--epochs'; see 'neural-ode train density --help'"
      ),
      (
        ["classify", "--beside", "gru-d"], 64,
        "'classify' has no option '--beside'; see 'neural-ode train classify --help'"
      ),
      (
        ["classify", "--model", "ode-net", "--time", "x"], 64,
        "--time applies to classes of series; leave it out, or add --model ode-rnn"
      ),
      (
        ["classify", "--model", "anodev2", "--set", "network.time=2"], 78,
        "'network.time' has an effect only if 'network.layers' is ode-net or rk-net, and it is anodev2; change "
          + "'network.layers', or omit 'network.time'"
      ),
      (
        ["density", "--set", "solver.steps=5", "--set", "solver.tolerance=0.01"], 78,
        "'solver.steps' has no effect with 'solver.tolerance', which is 0.01; omit one of the two"
      ),
      (
        ["classify", "--set", "training.steps=5"], 78,
        "the configuration has no 'training.steps'; did you mean 'training.epochs'?"
      ),
    ] as [([String], Int32, String)])
  func `an option that would change nothing is refused with a fix`(
    words: [String], status: Int32, sentence: String
  ) throws {
    let result = try Tool.run(["train"] + words + ["--data", "/nowhere.csv"])
    #expect(result.status == status && result.output.isEmpty)
    #expect(result.errors == "error: \(sentence)\n")
  }

  @Test func `a configuration of classes with the name of a form is refused with the right name`()
    throws
  {
    let path = "/tmp/neural-ode-form-\(UUID().uuidString).json"
    try Files.writeAtomically(#"{"model": "anodev2"}"#, to: path)
    defer { try? Files.remove(path) }
    let result = try Tool.run("train", "classify", path)
    #expect(result.status == 78)
    #expect(
      result.errors == "error: the configuration's 'model' is \"anodev2\"; it must be ode-net\n")
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

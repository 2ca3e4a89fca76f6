import BundledData
import Foundation
import Testing

@Suite struct FrameTests {
  /// The verbs that `--help` lists.
  private func verbs() throws -> [String] {
    let help = try Tool.run("--help").output
    let after = help.components(separatedBy: "Verbs:\n").last ?? ""
    return after.components(separatedBy: "\n\n")[0].split(separator: "\n")
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  @Test func `help lists verbs, and every verb has a page of its own`() throws {
    let verbs = try verbs()
    #expect(verbs.contains("data"))
    for verb in verbs {
      let page = try Tool.run(verb, "--help")
      #expect(page.status == 0 && page.errors.isEmpty, "\(verb)")
      #expect(page.output.contains("Usage: neural-ode \(verb)"), "\(verb)")
      #expect(page.output.contains("--json") && page.output.contains("--help"), "\(verb)")
      #expect(page.output.split(separator: "\n").allSatisfy { $0.count <= 110 }, "\(verb)")
      #expect(try Tool.run("help", verb).output == page.output, "\(verb)")
    }
  }

  @Test func `the version is one line`() throws {
    let result = try Tool.run("--version")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("neural-ode ") && result.output.hasSuffix("\n"))
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test func `without a verb the help is shown and the status is that of usage`() throws {
    let result = try Tool.run()
    #expect(result.status == 64 && result.output.contains("Verbs:"))
  }

  @Test(arguments: [
    (["dta"], "there is no verb 'dta'; did you mean 'data'?"),
    (["xyzzy"], "there is no verb 'xyzzy'; see 'neural-ode --help'"),
    (["data", "--jsn"], "'data' has no option '--jsn'; did you mean '--json'?"),
    (["data", "--nothing"], "'data' has no option '--nothing'; see 'neural-ode data --help'"),
    (["data", "a", "b"], "'data' does not take 'b'; leave it out, see 'neural-ode data --help'"),
    (
      ["fit", "sir", "--data"],
      "'--data' needs a value; write text after it, see 'neural-ode fit --help'"
    ),
    (
      ["solve", "lorenz", "--points", "many"],
      "--points: 'many' is not a whole number; see 'neural-ode solve --help'"
    ),
    (
      ["solve", "lorenz", "--points=3", "--points=4"],
      "'--points' is given twice; remove one, see 'neural-ode solve --help'"
    ),
    (
      ["data", "--check=yes"],
      "'--check' takes no value; write it alone, see 'neural-ode data --help'"
    ),
    (
      ["reproduce", "--list"],
      "'reproduce' is a tool of its own; run 'neural-ode-reproduce', built with 'swift build -c release --product neural-ode-reproduce'"
    ),
    (
      ["bench", "W5"],
      "'bench' is a tool of its own; run 'neural-ode-bench', built with 'swift build -c release --product neural-ode-bench'"
    ),
    (
      ["predict", "run", "--data", "f.csv", "--out", ""],
      "'--out' is empty; write its value, see 'neural-ode predict --help'"
    ),
    (["train", "--out="], "'--out' is empty; write its value, see 'neural-ode train --help'"),
    (["solve", ""], "'<system>' is empty; write its value, see 'neural-ode solve --help'"),
    (
      ["predict", "run", "--data", "f.csv", "--at", "2,1,1"],
      "--at: 1 follows 1; write the times in order, each once"
    ),
    (
      ["predict", "run", "--data", "f.csv", "--at", "0,1"],
      "--at: 0 is not after the last reading; write positive times"
    ),
    (
      ["evaluate", "run", "--labels", "l.csv"],
      "--labels needs --data; add --data FILE"
    ),
    (
      ["train", "forecast", "--data", "f.csv", "--inputs", "x", "--channels", "y,x"],
      "--channels and --inputs both name 'x'; a column can have only one role"
    ),
    (
      ["train", "forecast", "--data", "f.csv", "--time", "x", "--statics", "x"],
      "--time and --statics both name 'x'; a column can have only one role"
    ),
    (
      ["train", "forecast", "--data", "f.csv", "--channels", "x,x"],
      "--channels names 'x' twice; a column can have only one role"
    ),
    (
      ["fit", "sir", "--data", "tristan.csv", "--set", "beta=1", "--fix", "beta=1"],
      "'beta' is given twice by --set and --fix; keep one of them"
    ),
    (
      ["fit", "sir", "--data", "tristan.csv", "--lower-limit", "low"],
      "--lower-limit: 'low' is not a limit; write a number, or a column and a number as in --lower-limit x=0.1"
    ),
    // A negative number is a value, not an option: it reaches the verb's own check.
    (
      ["solve", "lorenz", "--points", "-1"],
      "--points is -1; write 2 or more"
    ),
  ])
  func `wrong usage is one clear line and status 64`(words: [String], line: String) throws {
    let result = try Tool.run(words)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors == "error: \(line)\n")
  }

  @Test func `json is one document on standard output and nothing else`() throws {
    let result = try Tool.run("data", "--json")
    #expect(result.status == 0 && result.errors.isEmpty)
    let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let entries = try #require(document as? [[String: String]])
    #expect(entries.compactMap { $0["name"] } == BundledData.entries.map(\.name))
  }

  @Test func `bundled data print as they are stored`() throws {
    let result = try Tool.run("data", "lynx_hare.csv")
    #expect(Array(result.output.utf8) == (try BundledData.contents(of: "lynx_hare.csv")))
  }

  @Test func `an unknown data set is a missing input`() throws {
    let result = try Tool.run("data", "no.csv")
    #expect(result.status == 66 && result.output.isEmpty && result.errorLines.count == 1)
    #expect(result.errors.hasPrefix("error: no.csv: no bundled file has this name"))
  }
}

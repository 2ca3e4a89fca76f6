import Serialization
import Foundation
import Testing

@Suite struct InputTests {
  /// Runs the tool on files with these contents; their names in the words and messages are short ones.
  private func run(_ files: [String: String], _ words: String...) throws -> Tool.Result {
    try Tool.run(words, on: files)
  }

  private let area = "x' = u\ninput u\nx(0) = 0\nspan = 0..2"

  @Test func `solve integrates a column`() throws {
    let result = try run(
      ["a.ode": area, "u.csv": "time,u\n0,1\n1,3\n2,3\n"], "solve", "a.ode", "--inputs", "u.csv",
      "--at", "1,2", "--json")
    #expect(result.status == 0 && result.errors.isEmpty)
    let states = try JSONValue(parsing: result.output).object?["states"]?.array
    let found = states?.compactMap { $0.numbers?.first } ?? []
    // The default tolerance of a step is 1e-6.
    #expect(zip(found, [2, 5]).allSatisfy { abs($0 - $1) < 1e-4 } && found.count == 2)
  }

  @Test func `a signal that ends early is remarked on`() throws {
    let result = try run(
      ["a.ode": area, "u.csv": "time,u\n0,1\n1,3\n"], "solve", "a.ode", "--inputs", "u.csv")
    #expect(result.status == 0)
    #expect(
      result.errorLines == [
        "warning: the input 'u' is known from 0 to 1; outside of them the first and the last value apply"
      ])
  }

  @Test func `invalid inputs are reported`() throws {
    let missing = try run(["a.ode": area], "solve", "a.ode")
    #expect(missing.status == 64)
    #expect(
      missing.errors.contains("has the input 'u' without a value; give a column of that name"))
    let unnamed = try run(
      ["a.ode": area, "v.csv": "time,v\n0,1\n1,2\n"], "solve", "a.ode", "--inputs", "v.csv")
    #expect(unnamed.status == 64)
    #expect(unnamed.errors.contains("no column of v.csv (v) is named as an input"))
    let fit = try run(
      ["a.ode": area, "x.csv": "time,x\n0,0\n1,1\n2,2\n"], "fit", "a.ode", "--data", "x.csv")
    #expect(fit.status == 65)
    #expect(fit.errors.contains("the input 'u' has no values"))
  }

  @Test(arguments: ["--fix", "--set"])
  func `a value outside of the bounds of the equations is refused`(option: String) throws {
    let files = [
      "a.ode": "x' = -rate*x\nrate = 1 > 0\nx(0) = 1",
      "x.csv": "time,x\n0,1\n1,0.5\n2,0.2\n3,0.1\n",
    ]
    let result = try run(files, "fit", "a.ode", "--data", "x.csv", option, "rate=-1")
    #expect(result.status == 64)
    #expect(
      result.errors
        == "error: rate=-1 is outside of the bounds 0..inf of the equations; choose a value within them\n"
    )
  }

  @Test func `fit takes an input from the data`() throws {
    let rows = (0...10).map {
      "\(0.2 * Double($0)),\(0.02 * Double($0 * $0) + 1),\(0.2 * Double($0))"
    }
    let result = try run(
      [
        "b.ode": "x' = gain*u\ninput u\ngain = 0.5\nx(0) = 0",
        "b.csv": "time,x,u\n" + rows.joined(separator: "\n") + "\n",
      ], "fit", "b.ode", "--data", "b.csv", "--json")
    #expect(result.status == 0)
    let estimates = try JSONValue(parsing: result.output).object?["estimates"]?.array
    // x = 1 + t²/2 exactly.
    #expect(abs((estimates?[0].object?["value"]?.number ?? 0) - 1) < 1e-5)
    #expect(abs((estimates?[1].object?["value"]?.number ?? 0) - 1) < 1e-5)
  }
}

import Serialization
import Foundation
import Testing

@Suite struct DoseTests {
  /// Runs the tool on files with these contents; their names in the words and messages are short ones.
  private func run(_ files: [String: String], _ words: String...) throws -> Tool.Result {
    try run(files, words)
  }

  private func run(_ files: [String: String], _ words: [String]) throws -> Tool.Result {
    try Tool.run(words, on: files)
  }

  private let decay = "c' = -k*c\nk = 0.5\nc(0) = 0\nspan = 0..10"
  private let table =
    "ID,TIME,AMT,RATE,CMT,II,ADDL,EVID\n1,0,100,.,1,4,1,1\n1,1,.,.,.,.,.,0\n2,2,30,10,c,.,.,1\n"

  @Test func `doses of a chosen series are given`() throws {
    for (series, exact) in [
      ("1", 100 * (exp(-5.0) + exp(-3.0))), ("2", 20 * (exp(-2.5) - exp(-4.0))),
    ] {
      let result = try run(
        ["a.ode": decay, "d.csv": table], "solve", "a.ode", "--doses", "d.csv", "--series", series,
        "--at", "10", "--json")
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let document = try JSONValue(parsing: result.output).object
      let found = try #require(document?["states"]?.array?.last?.numbers?.first)
      #expect(abs(found - exact) < 1e-4)
      #expect(document?["events"]?.array?.count == (series == "1" ? 2 : 1))
    }
  }

  @Test func `invalid doses are reported`() throws {
    let several = try run(["a.ode": decay, "d.csv": table], "solve", "a.ode", "--doses", "d.csv")
    #expect(several.status == 64 && several.errors.contains("--series '1'"))
    let unknown = try run(
      ["a.ode": decay, "d.csv": table], "solve", "a.ode", "--doses", "d.csv", "--series", "3")
    #expect(unknown.status == 64 && unknown.errors.contains("no series '3'"))
    let wrong = try run(
      ["a.ode": decay, "d.csv": "TIME,AMT,CMT\n0,5,9\n"], "solve", "a.ode", "--doses", "d.csv")
    #expect(wrong.status == 65 && wrong.errors.contains("d.csv:2: CMT is 9"))
    let backward = try run(
      ["a.ode": decay, "d.csv": "TIME,AMT\n0,5\n"], "solve", "a.ode", "--doses", "d.csv", "--from",
      "5", "--to", "0")
    #expect(backward.status == 64 && backward.errors.contains("forward in time"))
    let alone = try run(["a.ode": decay], "solve", "a.ode", "--series", "1")
    #expect(alone.status == 64 && alone.errors.contains("--doses"))
  }

  @Test func `dates of doses and inputs share an axis, and rows have dates`() throws {
    let files = [
      "a.ode": "c' = u - k*c\ninput u = 0\nk = 0.5\nc(0) = 0\nspan = 0..3",
      "d.csv": "TIME,AMT\n2024-03-02T02:00:00.5+02:00,2\n",
      "u.csv": "time,u\n2024-03-01T00:00:00.5Z,1\n2024-03-01T12:00:00.5Z,0\n",
    ]
    let result = try run(
      files, "solve", "a.ode", "--doses", "d.csv", "--inputs", "u.csv", "--unit", "days",
      "--interpolation", "previous", "--at", "1,2", "--json")
    let document = try JSONValue(parsing: result.output)
    let states = try #require(document["states"]?.array).compactMap { $0.numbers?.first }
    let first = 2 * (exp(-0.25) - exp(-0.5)) + 2
    #expect(abs(states[0] - first) < 1e-5 && abs(states[1] - first * exp(-0.5)) < 1e-5)
    #expect(document["timeUnit"]?.string == "days")
    #expect(document["timeOrigin"]?.string == "2024-03-01 00:00:00.5Z")
    let table = try run(files, "solve", "a.ode", "--doses", "d.csv", "--unit", "days", "--at", "1")
    #expect(table.output.contains("2024-03-03 02:00:00.5+02:00"))
    let mixed = try run(
      ["a.ode": files["a.ode"] ?? "", "u.csv": files["u.csv"] ?? "", "d.csv": "TIME,AMT\n1,2\n"],
      "solve", "a.ode", "--doses", "d.csv", "--inputs", "u.csv")
    #expect(
      mixed.errors.contains("d.csv:2: TIME is the number 1, and the times of the inputs are dates"))
  }

  @Test func `algebraic equations choose their method, and are refused by others`() throws {
    let files = ["a.ode": "x' = -z\nalgebraic z\n0 = 2*z - x\nx(0) = 1\nspan = 0..2"]
    let result = try run(files, "solve", "a.ode", "--json")
    let document = try JSONValue(parsing: result.output)
    #expect(document["method"]?.string == "rodas5p")
    let end = try #require(document["states"]?.array?.last?.numbers)
    #expect(abs(end[0] - exp(-1)) < 1e-5 && abs(end[1] - exp(-1) / 2) < 1e-5)
    let refused = try run(files, "solve", "a.ode", "--method", "tsit5")
    #expect(refused.status == 64 && refused.errors.contains("write --method rodas5p"))
    let singular = try run(
      ["a.ode": "x' = -z\nalgebraic z\n0 = z^2 - x\nx(0) = 1\nspan = 0..2"], "solve", "a.ode")
    #expect(singular.status == 1 && singular.errors.hasPrefix("error: a.ode:3: the algebraic"))
    let dose = try run(
      ["a.ode": files["a.ode"] ?? "", "d.csv": "TIME,AMT,CMT\n0,1,2\n"], "solve", "a.ode",
      "--doses", "d.csv")
    #expect(dose.status == 65 && dose.errors.contains("CMT is 'z', which an algebraic equation"))
  }

  @Test func `small states are solved to the relative tolerance unless one is given`() throws {
    let files = ["a.ode": "c' = -k*c\nk = 0.5\nc(0) = 1e-15\nspan = 0..10"]
    func end(_ options: String...) throws -> Double {
      let words = ["solve", "a.ode", "--json"] + options
      let output = try run(files, words).output
      return try #require(
        try JSONValue(parsing: output)["states"]?.array?.last?.numbers?.first)
    }
    #expect(abs(try end() / (1e-15 * exp(-5)) - 1) < 1e-2)
    #expect(abs(try end("--scalar", "float32") / (1e-15 * exp(-5)) - 1) < 1e-2)
  }

  @Test func `an event that ends a solve is reported with time and state`() throws {
    let fall = "h' = v\nv' = -2\nh(0) = 1\nv(0) = 0\nevent h = 0 falling: stop\nspan = 0..3"
    let result = try run(["a.ode": fall], "solve", "a.ode")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.contains("an event ended the solve at time 1"))
    #expect(result.output.contains("v = -2"))
  }

  @Test(arguments: [
    ("x' = 0\nx(1.7e9) = 1\nspan = 1.7e9..1700000060", ["1700000000", "1700000020", "1700000060"]),
    ("x' = 0\nx(2459000.5) = 1\nspan = 2459000.5..2459002", ["2459000.5", "2459001.5"]),
    ("x' = 0\nx(0) = 1\nspan = 0..1", ["0.333333", "0.666667"]),
  ])
  func `times have enough digits to distinguish rows`(text: String, times: [String]) throws {
    let result = try run(["a.ode": text], "solve", "a.ode", "--points", "4")
    let first = result.output.split(separator: "\n").map { $0.split(separator: " ").first ?? "" }
    for time in times { #expect(first.contains(Substring(time)), "\(time) in \(first)") }
  }
}

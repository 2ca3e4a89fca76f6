import Platform
import Foundation
import Testing

@Suite struct FitCommandTests {
  /// Runs `fit e.ode --data d.csv` with more words in a folder of its own; paths in the output are without it.
  private func fit(
    _ equations: String, _ data: String, _ words: String...
  ) throws -> Tool.Result {
    let folder = "/tmp/neural-ode-fit-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.writeAtomically(Array(equations.utf8), to: folder + "/e.ode")
    try Files.writeAtomically(Array(data.utf8), to: folder + "/d.csv")
    var result = try Tool.run(["fit", folder + "/e.ode", "--data", folder + "/d.csv"] + words)
    result.output = result.output.replacingOccurrences(of: folder + "/", with: "")
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  /// `size · 2 exp(−0.6 t)` with errors of a few percent.
  private func decay(size: Double = 1) -> String {
    "time,x\n"
      + (0..<20).map { row in
        let time = Double(row) * 0.3
        let error = Double(row * 7 % 5 - 2) / 100
        return "\(time),\(size * (2 * Double.exponential(-0.6 * time) + error))\n"
      }.joined()
  }

  @Test func `what trades against each other is named, and no end is made up`() throws {
    let text = "x' = -(a+b+c*d)*x\na = 0.3 > 0\nb = 0.2 > 0\nc = 0.1 > 0\nd = 1 > 0\nx(0) = 2\n"
    let result = try fit(text, decay())
    #expect(result.status == 0)
    #expect(
      result.output.contains(
        "\na, b, c and d cannot be distinguished: the data determine one combination of these 4; "
          + "fix 3 of them with --fix\n"), "\(result.output)")
    #expect(result.output.contains("no lower bound from the data"))
    let json = try fit("x' = -(a+b)*x\na = 0.3\nb = 0.2\nx(0) = 2\n", decay(), "--json")
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    let members = try #require(document as? [String: Any])
    let estimates = try #require(members["estimates"] as? [[String: Any]])
    #expect(estimates[0]["profile"] as? [NSNull] == [NSNull(), NSNull()])
    let groups = try #require(members["unidentifiedGroups"] as? [[String: Any]])
    #expect(groups.count == 1 && groups[0]["names"] as? [String] == ["a", "b"])
    #expect(groups[0]["measuredCombinations"] as? Int == 1)
  }

  @Test(arguments: [1e42, 4.44e42, 3.3e-42, 1e15])
  func `no number has more digits than it is good for`(size: Double) throws {
    let result = try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = \(2 * size)\n", decay(size: size))
    #expect(result.status == 0, "\(result.errors)")
    let digits = try Regex("[0-9.]+")
    for match in result.output.matches(of: digits) {
      let figures = match.0.filter(\.isNumber).drop { $0 == "0" }
      let significant = String(figures.reversed().drop { $0 == "0" })
      #expect(significant.count <= 6, "\(result.output)")
    }
    #expect(!result.output.contains("inf"))
  }

  @Test(arguments: [("0..0.5", true), ("0..1e6", false)])
  func `a value at its bound is reported, and in a wide range one far from it is not`(
    range: String, isAtBound: Bool
  ) throws {
    let result = try fit("x' = -k*x\nk = 0.3 in \(range)\nx(0) = 2\n", decay())
    #expect(result.status == 0)
    #expect(
      result.output.contains("at its bound in the equations") == isAtBound, "\(result.output)")
  }

  @Test func `a change of unit in the data of a fit is reported`() throws {
    let rows = decay().split(separator: "\n").enumerated().map { number, row in
      guard number > 10 else { return row + "\n" }
      let cells = row.split(separator: ",")
      return "\(cells[0]),\(1_000 * (Double(cells[1]) ?? 0))\n"
    }
    let result = try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = 2\n", rows.joined())
    #expect(
      result.errors.hasPrefix("warning: d.csv:12: from here (time 3) on 'x' is about "),
      "\(result.errors)")
    #expect(
      result.errors.contains(
        "as if the unit changed (1000 times, as between a unit and its thousandth); convert one part "
          + "if it did\n"))
    #expect(try fit("x' = -k*x\nk = 0.3 > 0\nx(0) = 2\n", decay()).errors.isEmpty)
  }

  @Test func `series are fitted together, or one is chosen`() throws {
    let equations = "x' = -k*x\nk = 0.3 > 0\nx(0) = 2\n"
    let lines = decay().split(separator: "\n").dropFirst()
    let other = decay(size: 3).split(separator: "\n").dropFirst()
    let data = lines.map { "a,\($0)\n" }.joined() + other.map { "b,\($0)\n" }.joined()
    let both = try fit(equations, "id,time,x\n" + data, "--per-experiment", "x(0)")
    #expect(both.status == 0 && both.errors.isEmpty)
    #expect(both.output.contains("x(0)[b]") && both.output.contains("2 experiments"))
    let alone = try fit(equations, decay(size: 3))
    let chosen = try fit(equations, "id,time,x\n" + data, "--series", "b")
    #expect(chosen.status == 0 && chosen.output == alone.output)
    let wrong = try fit(equations, "id,time,x\n" + data, "--series", "c")
    #expect(wrong.status == 64)
    #expect(
      wrong.errors.contains("d.csv: there is no series 'c'; the ids are a, b"), "\(wrong.errors)")
    // Under another name the ids are not known: the time goes back.
    let unnamed = try fit(
      equations,
      "person,time,x\n"
        + data.replacingOccurrences(of: "a,", with: "1,").replacingOccurrences(of: "b,", with: "2,")
    )
    #expect(unnamed.status == 65)
    #expect(
      unnamed.errors.contains(
        "if the file holds several series, name the column of their ids with --id"))
    let named = try fit(
      equations, "person,when,x\n" + data, "--id", "person", "--time", "when", "--series", "b")
    #expect(named.output == alone.output)
    let words = try fit(equations, "person,time,x\n" + data)
    #expect(words.status == 65)
    #expect(words.errors.contains("name the column of their ids with --id"), "\(words.errors)")
    let single = try fit(equations, decay(), "--series", "b")
    #expect(single.status == 64 && single.errors.contains("no column has ids"))
  }
}

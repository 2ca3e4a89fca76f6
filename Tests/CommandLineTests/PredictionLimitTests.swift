import Platform
import Serialization
import NumericCore
import Reports
import Tables
import Foundation
import Testing

/// What the tool does with values, times, files and settings that are beyond its models.
@Suite(.serialized) struct PredictionLimitTests {
  private let folder = "/tmp/neural-ode-limits-\(UUID().uuidString)"

  /// Runs the tool; in what it says, paths in the folder are short.
  private func tool(_ words: String...) throws -> Tool.Result {
    var result = try Tool.run(words)
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    result.output = result.output.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  private func write(_ text: String, _ name: String) throws -> String {
    try Files.createDirectory(folder)
    try Files.writeAtomically(Array(text.utf8), to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  private static let classes: String = {
    let normal = RandomKey(3).normal(160, as: Double.self)
    return "x,y,kind\n"
      + (0..<80).map { "\(3 * Double($0 % 2) + normal[2 * $0]),\(normal[2 * $0 + 1]),\($0 % 2)\n" }
      .joined()
  }()

  private func trainClasses(_ name: String = "f.csv") throws -> String {
    let result = try tool(
      "train", "classify", "--data", try write(Self.classes, name), "--out",
      folder + "/run", "--epochs", "2", "--set", "network.width=8", "--threads", "1")
    #expect(result.status == 0)
    return folder + "/run"
  }

  private static let warning =
    " results are not finite and stay empty, the first for "

  @Test func `a row beyond a classifier stays empty and affects no other`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try trainClasses()
    let data = try write("x,y\n1,2\n1e300,0\n0.5,1\n", "new.csv")
    let result = try tool("predict", run, "--data", data)
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[2] == ",,")
    #expect([lines[1], lines[3]].allSatisfy { $0.hasPrefix("0,0.") || $0.hasPrefix("1,0.") })
    #expect(result.errors.hasPrefix("warning: new.csv: 1 of 3" + Self.warning + "row 2;"))
    let json = try JSONValue(parsing: try tool("predict", run, "--data", data, "--json").output)
    #expect(json["predicted"]?.array?[1] == .null)
    // Figures are those of the rows that have a result.
    let near = "1,2,0\n3,0.5,1\n"
    let labelled = try write("x,y,kind\n1e300,0,1\n" + near, "labelled.csv")
    let evaluated = try tool("evaluate", run, "--data", labelled, "--json")
    #expect(evaluated.status == 0)
    #expect(
      evaluated.errors
        == "warning: labelled.csv: 1 of 3 rows is too far from the training data for a finite result; "
        + "the figures omit them\n")
    let alone = try tool(
      "evaluate", run, "--data", try write("x,y,kind\n" + near, "near.csv"), "--json")
    let documents = try [evaluated, alone].map { try JSONValue(parsing: $0.output) }
    #expect(documents[0]["rowsNotFinite"]?.integer == 1)
    for key in ["metrics", "finerSteps", "reconstructionError", "confusion"] {
      #expect(documents[0][key] == documents[1][key] && documents[0][key] != .null, "\(key)")
    }
    let none = try tool(
      "evaluate", run, "--data", try write("x,y,kind\n1e300,0,1\n-1e300,0,0\n", "none.csv"))
    #expect(none.status == 65 && none.output.isEmpty)
    #expect(
      none.errors
        == "error: none.csv: all 2 rows are too far from the training data for a finite result; "
        + "check columns and units\n")
    // No advice of options that only training has.
    let text = try write("x,y,kind\nred,0,1\n", "text.csv")
    for verb in ["predict", "evaluate"] {
      let refused = try tool(verb, run, "--data", text)
      #expect(refused.status == 65)
      #expect(
        refused.errors
          == "error: text.csv:2: 'red' in column 'x' is not a number; write a number, or nothing if it is missing\n"
      )
    }
  }

  @Test func `a row beyond a density stays empty and affects no other`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let normal = RandomKey(4).normal(160, as: Double.self)
    let rows = (0..<80).map { "\(normal[2 * $0]),\(normal[2 * $0 + 1])" }
    let data = try write("x,y\n" + rows.joined(separator: "\n") + "\n", "f.csv")
    let run = folder + "/run"
    let trained = try tool(
      "train", "density", "--data", data, "--out", run, "--threads", "1", "--set",
      "training.steps=20", "--set", "network.hidden=[8]")
    #expect(trained.status == 0)
    let alone = try tool("predict", run, "--data", try write("x,y\n\(rows[0])\n", "one.csv"))
    let result = try tool(
      "predict", run, "--data", try write("x,y\n\(rows[0])\n1e30,0\n", "new.csv"))
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 3)
    #expect(lines[1] == alone.output.split(separator: "\n").last)
    #expect(lines[2] == "1e+30,0.0,")
    #expect(result.errors.hasPrefix("warning: new.csv: 1 of 2" + Self.warning + "row 2;"))
    // The file of the training is not read unless it is named, and may have moved.
    try Files.move(data, to: folder + "/moved.csv")
    let missing = try tool("evaluate", run)
    #expect(missing.status == 66 && missing.errors.contains("; add --data '"))
    let other = try tool("evaluate", run, "--data", folder + "/moved.csv")
    #expect(other.status == 0)
    #expect(other.output.hasPrefix("on all rows of moved.csv\n"))
  }

  @Test func `a time beyond a forecaster stays empty`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = (0..<300).map { "\($0),\(Double.sine(Double($0) / 8))\n" }
    let data = try write("time,x\n" + rows.joined(), "f.csv")
    let run = folder + "/run"
    let trained = try tool(
      "train", "forecast", "--data", data, "--out", run, "--resume", "auto", "--threads", "1",
      "--set",
      "training.steps=5")
    #expect(trained.status == 0)
    #expect(trained.errors.contains("note: run holds no run to continue; a new one begins\n"))
    let result = try tool("predict", run, "--data", data, "--at", "1,1e308")
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 3)
    #expect(lines[1].hasPrefix("300,x,") && !lines[1].hasSuffix(","))
    #expect(lines[2] == "1e+308,x,,,")
    #expect(result.errors.contains("warning: f.csv: 1 of 2" + Self.warning + "x at 1e+308;"))
    #expect(result.errors.contains("is later than those of the training"))

    let twice = try tool(
      "predict", run, "--data",
      try write("time,x\n" + rows.joined() + "299,0\n299,1\n", "twice.csv"))
    #expect(twice.status == 0)
    #expect(
      twice.errors
        == "warning: twice.csv:302: this time occurs twice (as 2 do), and the mean of its rows is taken; merge or "
        + "remove rows if that is not meant\n")
    let late = try tool("predict", run, "--data", try write("time,x\n0,1\n1e308,2\n", "late.csv"))
    #expect(late.status == 65)
    #expect(
      late.errors.hasPrefix("error: the last observation is at 1e+308, and later times round to it")
    )
    let one = try tool(
      "predict", run, "--data", try write("id,time,x\na,0,1\nb,0,1\nb,1,2\n", "one.csv"))
    #expect(one.status == 0 && one.output.contains("\na,"))
    #expect(
      one.errors
        == "warning: one.csv: 2 series have 1 reading or few more in the history that the model reads, and the training "
        + "required 12; give more readings before the forecast\n")

    let refused = try tool("predict", run, "--data", data, "--parameters", folder + "/p.csv")
    #expect(refused.status == 64 && !Files.exists(folder + "/p.csv"))
  }

  @Test func `a channel without a value is reported where the model uses it`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = (0..<300).map { "\($0),\(Double.sine(Double($0) / 8)),\($0 * 7 % 5)\n" }
    let data = try write("time,x,y\n" + rows.joined(), "f.csv")
    let trained = try tool(
      "train", "forecast", "--data", data, "--out", folder + "/run", "--threads", "1", "--set",
      "training.steps=5")
    #expect(trained.status == 0)
    let empty = try write("time,x,y\n" + (0..<300).map { "\($0),\($0 % 3),\n" }.joined(), "g.csv")
    let result = try tool("predict", folder + "/run", "--data", empty)
    #expect(result.status == 0)
    #expect(
      result.errors
        == "warning: g.csv: the channel 'y' has no value, and the forecasts are made without it; fill in its "
        + "column if it was measured\n")
  }

  @Test func `outputs are checked before anything is written`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try trainClasses()
    for option in ["--out", "--parameters"] {
      let other = option == "--out" ? "--parameters" : "--out"
      let result = try tool(
        "predict", run, "--data", folder + "/f.csv", option, folder + "/no/x.csv", other,
        folder + "/there.csv")
      #expect(result.status == 73)
      #expect(
        result.errors
          == "error: no/x.csv: the folder 'no' does not exist; make it, or name another\n")
      #expect(!Files.exists(folder + "/there.csv"))
    }
    let same = try tool(
      "predict", run, "--data", folder + "/f.csv", "--out", "x.csv", "--parameters", "x.csv")
    #expect(same.status == 64 && same.errors.contains("name one file; give each its own"))
  }

  @Test func `a classifier is measured on the test rows of its data, and on all of others`() throws
  {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try trainClasses()
    let own = try tool("evaluate", run, "--data", folder + "/f.csv")
    #expect(own.output.hasPrefix("on the test part of f.csv\n"))
    let named = try tool(
      "evaluate", run, "--data", folder + "/../" + run.dropFirst(5).dropLast(4) + "/f.csv")
    #expect(
      named.output.split(separator: "\n").dropFirst()
        == own.output.split(separator: "\n").dropFirst())
    let other = try tool(
      "evaluate", run, "--data", try write(Self.classes, "other.csv"), "--json")
    let document = try JSONValue(parsing: other.output)
    #expect(document["part"]?.string == "all")
    #expect(document["metrics"]?["rows"]?.integer == 80)
  }

  @Test(arguments: [
    ("forecast", "network.field"), ("forecast", "network.latent"), ("density", "network.waves"),
    ("forecast --model ode-rnn", "network.hidden"), ("classify", "network.width"),
    ("classify", "solver.steps"), ("classify --model anodev2", "solver.steps"),
  ])
  func `a network larger than the memory is refused`(task: String, setting: String) throws {
    let result = try Tool.run(
      ["train"] + task.split(separator: " ").map(String.init)
        + ["--data", "/nowhere.csv", "--set", setting + "=1000000000000"])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: with '\(setting)' 1000000000000 the training of"))
    #expect(result.errors.hasSuffix("; write a smaller number\n"))
  }

  @Test func `spans, dates and lengths beyond the arithmetic are reported`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let long = try write("time,x\n-1e308,1\n0,2\n1e308,3\n", "long.csv")
    let trained = try tool("train", "forecast", "--data", long, "--out", folder + "/run")
    #expect(trained.status == 65)
    #expect(
      trained.errors
        == "error: long.csv: the values in column 'time' are too large; write it in a larger unit\n"
    )
    let solved = try tool("solve", "lorenz", "--from", "-1e308", "--to", "1e308")
    #expect(solved.status == 64 && solved.errors.contains("is too long for the arithmetic"))
    let epochs = try tool("train", "forecast", "--data", long, "--epochs", "9223372036854775807")
    #expect(epochs.status == 64 && epochs.errors.contains("write 1000000000 at most"))
    let rows = (0..<200).map { "\($0),\(Double.sine(Double($0) / 8))\n" }
    let dense = try tool(
      "train", "forecast", "--data", try write("time,x\n" + rows.joined(), "f.csv"), "--out",
      folder + "/run",
      "--threads", "1", "--set", "training.steps=3", "--set", "windows.stride=1e-300")
    #expect(dense.status == 0)
    #expect(CalendarTime.text(1e300) == "1e+300 s after 1970-01-01")
    #expect(NumberText.significant(9.99999e305, 4) == "1.000e306")
    #expect(NumberText.significant(9.99999, 4) == "10.00")
  }

  @Test(arguments: ["latent-ode", "gru-d"])
  func `times that rounding makes one are read`(model: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = (1..<200).map { "\($0),\(Double.sine(Double($0) / 8))\n" }
    let data = try write("time,x\n-1,2\n0,1\n1e-300,1.1\n" + rows.joined(), "f.csv")
    let result = try tool(
      "train", "forecast", "--model", model, "--data", data, "--out", folder + "/run", "--threads",
      "1",
      "--set", "training.steps=5")
    #expect(result.status == 0, "\(result.errors)")
  }
}

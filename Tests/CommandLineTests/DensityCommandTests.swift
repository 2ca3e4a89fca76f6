import Platform
import Serialization
import NumericCore
import Foundation
import Testing

/// Sixty rows of two columns.
private func table(_ row: (Int) -> String) -> String {
  "x,y\n" + (0..<60).map { row($0) + "\n" }.joined()
}

/// `train density`, `sample` and `predict`, as a stranger uses them.
@Suite(.serialized) struct DensityCommandTests {
  private let folder = "/tmp/neural-ode-density-\(UUID().uuidString)"

  /// Trains shortly on a file with this text.
  private func train(_ text: String) throws -> Tool.Result {
    try Files.createDirectory(folder)
    let path = folder + "/f.csv"
    try Files.writeAtomically(Array(text.utf8), to: path)
    var result = try Tool.run([
      "train", "density", "--data", path, "--out", folder + "/run", "--threads", "1",
      "--set", "training.steps=60", "--set", "network.hidden=[16]",
    ])
    result.errors = result.errors.replacingOccurrences(of: path, with: "f.csv")
    return result
  }

  /// Rows of three columns without a pattern.
  private static func rows(_ count: Int) -> [String] {
    let normal = RandomKey(4).normal(3 * count, as: Double.self)
    return (0..<count).map { "\(normal[3 * $0]),\(normal[3 * $0 + 1]),\(normal[3 * $0 + 2])" }
  }

  @Test(arguments: [
    ("", "f.csv: the file is empty; it needs a header line and rows below it"),
    ("x,y,z\n", "f.csv: there is a header and no row below it; add the measurements"),
    (
      "x,y,z\n1,2,3\n",
      "f.csv: 1 complete row where 3 columns need 50; add rows, or use fewer columns ("
        + "--set data.columns='[\"name\"]')"
    ),
    (
      "x,y\n1,red\n",
      "f.csv:2: 'red' in column 'y' is not a number; write a number, or nothing if it is missing, or "
        + "choose columns of numbers: --set data.columns='[\"x\"]'"
    ),
    (
      "x,y\n1,NaN\n",
      "f.csv:2: 'NaN' in column 'y' is not a finite number; leave a missing cell empty (for series also: --missing 'NaN')"
    ),
    (
      "0.5,1\n1,2\n",
      "f.csv:1: the first line has values and no names; put a line with the columns' names above it"
    ),
    (
      "x y\n1 2\n",
      "f.csv:1: the cells are separated by blanks; separate them by commas, semicolons or tabs"
    ),
    (
      table { "\($0 * $0),7" },
      "f.csv: the channel 'y' is 7.0 throughout, so there is nothing to learn; leave it out (for series: --channels)"
    ),
    (
      table { "\($0),\(3 * $0)" },
      "f.csv: the column 'y' follows from the columns before it, so that there is no density of all "
        + "of them; leave it out (--set data.columns)"
    ),
  ])
  func `bad tables are one line with file, line and fix, and status 65`(
    text: String, line: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try train(text)
    #expect(result.status == 65 && result.output.isEmpty)
    #expect(result.errors == "error: \(line)\n")
    #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
  }

  @Test func `nearly collinear columns are reported before the training`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let normal = RandomKey(4).normal(240, as: Double.self)
    let rows = (0..<120).map { "\(normal[$0]),\(3 * normal[$0] + 0.01 * normal[120 + $0])\n" }
    let result = try train("width,length\n" + rows.joined())
    #expect(result.status == 0)
    #expect(
      result.errors.hasPrefix(
        "warning: f.csv: column 'length' nearly follows from 'width' ("),
      "\(result.errors)")
  }

  @Test func `a run reports what was left out, samples, and gives each row its log-density`() throws
  {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = Self.rows(120)
    let trained = try train((["x,y,z"] + rows + [",1,2"]).joined(separator: "\n") + "\n")
    #expect(trained.status == 0)
    #expect(trained.errors.contains("warning: f.csv: 1 row with an empty cell was left out"))

    let samples = try Tool.run("sample", folder + "/run", "--count", "7")
    #expect(samples.status == 0)
    #expect(samples.output.split(separator: "\n").count == 8)
    #expect(samples.output.hasPrefix("x,y,z\n"))

    let path = folder + "/new.csv"
    let text = "z,x,y\n" + rows[0] + "\n,1,2\n" + rows[1] + "\n1e30,0,0\n"
    try Files.writeAtomically(Array(text.utf8), to: path)
    let predicted = try Tool.run("predict", folder + "/run", "--data", path)
    #expect(predicted.status == 0)
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "x,y,z,log_density")
    #expect(predicted.errors.contains("1 row with an empty cell was left out"))
    #expect(lines[3] == "0.0,0.0,1e+30,")

    // One row far away takes no figure with it.
    let near = rows[2] + "\n" + rows[3] + "\n"
    let documents = try ["", "1e30,0,0\n"].map { far in
      try Files.writeAtomically("x,y,z\n" + far + near, to: path)
      let result = try Tool.run("evaluate", folder + "/run", "--data", path, "--json")
      let warning =
        "warning: \(path): 1 of 3 rows is too far from the training data for a finite result; "
        + "the figures omit them\n"
      #expect(result.status == 0 && result.errors == (far.isEmpty ? "" : warning))
      return try JSONValue(parsing: result.output)
    }
    #expect(documents[1]["metrics"]?["rowsNotFinite"]?.integer == 1)
    #expect(documents[1]["baselines"] == documents[0]["baselines"])
    for key in ["negativeLogLikelihood", "standardError", "reconstructionError", "rows"] {
      let values = documents.map { $0["metrics"]?[key] }
      #expect(values[0]?.number != nil && values[0] == values[1], "\(key)")
    }

    for (option, sentence) in [
      ("--at", "--at applies to forecasts; leave it out for this model"),
      (
        "--parameters",
        "--parameters applies to models of 'train mechanism'; leave it out for this model"
      ),
    ] {
      let useless = try Tool.run("predict", folder + "/run", "--data", path, option, "1")
      #expect(useless.status == 64 && useless.errors == "error: \(sentence)\n")
    }
    let nowhere = try Tool.run("sample", folder + "/run", "--out", folder + "/no/x.csv")
    #expect(nowhere.status == 73)
    #expect(
      nowhere.errors
        == "error: \(folder)/no/x.csv: the folder '\(folder)/no' does not exist; make it, or name another\n"
    )

    let missing = try Tool.run("sample", folder + "/nothing")
    #expect(missing.status == 66)
    #expect(missing.errors.hasSuffix("there is no such file; check the path\n"))
    let other = try Tool.run("sample", path + ".safetensors")
    #expect(other.status == 66)

    try Files.writeAtomically(Array("x,y\n1,2\n".utf8), to: path)
    let wrong = try Tool.run("predict", folder + "/run", "--data", path)
    #expect(wrong.status == 65)
    #expect(wrong.errors.contains("there is no column 'z'; the header has x, y"))
  }
}

import Platform
import Tables
import Foundation
import Testing

/// Small files, columns in two roles, and sentences that lead to what helps.
@Suite(.serialized) struct ShortDataTests {
  private let folder = "/tmp/neural-ode-short-\(UUID().uuidString)"

  /// Writes a file and runs the tool on it; `f.csv` among the words is its path.
  private func tool(_ words: [String], on bytes: [UInt8], name: String = "f.csv") throws
    -> Tool.Result
  {
    let path = folder + "/" + name
    try Files.createDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.writeAtomically(bytes, to: path)
    var result = try Tool.run(
      words.map { $0 == "f.csv" ? path : $0 == "run" ? folder + "/run" : $0 })
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  private func tool(_ words: [String], on text: String, name: String = "f.csv") throws
    -> Tool.Result
  { try tool(words, on: Array(text.utf8), name: name) }

  private static func waves(_ count: Int) -> String {
    "time,x,y\n"
      + (0..<count).map {
        "\($0),\(Double.sine(Double($0) / 3)),\(Double.cosine(Double($0) / 3))\n"
      }
      .joined()
  }

  @Test
  func
    `a few rows of two channels train a latent ODE, and too long windows get a suggestion that works`()
    throws
  {
    let words = [
      "train", "forecast", "--model", "latent-ode", "--data", "f.csv", "--out", "run", "--threads",
      "1",
      "--set", "training.steps=3",
    ]
    #expect(try tool(words, on: Self.waves(30)).status == 0)
    #expect(try tool(words, on: Self.waves(16)).status == 0)
    let short = try tool(words + ["--set", "windows.future=8"], on: Self.waves(16))
    let line =
      "--set windows.history=2 --set windows.future=1 --set windows.validation=0.3 --set windows.test=0.3"
    #expect(short.status == 65 && short.errors.contains(" (\(line))\n"))
    let longer = try tool(words + line.split(separator: " ").map(String.init), on: Self.waves(16))
    #expect(longer.status == 0, "\(longer.errors)")
    #expect(
      try tool(words, on: Self.waves(6)).errors.contains("(the file is too short for a training)"))
  }

  @Test func `forecasts of days fall on days`() throws {
    let rows = (0..<60).map { "2024-0\(3 + $0 / 30)-\($0 % 30 < 9 ? "0" : "")\($0 % 30 + 1)" }
      .enumerated().map { "\($1),\(Double.sine(Double($0) / 3))\n" }
    let text = "date,x\n" + rows.joined()
    let data = "/tmp/neural-ode-days-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: data + ".run") }
    defer { try? Files.remove(data) }
    try Files.writeAtomically(text, to: data)
    let trained = try Tool.run(
      "train", "forecast", "--data", data, "--out", data + ".run", "--threads", "1", "--set",
      "training.steps=3")
    #expect(trained.status == 0, "\(trained.errors)")
    let lines = try Tool.run("predict", data + ".run", "--data", data).output.split(separator: "\n")
    #expect(lines.count > 1 && lines.dropFirst().allSatisfy { $0.contains(" 00:00:00,x,") })
  }

  @Test(arguments: [
    (["--channels", "time"], "time", "the time and as a channel"),
    (
      ["--set", "data.statics=[\"time\"]"], "time",
      "the time and as a value of whole series"
    ),
    (["--set", "data.idColumn=time"], "time", "the time and as the id"),
    (
      ["--set", "data.idColumn=x", "--set", "data.channels=[\"x\"]"], "x",
      "the id and as a channel"
    ),
  ])
  func `a column has one role, however it was given`(
    words: [String], column: String, roles: String
  ) throws {
    let result = try tool(
      ["train", "forecast", "--data", "f.csv", "--out", "run"] + words, on: Self.waves(100))
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: f.csv:1: the column '\(column)' is requested as \(roles); a column can have only one role (see --time, --id, --channels, --inputs, --statics, --label)\n"
    )
    let twice = try tool(
      [
        "train", "forecast", "--data", "f.csv", "--set", "data.channels=[\"x\"]", "--set",
        "data.inputs=[\"x\"]",
      ],
      on: Self.waves(100))
    #expect(twice.errors.contains("'x' is requested twice as a channel"))
  }

  @Test func `a model is no baseline of itself`() throws {
    for words in [
      ["--model", "gru-d", "--beside", "gru-d"],
      ["--model", "gru-d", "--set", "baselines.beside=gru-d"],
    ] {
      let result = try tool(["train", "forecast", "--data", "f.csv"] + words, on: Self.waves(100))
      #expect(result.status == 64)
      #expect(
        result.errors
          == "error: --beside gru-d is the model itself; take another baseline, or leave it out\n")
    }
  }

  @Test(arguments: [
    (
      "time,u\n0,1\n0,2\n", "f.csv:3: the time 0 occurs twice; merge or remove one row",
      "; if the file holds several series, name the column of their ids with --id"
    ),
    (
      "time,u\n0,1\n1,wet\n",
      "f.csv:3: 'wet' in column 'u' is not a number; write a number, or nothing if it is missing",
      ", or write --missing 'wet'"
    ),
    (
      "time,u\nnoon,1\n",
      "f.csv:2: 'noon' is not a time; write a number or a date such as 2024-05-31 18:30",
      ", or name the column of times with --time"
    ),
  ])
  func `solve and fit advise no option that they do not have`(
    text: String, line: String, advice: String
  ) throws {
    let equations = "/tmp/neural-ode-short-\(UUID().uuidString).ode"
    defer { try? Files.remove(equations) }
    try Files.writeAtomically("input u = 0\nx' = u - x\nx(0) = 1\nspan = 0..3\n", to: equations)
    for (words, end) in [
      (["solve", equations, "--inputs", "f.csv"], ""),
      (["fit", equations, "--data", "f.csv"], advice),
    ] {
      let result = try tool(words, on: text)
      #expect(result.status == 65 && result.errors == "error: " + line + end + "\n")
    }
  }

  @Test func `a bundled file is checked by its name`() throws {
    let result = try Tool.run("data", "--check", "lynx_hare.csv")
    #expect(result.status == 0 && result.output.hasPrefix("series 1, rows 21\n"))
  }

  @Test
  func `one series is reported in the singular, and series that are left out are not counted`()
    throws
  {
    let one = try tool(["data", "--check", "f.csv"], on: "time,x\n0,1\n")
    #expect(one.status == 65)
    #expect(
      one.errors
        == "error: f.csv: 1 usable point where 2 are needed; add measurements or shorten the window\n"
    )
    let checked = try tool(
      ["data", "--check", "f.csv"], on: "id,time,x\na,0,1\nb,0,3\nb,1,5\nc,0,1\n")
    #expect(checked.output.hasPrefix("series 1 (2 of one row left out), rows 2\n"))
  }

  @Test func `a parenthesis that is never closed is shown where it opens`() throws {
    let result = try tool(["solve", "f.csv"], on: "x' = ((-x\nx(0) = 1\n")
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: f.csv:1:6: this '(' is never closed; write the ')' where its formula ends\n")
  }

  @Test func `labels such as 1.0 are whole, and two rows are few`() throws {
    let words = [
      "train", "classify", "--data", "f.csv", "--out", "run", "--threads", "1",
      "--epochs",
      "1", "--json",
    ]
    let rows = (0..<40).map { "\($0 * 7 % 11),\($0 * 5 % 13),\($0 % 2).0\n" }
    let trained = try tool(words, on: "x,y,label\n" + rows.joined())
    #expect(trained.status == 0, "\(trained.errors)")
    let two = try tool(words, on: "x,y,label\n1,2,1.0\n2,3,2.0\n")
    #expect(two.status == 65)
    #expect(two.errors.hasPrefix("error: f.csv: 2 complete rows where 20 are needed"))
  }

  @Test func `an image file without an image is no table`() throws {
    try Files.createDirectory(folder)
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 0]
    try Files.writeAtomically(labels, to: folder + "/train-labels-idx1-ubyte")
    let result = try tool(
      ["train", "classify", "--data", folder],
      on: [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28], name: "train-images-idx3-ubyte")
    #expect(result.status == 65)
    #expect(
      result.errors
        == "error: train-images-idx3-ubyte: has no images; use a file with images\n")
  }

  @Test(arguments: [
    (8.136099999999999, "8.1361"), (3.0, "3"), (0.1 + 0.2, "0.3"), (1e-300, "1e-300"),
    (1_700_000_000.123, "1700000000.123"), (-2.5, "-2.5"),
  ])
  func `times are written without the last digits of rounding`(time: Double, text: String) {
    #expect(TimeAxis.number.text(of: time) == text)
  }
}

import Foundation
import Testing

/// Files as spreadsheets write them, and what happens to them after a training.
@Suite struct SpreadsheetTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("neural-ode-sheets-\(UUID().uuidString)").path

  private func write(_ text: String, to name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Concentrations of some 1e-7 on the days of two months, as `line` writes day, month and value.
  private func days(_ count: Int, _ line: (Int, Int, String) -> String) -> String {
    (0..<count).map { day in
      let value = String(4e-7 + 1e-7 * sin(Double(day)))
      return line(day % 30 + 1, day / 30 + 4, value) + "\n"
    }.joined()
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test func `files of all forms are predicted alike, and small values keep their digits`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let iso = try write(
      "date,x\n" + days(60) { "2024-\(two($1))-\(two($0)),\($2)" }, to: "iso.csv")
    let run = folder + "/run"
    let trained = try Tool.run(
      "train", "forecast", "--data", iso, "--out", run, "--set", "training.steps=2", "--set",
      "data.unit=days")
    #expect(trained.status == 0, "\(trained.errors)")
    let expected = try Tool.run("predict", run, "--data", iso, "--at", "1")
    let cells = expected.output.split(separator: "\n").last?.split(separator: ",") ?? []
    #expect(cells.count == 5 && cells.dropFirst(2).allSatisfy { $0.count > 6 })
    #expect(cells.dropFirst(2).allSatisfy { abs(Double($0) ?? 1) < 1e-5 })
    let semicolons = try write(
      "date;x\n"
        + days(60) { "\($0).\($1).2024;" + $2.replacingOccurrences(of: ".", with: ",") },
      to: "semicolons.csv")
    #expect(
      try Tool.run("predict", run, "--data", semicolons, "--at", "1").output == expected.output)
    let slashes = try write(
      "# from a sensor\n#date\tx\n" + days(60) { "\($1)/\($0)/2024\t\($2)" }, to: "m.csv")
    let asked = try Tool.run("predict", run, "--data", slashes, "--at", "1")
    // Only with the month first are the days evenly spaced.
    #expect(asked.status == 0 && asked.output == expected.output)
    #expect(asked.errors.contains("the dates are read with the month first"), "\(asked.errors)")
    let told = try Tool.run(
      "predict", run, "--data", slashes, "--at", "1", "--dates", "month-first")
    #expect(told.output == expected.output, "\(told.errors)")

    // The rows of the training are no longer there.
    let before = try Tool.run("evaluate", run, "--data", iso)
    #expect(before.status == 0 && !before.errors.contains("is not what the model was trained on"))
    _ = try write("date,x\n" + days(50) { "2024-\(two($1))-\(two($0)),\($2)" }, to: "iso.csv")
    let changed = try Tool.run("evaluate", run, "--data", iso)
    #expect(changed.status == 0)
    #expect(
      changed.errors.hasPrefix("warning: \(iso): is not what the model was trained on, so that"))
  }

  @Test func `a missing or unfinished run is reported with the fix`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let nowhere = folder + "/nowhere"
    let none = try Tool.run("train", "--out", nowhere, "--resume", "auto")
    #expect(none.status == 66)
    #expect(
      none.errors
        == "error: \(nowhere): holds no run to continue; name the data of a new one with --data, or a recipe\n"
    )
    _ = try write("{}", to: "config.json")
    let unfinished = try Tool.run("predict", folder, "--data", "x.csv")
    #expect(unfinished.status == 66)
    #expect(
      unfinished.errors
        == "error: \(folder): this training has not ended; continue it first with 'train --out \(folder) --resume auto'\n"
    )
  }

  @Test func `the order of dates holds for the inputs of a fit too`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let equations = try write("x' = u - k*x\nk = 1\nx(0) = 0\ninput u = 0\n", to: "room.txt")
    // x′ = 1 − x / 2 from 0: x = 2 (1 − exp(−t / 2)).
    let data = try write(
      "date,x\n" + (0..<10).map { "4/\($0 + 1)/2024,\(2 * (1 - exp(-Double($0) / 2)))\n" }.joined(),
      to: "data.csv")
    let inputs = try write("date,u\n4/1/2024,1\n4/11/2024,1\n", to: "inputs.csv")
    let words = ["fit", equations, "--data", data, "--inputs", inputs, "--unit", "days", "--json"]
    #expect(try Tool.run(words).status == 65)
    let fitted = try Tool.run(words + ["--dates", "month-first"])
    #expect(fitted.status == 0, "\(fitted.errors)")
    #expect(fitted.output.contains("\"k\""))
    let solved = try Tool.run(
      "solve", equations, "--inputs", inputs, "--unit", "days", "--dates", "month-first", "--to",
      "4",
      "--set", "k=0.5")
    #expect(solved.status == 0, "\(solved.errors)")
  }
}

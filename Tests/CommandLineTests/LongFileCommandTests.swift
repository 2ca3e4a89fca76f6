import NumericCore
import Foundation
import Testing

/// Files of many rows, in little memory.
@Suite struct LongFileCommandTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("neural-ode-long-\(UUID().uuidString)").path

  /// Two channels at irregular times; a fifth of the cells is empty.
  private func write(_ rows: Int, to name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var words = RandomWords(RandomKey(1))
    var text = "time,a,b\n"
    var time = 0
    for row in 0..<rows {
      time += 1 + Int(words.next() % 3)
      let cells = (0..<2).map { channel in
        words.next() % 5 == 0 ? "" : "\((row / (channel + 2)) % 20)"
      }
      text += "\(time),\(cells[0]),\(cells[1])\n"
    }
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// A million rows of two channels are 26 MB of numbers and more than that while arrays grow.
  ///
  /// The limit holds all of the process's addresses, libraries included. A sanitizer's shadow memory takes more.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["NEURAL_ODE_SANITIZED"] == nil))
  func `a million rows are checked and forecast in 90 MB of addresses`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let short = try write(2_000, to: "short.csv")
    let long = try write(1_000_000, to: "long.csv")
    let run = folder + "/run"
    let trained = try Tool.run(
      "train", "forecast", "--data", short, "--out", run, "--set", "training.steps=2")
    #expect(trained.status == 0, "\(trained.errors)")
    let checked = try Tool.run(["data", "--check", long], limit: "-v 90000")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("rows 1000000"))
    let said = try Tool.run(
      ["predict", run, "--data", long, "--at", "4"], limit: "-v 90000")
    #expect(said.status == 0, "\(said.errors)")
    #expect(said.output.split(separator: "\n").count == 3)
  }

  /// No folder for the scratch file; a file of 2 MB at most, where there are 6.4.
  @Test(
    arguments: [(["TMPDIR": "/nowhere"], nil), ([:], "-f 4096")] as [([String: String], String?)])
  func `without room for a scratch file the numbers stay in memory, with a warning`(
    environment: [String: String], limit: String?
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let long = try write(200_000, to: "long.csv")
    let words = ["data", "--check", long]
    let usual = try Tool.run(words)
    let found = try Tool.run(words, environment: environment, limit: limit)
    #expect(usual.status == 0 && usual.errors.isEmpty)
    #expect(found.status == 0 && found.output == usual.output)
    #expect(found.errors.hasPrefix("warning: \(long): its numbers stay in memory, for"))
    #expect(found.errors.hasSuffix("name another folder with TMPDIR\n"))
  }
}

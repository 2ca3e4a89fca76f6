import Foundation
import NumericCore
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

  /// A million rows of two channels are 26 MB of numbers and more than that while arrays grow; the limit holds all of the
  /// process's addresses, libraries included.
  @Test func `a million rows are checked and forecast in 90 MB of addresses`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let short = try write(2_000, to: "short.csv")
    let long = try write(1_000_000, to: "long.csv")
    let run = folder + "/run"
    let trained = try Tool.run(
      "train", "--data", short, "--out", run, "--set", "training.steps=2")
    #expect(trained.status == 0, "\(trained.errors)")
    let checked = try Tool.run(["data", "--check", long], kilobytes: 90_000)
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("rows 1000000"))
    let said = try Tool.run(
      ["predict", run, "--data", long, "--at", "4"], kilobytes: 90_000)
    #expect(said.status == 0, "\(said.errors)")
    #expect(said.output.split(separator: "\n").count == 3)
  }
}

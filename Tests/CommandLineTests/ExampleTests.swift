import Foundation
import Testing

/// Two programs of `Examples`, run as a user runs them, and the commands of the guides.
@Suite struct ExampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  @Test func `a program trains on a CSV file, and another process forecasts with quantiles`() throws
  {
    let run = NSTemporaryDirectory() + "example-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: run) }
    let data = Self.root + "/Examples/Data/pump.csv"
    let training = try Tool.run(["train", data, run, "20"], program: "ForecastExample")
    #expect(training.status == 0, "\(training.errors)")
    for name in ["report.html", "evaluation.json", "model.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: "\(run)/\(name)"))
    }
    let forecast = try Tool.run(["predict", data, run], program: "ForecastExample")
    #expect(forecast.status == 0, "\(forecast.errors)")
    let lines = forecast.output.split(separator: "\n")
    // Two channels at three times.
    #expect(lines.count == 6)
    for line in lines {
      let numbers = line.matches(of: #/-?[0-9.e-]+(?=[,\]])/#).compactMap { Double($0.output) }
      #expect(numbers.count == 3 && numbers == numbers.sorted(), "\(line)")
    }
  }

  @Test func `a program fits the equations of a file`() throws {
    let data = Self.root + "/Examples/Data"
    let fit = try Tool.run(
      ["\(data)/decay.ode", "\(data)/decay.csv"], program: "FitEquationsExample")
    #expect(fit.status == 0, "\(fit.errors)")
    #expect(fit.output.hasSuffix("trustworthy\n") && !fit.output.contains("not trustworthy"))
  }

  @Test(arguments: [
    "README", "Docs/Irregular", "Docs/Stiffness", "Docs/Reports", "Docs/Numerics",
  ])
  func `the commands of a guide end without an error`(guide: String) throws {
    let folder = NSTemporaryDirectory() + "guide-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/Examples", withDestinationPath: Self.root + "/Examples")
    let text = try String(contentsOfFile: Self.root + "/\(guide).md", encoding: .utf8)
    let commands = text.split(separator: "\n").filter { $0.hasPrefix("neural-ode ") }
    #expect(!commands.isEmpty)
    for command in commands {
      let words = command.split(separator: " ").prefix { $0 != "#" }.dropFirst().map(String.init)
      let result = try Tool.run(words, from: folder)
      #expect(result.status == 0, "\(command): \(result.errors)")
    }
  }
}

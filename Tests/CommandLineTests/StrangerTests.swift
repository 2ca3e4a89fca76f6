import Platform
import NumericCore
import Foundation
import Testing

/// Files that come from somebody else, and outputs that would destroy inputs.
@Suite(.serialized) struct StrangerTests {
  private let folder = "/tmp/neural-ode-stranger-\(UUID().uuidString)"
  private static let corpus =
    #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    + "/Fixtures/fuzz/model"

  private func tool(_ words: String...) throws -> Tool.Result {
    var result = try Tool.run(words)
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  private func write(_ text: String, _ name: String) throws -> String {
    try Files.createDirectory(folder)
    try Files.writeAtomically(text, to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  private func classes(_ name: String = "c.csv") throws -> String {
    let normal = RandomKey(3).normal(80, as: Double.self)
    return try write(
      "x,y,kind\n"
        + (0..<80).map { "\(3 * Double($0 % 2) + normal[$0]),\($0 % 7),\($0 % 2)\n" }.joined(),
      name)
  }

  private func train(
    _ data: String, _ out: String = "run", epochs: Int = 1, _ more: String...
  ) throws -> Tool.Result {
    try Tool.run(
      [
        "train", "classify", "--data", data, "--out", "\(folder)/\(out)", "--epochs",
        "\(epochs)", "--set", "network.width=4", "--threads", "1",
      ] + more)
  }

  @Test func `a data file that a model names is read only if the user names it`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try classes()
    #expect(try train(data).status == 0)
    // A pipe in the place of the file: to open it would hang.
    try Files.remove(data)
    #expect(mkfifo(data, 0o600) == 0)
    let refused = try tool("evaluate", folder + "/run")
    #expect(refused.status == 66)
    #expect(
      refused.errors
        == "error: c.csv: is the data file that the model names, and is only read if you name it; add --data "
        + "'c.csv'\n")
    try Files.remove(data)
    _ = try classes()
    #expect(try tool("evaluate", folder + "/run", "--data", data).status == 0)
  }

  @Test func `links in a run folder are not followed for writing`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try classes()
    #expect(try train(data).status == 0)
    let names = [
      "config.json", "metrics.jsonl", "model.safetensors", "last.ckpt.safetensors", "report.html",
      "evaluation.json",
    ]
    var before: [String: [UInt8]] = [:]
    for name in names {
      let target = "\(folder)/victim-\(name)"
      try Files.move("\(folder)/run/\(name)", to: target)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/run/\(name)", withDestinationPath: target)
      before[name] = try Files.read(target)
    }
    let resumed = try train(data, "run", epochs: 3, "--resume", "auto")
    #expect(resumed.status == 0, "\(resumed.errors)")
    for name in names {
      #expect(try Files.read("\(folder)/victim-\(name)") == before[name], "\(name) was written")
    }
    // The lock neither.
    _ = try write("precious", "victim-lock")
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/run/run.lock", withDestinationPath: folder + "/victim-lock")
    let locked = try train(data, "run", epochs: 4, "--resume", "auto")
    #expect(locked.status == 73 && locked.errors.contains("is a symbolic link"))
    #expect(try Files.read(folder + "/victim-lock") == Array("precious".utf8))
  }

  @Test func `no output is an input`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try classes()
    #expect(try train(data).status == 0)
    let model = folder + "/run/model.safetensors"
    for (link, target) in [("data-link", "c.csv"), ("model-link", "run/model.safetensors")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(link)", withDestinationPath: target)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/run-link", withDestinationPath: "run")
    try FileManager.default.linkItem(atPath: data, toPath: folder + "/hard")
    let before = try [data, model].map { try Files.read($0) }
    let outputs = [
      "c.csv", "data-link", "hard", "run/model.safetensors", "model-link", "run/new.csv",
      "run-link/new.csv", "run/../run/config.json", "run/report.html",
    ]
    for output in outputs {
      let result = try tool(
        "predict", folder + "/run", "--data", data, "--out", "\(folder)/\(output)")
      #expect(result.status == 64 && result.errors.contains("--out: \(output) "), "\(output)")
    }
    let byFile = try tool("predict", model, "--data", data, "--out", folder + "/run/x.csv")
    #expect(byFile.status == 64)
    #expect(try [data, model].map { try Files.read($0) } == before)
    #expect(
      try tool("predict", folder + "/run", "--data", data, "--out", folder + "/p.csv").status == 0)

    // A training whose files have the names of its inputs.
    for name in ["metrics.jsonl", "parameters.csv", "config.json"] {
      let own = try classes("own/\(name)", in: "own")
      let result = try train(own, "own")
      #expect(result.status == 64 && result.errors.contains("is read, and the training writes"))
      #expect(FileSystem.names(in: folder + "/own") == [name])
      try FileManager.default.removeItem(atPath: folder + "/own")
    }
    let config = try write("{\"model\": \"ode-net\"}", "lone.json")
    try Files.createDirectory(folder + "/new")
    try Files.move(config, to: folder + "/new/config.json")
    let lone = try tool("train", "classify", folder + "/new/config.json", "--out", folder + "/new")
    #expect(lone.status == 64)
    #expect(FileSystem.names(in: folder + "/new") == ["config.json"])
  }

  private func classes(_ name: String, in place: String) throws -> String {
    try Files.createDirectory("\(folder)/\(place)")
    return try classes(name)
  }

  @Test func `text of cells is no formula in what is written`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let normal = RandomKey(3).normal(80, as: Double.self)
    let data = try write(
      "x,y,kind\n"
        + (0..<80).map {
          "\(3 * Double($0 % 2) + normal[$0]),\($0 % 7),\($0 % 2 == 0 ? "=cmd|'/c calc'!A1" : "@b")\n"
        }.joined(), "f.csv")
    #expect(try train(data).status == 0)
    let result = try tool("predict", folder + "/run", "--data", data)
    #expect(result.status == 0)
    for line in result.output.split(separator: "\n") {
      for cell in line.split(separator: ",") {
        #expect(!"=@".contains(cell.first ?? " "), "\(cell)")
      }
    }
  }

  @Test func `a damaged model is refused, or gives finite numbers`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try write(
      "time,x,y\n" + (0..<300).map { "\($0),\(Double.sine(Double($0) / 8)),1\($0 % 7)\n" }.joined(),
      "s.csv")
    let model = try Files.read(Self.corpus + "/f.safetensors")
    let text = String(String.UnicodeScalarView(model.map(Unicode.Scalar.init)))
    let edits = [
      ("future\\\":", "future\\\":1e300"), ("future\\\":", "future\\\":1e9"),
      ("window\\\":", "window\\\":1e-300"), ("spacing\\\":", "spacing\\\":1e300"),
      ("latent\\\":", "latent\\\":3000"), ("hidden\\\":", "hidden\\\":1e9"),
      ("tolerance\\\":", "tolerance\\\":0"), ("seed\\\":", "seed\\\":-1"),
      ("means\\\":[", "means\\\":[1e308,"), ("deviations\\\":[", "deviations\\\":[-1,"),
      ("channels\\\":[", "channels\\\":[1,"), ("horizons\\\":[", "horizons\\\":[1e300,"),
      ("minimumHistory\\\":", "minimumHistory\\\":9e15"),
    ]
    for (place, new) in edits {
      let parts = text.components(separatedBy: place)
      #expect(parts.count > 1, "\(place) is not in the model")
      let rest = parts.dropFirst().joined(separator: place)
      let end = rest.firstIndex { ",}]".contains($0) } ?? rest.startIndex
      let keeps = new.hasSuffix(",")
      var bytes = Array(
        (parts[0] + new + (keeps ? rest : String(rest[end...]))).unicodeScalars.map {
          UInt8(truncatingIfNeeded: $0.value)
        })
      let length = UInt64(Int(Self.length(model)) + bytes.count - model.count)
      for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(index))) }
      try Files.writeAtomically(bytes, to: folder + "/m.safetensors")
      for verb in ["predict", "evaluate"] {
        let result = try tool(verb, folder + "/m.safetensors", "--data", data)
        #expect([0, 65].contains(result.status), "\(verb) \(new): \(result.status)")
        #expect(result.status == 65 || !result.output.lowercased().contains("nan"))
      }
    }
  }

  /// The length of a safetensors header.
  private static func length(_ bytes: [UInt8]) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
  }
}

import Platform
import NumericCore
import Foundation
import Testing

/// `train --resume auto` and `train` onto a folder that holds a run, as a user meets them.
@Suite(.serialized) struct ResumeTests {
  private let folder = "/tmp/neural-ode-resume-\(UUID().uuidString)"

  private var run: String { folder + "/run" }

  /// Runs `train` in the folder; names of files are short in what it says.
  private func train(_ words: String...) throws -> Tool.Result {
    var result = try Tool.run(["train"] + words + ["--threads", "1"])
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  /// Two classes of points, apart in the first column.
  private func writeClasses(
    _ name: String = "classes.csv", columns: [String] = ["x", "y"]
  ) throws -> String {
    try Files.createDirectory(folder)
    let count = columns.count
    let normal = RandomKey(5).normal(120 * count, as: Double.self)
    let rows = (0..<120).map { row in
      let rest = (1..<count).map { "\(normal[count * row + $0])," }.joined()
      return "\(normal[count * row] + (row % 2 == 0 ? -2 : 2)),\(rest)\(row % 2)\n"
    }
    let header = (columns + ["label"]).joined(separator: ",") + "\n"
    try Files.writeAtomically(header + rows.joined(), to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  private func writeSeries() throws -> String {
    try Files.createDirectory(folder)
    let rows = (0..<400).map { "\($0),\(Double.sine(Double($0) / 8))\n" }
    try Files.writeAtomically("time,x\n" + rows.joined(), to: folder + "/series.csv")
    return folder + "/series.csv"
  }

  private let small = ["--set", "network.width=8", "--set", "training.batchSize=16"]

  /// Every file of the run folder with its bytes.
  private func contents(_ path: String) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      if FileSystem.isDirectory("\(path)/\(name)") == true { continue }
      result[name] = try Files.read("\(path)/\(name)")
    }
    return result
  }

  @Test func `a folder alone determines what is continued`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeClasses()
    let first = try Tool.run(
      ["train", "classify", "--data", data, "--out", run, "--epochs", "2"] + small)
    #expect(first.status == 0)
    let before = try contents(run)
    let rest = try train("--resume", "auto", "--out", run, "--epochs", "4")
    #expect(rest.status == 0 && rest.output.contains(" 20 steps in "))
    #expect(!rest.errors.contains("note:"))
    // The configuration is the same but for the length.
    let after = try contents(run)
    let old = String(decoding: before["config.json"] ?? [], as: UTF8.self)
    let new = String(decoding: after["config.json"] ?? [], as: UTF8.self)
    #expect(new == old.replacingOccurrences(of: "\"epochs\": 2", with: "\"epochs\": 4"))
    // The log goes on where it ended.
    let log = String(decoding: after["metrics.jsonl"] ?? [], as: UTF8.self)
    #expect(log.hasPrefix(String(decoding: before["metrics.jsonl"] ?? [], as: UTF8.self)))
    #expect(log.split(separator: "\n").last?.hasPrefix("{\"step\":20,") == true)

    // A finished run trains no further, reports that, and keeps its model.
    let again = try train("--resume", "auto", "--out", run)
    #expect(again.status == 0 && again.output.contains(" 20 steps in "))
    #expect(again.errors.contains("note: the run in run has made its 20 steps; ask for more with"))
    #expect(try contents(run)["model.safetensors"] == after["model.safetensors"])
    // The same by the path of its configuration.
    let byFile = try train("classify", run + "/config.json", "--resume", "auto")
    #expect(byFile.status == 0)
    #expect(try contents(run)["model.safetensors"] == after["model.safetensors"])
    #expect(!Files.exists(run + "/earlier-1"))
  }

  @Test func `a run is continued from another folder with the path of its data`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeClasses()
    let words = ["--epochs", "2", "--threads", "1", "--out", run] + small
    let first = try Tool.run(
      ["train", "classify", "--data", "classes.csv"] + words, from: folder)
    #expect(first.status == 0, "\(first.errors)")
    let resumed = ["train", "--resume", "auto", "--out", run, "--epochs", "3", "--threads", "1"]
    let lost = try Tool.run(resumed, from: "/")
    #expect(lost.status == 66)
    #expect(
      lost.errors.hasPrefix(
        "error: classes.csv: the training data are not at this path; name them with "
          + "--data FILE, of the same name"), "\(lost.errors)")
    let found = try Tool.run(resumed + ["--data", data], from: "/")
    #expect(found.status == 0 && found.output.contains(" 15 steps in "), "\(found.errors)")
    // A file of another name is another one.
    let other = try Tool.run(resumed + ["--data", try writeClasses("other.csv")], from: "/")
    #expect(other.status == 78 && other.errors.contains("was made with data.file"))
  }

  @Test func `a run that does not fit leaves the folder unchanged, and the message names the fix`()
    throws
  {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeClasses()
    let other = try writeClasses("other.csv")
    #expect(
      try Tool.run(
        ["train", "classify", "--data", data, "--out", run, "--epochs", "1"] + small
      ).status == 0)
    let before = try contents(run)
    let fix =
      "; continue it with the settings of the checkpoint, or start another training (--resume auto with its --out alone, or another --out)\n"
    let cases: [([String], String, String, String, String)] = [
      (["digits"], "config.json", "recipe", "classes", "digits"),
      (["--seed", "4"], "last.ckpt.safetensors", "training.seed", "0", "4"),
      (
        ["--data", other], "last.ckpt.safetensors", "data.file", "\"classes.csv\"", "\"other.csv\""
      ),
      (
        ["--set", "network.width=9"], "last.ckpt.safetensors", "network.width", "8", "9"
      ),
    ]
    for (words, file, setting, there, now) in cases {
      var result = try Tool.run(
        ["train", "classify"] + words + ["--resume", "auto", "--out", run])
      result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
      #expect(result.status == 78 && result.output.isEmpty)
      #expect(
        result.errors
          == "error: run/\(file): was made with \(setting) \(there), and now it is \(now)" + fix)
      #expect(try contents(run) == before)
    }

    let density = try train("density", "--resume", "auto", "--out", run)
    #expect(density.status == 64)
    #expect(
      density.errors
        == "error: run/config.json: is a configuration of 'train classify'; write 'neural-ode train classify'\n"
    )
    #expect(try contents(run) == before)

    // Columns that changed under the same name.
    _ = try writeClasses(columns: ["x", "y", "z"])
    let wider = try train("--resume", "auto", "--out", run)
    #expect(wider.status == 65)
    #expect(
      wider.errors
        == "error: run/last.ckpt.safetensors: belongs to another network than the data and the configuration now "
        + "define; continue with those of the checkpoint, or start a new training (--resume never)\n"
    )
    #expect(try contents(run) == before)
    _ = try writeClasses()

    // A checkpoint that is cut short, and one that is none.
    let checkpoint = run + "/last.ckpt.safetensors"
    try Files.writeAtomically(Array(try Files.read(checkpoint).dropLast(9)), to: checkpoint)
    let cut = try train("--resume", "auto", "--out", run)
    #expect(cut.status == 65)
    #expect(
      cut.errors
        == "error: run/last.ckpt.safetensors: is damaged (9 bytes at its end are missing); copy it again, or start "
        + "a new training (--resume never)\n")
    try Files.writeAtomically(Files.read(run + "/model.safetensors"), to: checkpoint)
    let model = try train("--resume", "auto", "--out", run)
    #expect(model.status == 65)
    #expect(
      model.errors
        == "error: run/last.ckpt.safetensors: contains a model and no training to continue; start a new "
        + "training (--resume never)\n")
    try Files.writeAtomically("{", to: run + "/config.json")
    let broken = try train("--resume", "auto", "--out", run)
    #expect(broken.status == 78)
    #expect(
      broken.errors
        == "error: run/config.json: is not a JSON document (at byte 1); correct it there\n")
  }

  @Test func `a new run moves the files of the folder's run aside and reports it`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeClasses()
    let words = ["classify", "--data", data, "--out", run, "--epochs", "1"] + small
    #expect(try Tool.run(["train"] + words).errors.contains("note:") == false)
    try Files.writeAtomically("mine", to: run + "/notes.txt")
    let before = try contents(run)
    var second = try Tool.run(["train"] + words + ["--seed", "2"])
    second.errors = second.errors.replacingOccurrences(of: folder + "/", with: "")
    #expect(second.status == 0)
    #expect(
      second.errors.contains(
        "note: the folder contained another run; its files are now in run/earlier-1\n"))
    var kept = before
    kept["notes.txt"] = nil
    #expect(try contents(run + "/earlier-1") == kept)
    #expect(try Files.read(run + "/notes.txt") == Array("mine".utf8))
    #expect(try contents(run)["model.safetensors"] != before["model.safetensors"])
    // The kept folder is a run: it can be evaluated.
    #expect(try Tool.run("evaluate", run + "/earlier-1", "--data", data).status == 0)
    #expect(try Tool.run(["train"] + words + ["--seed", "3"]).status == 0)
    #expect(Files.exists(run + "/earlier-2/model.safetensors"))

    // Bad data move nothing.
    let now = try contents(run)
    try Files.writeAtomically("x,y,label\n1,2,0\n", to: data)
    #expect(try Tool.run(["train"] + words).status == 65)
    #expect(try contents(run) == now && !Files.exists(run + "/earlier-3"))
  }

  @Test(arguments: ["flow-matching", "likelihood"])
  func `a density continues with the same bits`(method: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeClasses()
    let words = [
      "train", "density", "--data", data, "--threads", "1", "--set", "training.steps=40",
      "--set", "network.hidden=[8]", "--set", "training.batchSize=32", "--set", "solver.steps=4",
      "--set", "training.method=\(method)", "--set", "data.columns=[\"x\",\"y\"]",
    ]
    #expect(try Tool.run(words + ["--out", run]).status == 0)
    let whole = try Files.read(run + "/model.safetensors")
    #expect(Files.exists(run + "/last.ckpt.safetensors"))
    // A checkpoint of the last step is continued by no step.
    let again = try train("--resume", "auto", "--out", run)
    #expect(again.status == 0 && again.errors.contains("has made its 40 steps"))
    #expect(!again.errors.contains("begins"))
    #expect(try Files.read(run + "/model.safetensors") == whole)
    let other = try train(
      "--resume", "auto", "--out", run, "--set", "training.method=likelihood", "--seed", "1")
    #expect(other.status == 78)
    #expect(try Files.read(run + "/model.safetensors") == whole)
  }

  @Test func `a forecast and its companion are checked before either is touched`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeSeries()
    let words = [
      "train", "forecast", "--data", data, "--out", run, "--threads", "1", "--beside", "gru-d",
      "--set",
      "training.steps=4", "--set", "training.batchSize=16", "--set", "training.shardSize=16",
      "--set", "network.latent=3", "--set", "network.hidden=4", "--set", "network.field=4",
      "--set", "network.decoder=4", "--set", "network.head=4",
    ]
    #expect(try Tool.run(words).status == 0)
    let before = try contents(run)
    let again = try train("--resume", "auto", "--out", run)
    #expect(again.status == 0)
    let after = try contents(run)
    for name in ["config.json", "model.safetensors", "gru-d.safetensors", "metrics.jsonl"] {
      #expect(after[name] == before[name], "\(name) changed")
    }
    // The second training's checkpoint is of another shard size.
    let path = run + "/gru-d.ckpt.safetensors"
    var bytes = Data(try Files.read(path))
    let size = try #require(bytes.range(of: Data(#"\"shardSize\":\"16"#.utf8)))
    bytes.replaceSubrange(size.upperBound - 2..<size.upperBound, with: "61".utf8)
    try Files.writeAtomically(Array(bytes), to: path)
    let changed = try contents(run)
    let refused = try train("--resume", "auto", "--out", run)
    #expect(refused.status == 78)
    #expect(
      refused.errors.contains(
        "run/gru-d.ckpt.safetensors: was made with shardSize 61, and now it is 16;"))
    #expect(try contents(run) == changed)
  }
}

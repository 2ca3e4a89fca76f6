import Platform
import Serialization
import NumericCore
import Foundation
import Testing

/// Trainings that are killed, stopped and started twice: nothing is lost, and no run disturbs another.
@Suite(.serialized) struct KillTests {
  private let folder = "/tmp/neural-ode-kill-\(UUID().uuidString)"

  private func words(_ run: String, epochs: Int, resume: String = "never") throws -> [String] {
    let data = folder + "/data.csv"
    if !Files.exists(data) {
      try Files.createDirectory(folder)
      let normal = RandomKey(5).normal(240, as: Double.self)
      let rows = (0..<120).map { row in
        "\(normal[2 * row] + (row % 2 == 0 ? -2 : 2)),\(normal[2 * row + 1]),\(row % 2)\n"
      }
      try Files.writeAtomically("x,y,label\n" + rows.joined(), to: data)
    }
    return [
      "train", "classify", "--data", data, "--out", "\(folder)/\(run)", "--epochs",
      "\(epochs)", "--set", "network.width=4", "--set", "training.batchSize=8", "--threads", "1",
      "--resume", resume,
    ]
  }

  /// The lines of the log without what the clock decides.
  private func log(_ run: String) throws -> [JSONValue] {
    try String(decoding: Files.read("\(folder)/\(run)/metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n").map { line in
        guard var object = try JSONValue(parsing: String(line)).object else { return .null }
        object["wall"] = nil
        return .object(object)
      }
  }

  private func expectSame(_ run: String, as other: String) throws {
    for name in ["model.safetensors", "config.json"] {
      #expect(
        try Files.read("\(folder)/\(run)/\(name)") == Files.read("\(folder)/\(other)/\(name)"),
        "\(name) differs")
    }
    #expect(try log(run) == log(other))
    #expect(
      FileSystem.names(in: "\(folder)/\(run)").sorted()
        == FileSystem.names(in: "\(folder)/\(other)").sorted())
  }

  @Test func `twenty kills change neither model nor log, and leave no file`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let epochs = 80
    #expect(try Tool.run(words("whole", epochs: epochs)).status == 0)
    for kill in 0..<20 {
      let process = try Tool.start(words("killed", epochs: epochs, resume: "auto"))
      // Where it is hit decides nothing.
      usleep(UInt32(20_000 + 9_000 * (kill % 7)))
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try Tool.run(words("killed", epochs: epochs, resume: "auto"))
    #expect(last.status == 0, "\(last.errors)")
    try expectSame("killed", as: "whole")
  }

  @Test func `what a killed write left is removed at the next start`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try Tool.run(words("whole", epochs: 3)).status == 0)
    #expect(try Tool.run(words("left", epochs: 3)).status == 0)
    for name in ["last.ckpt.safetensors.77.tmp", "metrics.jsonl.78.tmp"] {
      try Files.writeAtomically("torn", to: "\(folder)/left/\(name)")
    }
    try Files.writeAtomically("999999999\n", to: folder + "/left/run.lock")
    #expect(try Tool.run(words("left", epochs: 3, resume: "auto")).status == 0)
    try expectSame("left", as: "whole")
  }

  @Test(arguments: ["auto", "never"])
  func `of two processes in a folder the second ends with 73`(resume: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let epochs = 60
    #expect(try Tool.run(words("alone", epochs: epochs)).status == 0)
    let long = try Tool.start(words("shared", epochs: epochs * 10_000))
    let lock = folder + "/shared/run.lock"
    let checkpoint = folder + "/shared/last.ckpt.safetensors"
    while !(Files.exists(lock) && Files.exists(checkpoint)) && long.isRunning { usleep(1000) }
    let second = try Tool.run(words("shared", epochs: epochs, resume: resume))
    #expect(second.status == 73)
    #expect(
      second.errors.contains(
        "run.lock: the process \(long.processIdentifier) trains in this folder; wait until it ends, "
          + "or name another folder with --out"), "\(second.errors)")
    #expect(long.isRunning)
    long.terminate()
    long.waitUntilExit()
    #expect(long.terminationStatus == 75)
    #expect(!FileSystem.isTaken(lock) && !Files.exists(folder + "/shared/earlier-1"))
  }

  @Test(arguments: [SIGHUP, SIGTERM])
  func `a hang-up stops a training like a request to end, with a checkpoint`(
    signal: Int32
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let epochs = 60
    #expect(try Tool.run(words("whole", epochs: epochs)).status == 0)
    let process = try Tool.start(words("stopped", epochs: epochs))
    while !Files.exists(folder + "/stopped/last.ckpt.safetensors") && process.isRunning {
      usleep(200)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    // A training that was faster than the signal is done.
    #expect([0, 75].contains(process.terminationStatus))
    #expect(process.terminationReason == .exit)
    #expect(try Tool.run(words("stopped", epochs: epochs, resume: "auto")).status == 0)
    try expectSame("stopped", as: "whole")
  }
}

import Platform
import Foundation
import Testing

/// Locks, links and leftovers in folders that others may write to.
@Suite struct OwnershipTests {
  private func withFolder(_ work: (String) throws -> Void) throws {
    let folder = "/tmp/neural-ode-owner-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try work(folder)
  }

  @Test func `a lock names its process, and is gone with its value`() throws {
    try withFolder { folder in
      let path = folder + "/run.lock"
      var lock = try FileLock.take(path)
      #expect(lock != nil)
      #expect(try Files.read(path) == Array("\(SystemProcess.number)\n".utf8))
      // This process has it already.
      #expect(try FileLock.take(path) == nil)
      lock = nil
      #expect(!FileSystem.isTaken(path))
      // What a killed process left is taken over.
      try Files.writeAtomically("123456789\n", to: path)
      lock = try FileLock.take(path)
      #expect(try Files.read(path) == Array("\(SystemProcess.number)\n".utf8))
      _ = lock
    }
  }

  @Test func `a lock of another process is refused with its number`() throws {
    try withFolder { folder in
      let path = folder + "/run.lock"
      try Files.writeAtomically("4242\n", to: path)
      // The sleeping process has the locked descriptor from the shell.
      guard FileManager.default.isExecutableFile(atPath: "/usr/bin/flock") else { return }
      let other = Process()
      other.executableURL = URL(fileURLWithPath: "/bin/sh")
      other.arguments = [
        "-c", "exec 9<>'\(path)'; flock 9; echo > '\(folder)/held'; exec sleep 60",
      ]
      try other.run()
      while !Files.exists(folder + "/held") { usleep(1000) }
      let expected = FileError(
        path: path, operation: .write, reason: .locked(process: 4242))
      #expect(throws: expected) { try FileLock.take(path) }
      other.terminate()
      other.waitUntilExit()
    }
  }

  @Test func `no link is followed where links are refused`() throws {
    try withFolder { folder in
      try Files.writeAtomically("mine", to: folder + "/victim")
      for name in ["a", "b", "c"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(name)", withDestinationPath: "victim")
      }
      try Files.writeAtomically("new", to: folder + "/a", followsLinks: false)
      #expect(try Files.read(folder + "/a") == Array("new".utf8))
      let refused = FileError(path: folder + "/b", operation: .write, reason: .symbolicLink)
      #expect(throws: refused) { try Files.append("more", to: folder + "/b") }
      #expect(throws: FileError.self) { try FileLock.take(folder + "/c") }
      #expect(try Files.read(folder + "/victim") == Array("mine".utf8))
    }
  }

  @Test func `only temporary files of the given names are removed`() throws {
    try withFolder { folder in
      let names = ["config.json.17.tmp", "config.json.x.tmp", "data.csv.17.tmp", "config.json"]
      for name in names { try Files.writeAtomically("x", to: "\(folder)/\(name)") }
      Files.removeTemporaries(in: folder) { $0 == "config.json" }
      #expect(FileSystem.names(in: folder).sorted() == names.dropFirst().sorted())
    }
  }

  @Test func `a path is inside a folder through links too`() throws {
    try withFolder { folder in
      try Files.createDirectory(folder + "/run/deep")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: "run/deep")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/file", withDestinationPath: "run/model")
      for path in ["run/x", "run/deep/x", "link/x", "file", "run/../run/x"] {
        #expect(Files.isInside("\(folder)/\(path)", folder: folder + "/run"), "\(path)")
      }
      for path in ["x", "runs/x", "run/../x", "no/such"] {
        #expect(!Files.isInside("\(folder)/\(path)", folder: folder + "/run"), "\(path)")
      }
    }
  }
}

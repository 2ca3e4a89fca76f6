import Platform
import Testing

@Suite struct FilesTests {
  private func directory(_ name: String) throws -> String {
    let path = "/tmp/neural-ode-files-\(SystemProcess.number)/\(name)/below"
    try Files.createDirectory(path)
    return path
  }

  @Test func `bytes come back as written, and an old file is replaced whole`() throws {
    let path = try directory("round") + "/file"
    let long = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for bytes in [[], [1, 2, 3], long] {
      try Files.writeAtomically(bytes, to: path)
      #expect(try Files.read(path) == bytes)
    }
    try Files.append("end", to: path)
    #expect(try Files.read(path) == long + Array("end".utf8))
    try Files.remove(path)
    #expect(!Files.exists(path))
  }

  @Test func `failures name the path and the reason`() throws {
    let path = try directory("errors")
    #expect(throws: FileError(path: path + "/no", operation: .read, reason: .notFound)) {
      try Files.read(path + "/no")
    }
    #expect(throws: FileError(path: path, operation: .read, reason: .isDirectory)) {
      try Files.read(path)
    }
    #expect(throws: FileError(path: path, operation: .write, reason: .isDirectory)) {
      try Files.writeAtomically("x", to: path)
    }
    let orphan = path + "/missing/file"
    #expect(throws: FileError(path: orphan, operation: .write, reason: .notFound)) {
      try Files.writeAtomically("x", to: orphan)
    }
    try Files.writeAtomically("12345", to: path + "/five")
    #expect(
      throws: FileError(path: path + "/five", operation: .read, reason: .tooLarge(limit: 4))
    ) { try Files.read(path + "/five", limit: 4) }
    #expect(
      throws: FileError(path: path + "/five", operation: .createDirectory, reason: .notADirectory)
    ) { try Files.createDirectory(path + "/five/below") }
  }
}

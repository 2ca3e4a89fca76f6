import Platform
import Foundation
import Testing

/// Where results go.
@Suite struct OutputTests {
  private func withFolder(_ work: (String) throws -> Void) throws {
    let folder = "/tmp/neural-ode-output-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try work(folder)
  }

  @Test func `a symbolic link stays, and its target is written`() throws {
    try withFolder { folder in
      try Files.createDirectory(folder + "/below")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: "below/file")
      // At first the link leads to nothing.
      for text in ["one", "two"] {
        try Files.writeAtomically(text, to: folder + "/link")
        #expect(
          try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link")
            == "below/file")
        #expect(try Files.read(folder + "/below/file") == Array(text.utf8))
      }
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/circle", withDestinationPath: "circle")
      #expect(throws: FileError.self) { try Files.writeAtomically("x", to: folder + "/circle") }
    }
  }

  @Test func `bytes go through a pipe, which stays`() throws {
    try withFolder { folder in
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let reader = Process()
      reader.executableURL = URL(fileURLWithPath: "/bin/sh")
      reader.arguments = ["-c", "cat '\(pipe)' > '\(folder)/copy'"]
      try reader.run()
      try Files.writeAtomically("through", to: pipe)
      reader.waitUntilExit()
      #expect(try Files.read(folder + "/copy") == Array("through".utf8))
      #expect(FileSystem.kind(pipe) == .other)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      ["--version"], ["methods"], ["methods", "--json"], ["--help"], ["data", "--help"],
    ])
  func `results that cannot be written are status 73`(words: [String]) throws {
    let result = try Tool.run(words, output: "/dev/full")
    #expect(result.status == 73)
    #expect(
      result.errors
        == "error: standard output: no space is left on the device; free some space and run again\n"
    )
  }
}

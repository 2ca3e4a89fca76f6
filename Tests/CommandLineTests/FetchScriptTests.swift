import Platform
import Foundation
import Testing

/// `Scripts/fetch-fashion-mnist`, with programs that replace the package manager: no network is needed.
@Suite struct FetchScriptTests {
  private static let names = [
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
  ]
  private static let goodApt =
    "[ \"$1 $2\" = 'download dataset-fashion-mnist' ] && echo > \"$2\"_1_all.deb"
  private static let goodDpkg =
    "mkdir -p \"$3\"/usr/share/datasets/fashion-mnist\n"
    + names.map { "echo x | gzip > \"$3\"/usr/share/datasets/fashion-mnist/\($0)\n" }.joined()

  /// Runs the script where `apt-get` and `dpkg-deb` are these scripts; a file is there before.
  private func fetch(
    apt: String, dpkg: String, existing: String? = nil
  ) throws -> (status: Int32, files: [String]) {
    let folder = NSTemporaryDirectory() + "fetch-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.createDirectory(folder + "/bin")
    try Files.createDirectory(folder + "/data")
    if let existing { try Files.writeAtomically("mine", to: "\(folder)/data/\(existing)") }
    for (name, script) in [("apt-get", apt), ("dpkg-deb", dpkg)] {
      let path = "\(folder)/bin/\(name)"
      try Files.writeAtomically("#!/bin/sh\n" + script + "\n", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let root = #filePath.components(separatedBy: "/Tests/").dropLast().joined(separator: "/Tests/")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: root + "/Scripts/fetch-fashion-mnist")
    process.arguments = [folder + "/data"]
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = ["PATH": "\(folder)/bin:\(path)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/data").sorted()
    return (process.terminationStatus, files)
  }

  @Test func `files come from the package, and existing ones are kept`() throws {
    let all = try fetch(apt: Self.goodApt, dpkg: Self.goodDpkg)
    #expect(all.status == 0 && all.files == Self.names)
    let some = try fetch(
      apt: Self.goodApt, dpkg: Self.goodDpkg, existing: "t10k-images-idx3-ubyte")
    #expect(some.status == 0)
    #expect(some.files == ["t10k-images-idx3-ubyte"] + Self.names.dropFirst())
  }

  @Test(arguments: [
    ("exit 100", goodDpkg), (goodApt, "exit 2"), (goodApt, "exit 0"),
    (goodApt, goodDpkg + "echo x > \"$3\"/usr/share/datasets/fashion-mnist/\(names[2])"),
  ])
  func `a failure ends with 66 and leaves no part of a file`(apt: String, dpkg: String) throws {
    let result = try fetch(apt: apt, dpkg: dpkg)
    #expect(result.status == 66 && result.files.isEmpty)
  }
}

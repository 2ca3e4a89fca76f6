import Foundation
import NumericCore
import Testing

/// `data --fetch`, with programs that stand in for the package manager: no network is needed.
@Suite(.serialized) struct FetchTests {
  private let folder = "/tmp/neural-ode-fetch-\(UUID().uuidString)"

  private static let names = [
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
  ]
  private static let byHand =
    "get the Debian package dataset-fashion-mnist by other means, unpack it, and put "
    + names.joined(separator: ", ") + " into data"

  /// An IDX file of one label.
  private static let content = "printf '\\000\\000\\010\\001\\000\\000\\000\\001\\003'"

  /// Runs the fetch where `apt-get` and `dpkg-deb` are these scripts; nil: there is none.
  private func fetch(apt: String?, dpkg: String?) throws -> Tool.Result {
    let programs = folder + "/bin"
    try Files.createDirectory(programs)
    try FileManager.default.createSymbolicLink(
      atPath: programs + "/rm", withDestinationPath: "/bin/rm")
    try FileManager.default.createSymbolicLink(
      atPath: programs + "/mkdir", withDestinationPath: "/bin/mkdir")
    for (name, script) in [("apt-get", apt), ("dpkg-deb", dpkg)] {
      guard let script else { continue }
      try Files.writeAtomically("#!/bin/sh\n" + script + "\n", to: "\(programs)/\(name)")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: "\(programs)/\(name)")
    }
    var result = try Tool.run(
      ["data", "--fetch", "fashion-mnist", "--into", folder + "/data"],
      environment: ["PATH": programs])
    for key in [\Tool.Result.errors, \.output] {
      result[keyPath: key] = result[keyPath: key].replacingOccurrences(of: folder + "/", with: "")
    }
    return result
  }

  private static let goodApt =
    "[ \"$1 $2\" = 'download dataset-fashion-mnist' ] && echo > \"$2\"_1_all.deb"
  private static let goodDpkg =
    "[ \"$1 $2 $3\" = '-x ./dataset-fashion-mnist_1_all.deb .' ] || exit 1\n"
    + "mkdir -p usr/share/datasets/fashion-mnist && cd usr/share/datasets/fashion-mnist\n"
    + names.map { "\(content) > \($0)\n" }.joined()

  @Test func `files come from the package, and those that are there stay`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Files.createDirectory(folder + "/data")
    // One of the four was unpacked by hand.
    try Files.writeAtomically("mine", to: folder + "/data/t10k-images-idx3-ubyte")
    let result = try fetch(apt: Self.goodApt, dpkg: Self.goodDpkg)
    #expect(result.status == 0)
    #expect(result.output.contains("data/t10k-images-idx3-ubyte.gz was there and is kept\n"))
    #expect(result.output.contains("MIT licence"))
    let found = try FileManager.default.contentsOfDirectory(atPath: folder + "/data").sorted()
    #expect(
      found == [
        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
      ])
    #expect(try Files.read(folder + "/data/t10k-labels-idx1-ubyte.gz").count == 9)

    // All are there: no program is needed.
    try FileManager.default.removeItem(atPath: folder + "/bin")
    let again = try fetch(apt: nil, dpkg: nil)
    #expect(again.status == 0)
    #expect(again.output.components(separatedBy: "was there and is kept").count == 5)
  }

  @Test(
    arguments: [
      (nil, nil, 66, "there is no apt-get on this system; \(byHand)"),
      (goodApt, nil, 66, "there is no dpkg-deb on this system; \(byHand)"),
      (
        "echo 'E: Unable to locate package dataset-fashion-mnist' >&2; exit 100", goodDpkg, 66,
        "the package manager does not know dataset-fashion-mnist; run `apt-get update` and try again, or \(byHand)"
      ),
      (
        "echo \"E: Failed to fetch x  Temporary failure resolving 'y'\" >&2; exit 100", goodDpkg,
        66,
        "dataset-fashion-mnist could not be downloaded; check the network and try again, or \(byHand)"
      ),
      (
        "echo \"E: You don't have enough free space in .\" >&2; exit 100", goodDpkg, 73,
        "data: no space is left on the device; free 100 MB and try again"
      ),
      (
        goodApt, "echo 'tar: x: Cannot write: No space left on device' >&2; exit 2", 73,
        "data: no space is left on the device; free 100 MB and try again"
      ),
      (
        goodApt, "echo 'dpkg-deb: error: no Debian archive' >&2; exit 2", 66,
        "dataset-fashion-mnist did not come (dpkg-deb: error: no Debian archive); try `apt-get download "
          + "dataset-fashion-mnist`, or \(byHand)"
      ),
      (
        goodApt, "exit 0", 66,
        "the package dataset-fashion-mnist has no train-images-idx3-ubyte.gz; \(byHand)"
      ),
      (
        goodApt, goodDpkg + "echo > train-labels-idx1-ubyte.gz", 65,
        "data/.fetch/usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz: is not an IDX file of unsigned bytes; "
          + "download it again or convert it"
      ),
    ] as [(String?, String?, Int32, String)])
  func `what hinders is one line with a remedy, and leaves nothing half done`(
    apt: String?, dpkg: String?, status: Int32, line: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try fetch(apt: apt, dpkg: dpkg)
    #expect(result.status == status && result.output.isEmpty)
    #expect(result.errorLines.last.map(String.init) == "error: " + line)
    #expect(!Files.exists(folder + "/data/.fetch"))
    for name in Self.names.dropFirst() { #expect(!Files.exists("\(folder)/data/\(name)")) }
  }

  @Test func `what does not go together is refused`() throws {
    #expect(try Tool.run("data", "--into", "x").status == 64)
    #expect(try Tool.run("data", "co2.csv", "--fetch", "fashion-mnist").status == 64)
    #expect(try Tool.run("data", "--fetch", "mnist").status == 64)
  }
}

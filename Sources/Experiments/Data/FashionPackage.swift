import NumericCore

/// Fashion-MNIST from its Debian package: 70,000 grey pictures of 28 × 28 pixels in ten classes.
///
/// The pictures are by Zalando, under the MIT licence (Xiao, Rasul and Vollgraf 2017). The package manager downloads and
/// checks the package; nothing is installed.
package struct FashionPackage: Sendable {
  package static let name = "dataset-fashion-mnist"
  package static let licence = "MIT licence, © Zalando SE"
  package static let fileNames = [
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
  ]

  /// Where the files go.
  package let folder: String

  package init(into folder: String) { self.folder = folder }

  /// Fetches what is not there yet; files that are there stay as they are.
  ///
  /// - Returns: the names of the files that came.
  package func fetch() throws -> [String] {
    let missing = Self.fileNames.filter { !isThere($0) }
    if missing.isEmpty { return [] }
    for tool in ["apt-get", "dpkg-deb"] {
      if try run("command -v \"$1\" >/dev/null", tool).status != 0 {
        throw FetchError(package: self, .noTool(tool))
      }
    }
    try Files.createDirectory(folder)
    let work = folder + "/.fetch"
    func clear() throws { _ = try run("rm -rf \"$1\"", work) }
    try clear()
    try Files.createDirectory(work)
    do {
      try download(into: work)
      for file in missing { try place(file, from: work) }
    } catch {
      try clear()
      throw error
    }
    try clear()
    return missing
  }

  /// A file that was unpacked by hand counts.
  private func isThere(_ name: String) -> Bool {
    Files.exists("\(folder)/\(name)") || Files.exists("\(folder)/\(name.dropLast(3))")
  }

  private func download(into work: String) throws {
    let fetched = try run("cd \"$1\" && LC_ALL=C exec apt-get download \"$2\"", work, Self.name)
    if fetched.status != 0 { throw FetchError(package: self, .init(apt: fetched.output)) }
    let unpacked = try run(
      "cd \"$1\" && LC_ALL=C exec dpkg-deb -x ./\"$2\"_*.deb .", work, Self.name)
    if unpacked.status != 0 { throw FetchError(package: self, .init(dpkg: unpacked.output)) }
  }

  /// A file takes its place when it has been read to its end.
  private func place(_ name: String, from work: String) throws {
    let path = "\(work)/usr/share/datasets/fashion-mnist/\(name)"
    guard Files.exists(path) else { throw FetchError(package: self, .lacks(name)) }
    _ = try IDXFile(path: path)
    try Files.move(path, to: "\(folder)/\(name)")
  }

  private func run(_ script: String, _ words: String...) throws -> (status: Int32, output: String) {
    do throws(FileError.Reason) {
      return try ProcessCalls.run("/bin/sh", ["-c", script, "sh"] + words)
    } catch {
      throw FileError(path: "/bin/sh", operation: .read, reason: error)
    }
  }
}

/// Why a package did not come.
package struct FetchError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// A program of the package manager that is not on this system.
    case noTool(String)
    /// The package manager does not know the package.
    case unknownPackage
    case noNetwork
    case deviceFull
    /// A file that should be in the package.
    case lacks(String)
    /// Anything else, in the package manager's words.
    case other(String)
  }

  package let packageName: String
  package let folder: String
  package let fileNames: [String]
  package let reason: Reason

  init(package: FashionPackage, _ reason: Reason) {
    packageName = FashionPackage.name
    folder = package.folder
    fileNames = FashionPackage.fileNames
    self.reason = reason
  }
}

extension FetchError.Reason {
  private static let signs: [(words: [String], reason: FetchError.Reason)] = [
    (["No space left", "enough free space", "Disk quota"], .deviceFull),
    (["Unable to locate package", "No candidate", "Can't find a source"], .unknownPackage),
    (
      [
        "resolv", "Could not connect", "Unable to connect", "Cannot initiate", "Failed to fetch",
        "unreachable", "timed out",
      ], .noNetwork
    ),
  ]

  /// What `apt-get` means by its words.
  init(apt output: String) {
    let sign = Self.signs.first { sign in sign.words.contains { output.contains($0) } }
    self = sign?.reason ?? .other(Self.lastLine(of: output))
  }

  /// What `dpkg-deb` means by its words.
  init(dpkg output: String) {
    let isFull = Self.signs[0].words.contains { output.contains($0) }
    self = isFull ? .deviceFull : .other(Self.lastLine(of: output))
  }

  private static func lastLine(of output: String) -> String {
    output.split(separator: "\n").last.map(String.init) ?? "no word of why"
  }
}

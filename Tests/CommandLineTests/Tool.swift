import Foundation

/// The built tool, run as a user runs it.
enum Tool {
  struct Result {
    var status: Int32
    var output: String
    var errors: String

    /// The lines of standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
  }

  struct NotBuilt: Error {
    var path: String
  }

  /// The folder of products: where the test bundle lies.
  private static var products: URL {
    let bundle =
      CommandLine.arguments.lazy
      .compactMap { argument -> URL? in
        guard let range = argument.range(of: ".xctest") else { return nil }
        return URL(fileURLWithPath: String(argument[..<range.upperBound]))
      }.first ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return bundle.deletingLastPathComponent()
  }

  static func run(_ words: String...) throws -> Result { try run(words) }

  /// Runs the tool in a folder with these files; their names in the words and in the results are short ones.
  static func run(_ words: [String], on files: [String: String]) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("neural-ode-files-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    var result = try run(words.map { files[$0] == nil ? $0 : "\(folder)/\($0)" })
    result.output = result.output.replacingOccurrences(of: folder + "/", with: "")
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  /// Starts the tool; what it says is lost.
  static func start(_ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = products.appendingPathComponent("neural-ode")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs the tool, or another program of the package; `environment` adds to that of the tests, `output` is a file or device for standard output, `from` the
  /// folder in which it is run, and `limit` what the shell's `ulimit` is called with.
  static func run(
    _ words: [String], environment: [String: String] = [:], output: String? = nil,
    from place: String? = nil, limit: String? = nil, program: String = "neural-ode"
  ) throws -> Result {
    let path = products.appendingPathComponent(program)
    guard FileManager.default.isExecutableFile(atPath: path.path) else {
      throw NotBuilt(path: path.path)
    }
    // Files, not pipes: a full pipe nobody reads would stop the tool.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("neural-ode-tool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["out", "err"].map { folder.appendingPathComponent($0) }
    for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }

    let process = Process()
    process.executableURL = path
    process.arguments = words
    if let limit {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      let script = "ulimit \(limit) && exec \"$0\" \"$@\""
      process.arguments = ["-c", script, path.path] + words
    }
    if let place { process.currentDirectoryURL = URL(fileURLWithPath: place) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = try FileHandle(
      forWritingTo: output.map { URL(fileURLWithPath: $0) } ?? files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}

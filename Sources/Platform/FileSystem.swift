#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// System calls on paths.
package enum FileSystem {
  package static func rename(_ old: String, to new: String) throws(FileError.Reason) {
    #if canImport(Glibc)
      let result = Glibc.rename(old, new)
    #elseif canImport(Musl)
      let result = Musl.rename(old, new)
    #else
      let result = Darwin.rename(old, new)
    #endif
    if result != 0 { throw FileError.Reason(code: errno) }
  }

  package static func remove(_ path: String) throws(FileError.Reason) {
    if unlink(path) != 0 { throw FileError.Reason(code: errno) }
  }

  /// Waits until the names in a directory are on the device; a file system without this operation
  /// is not an error.
  package static func synchronizeDirectory(_ path: String) {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    if number < 0 { return }
    _ = fsync(number)
    FileDescriptor(number: number).close()
  }

  /// The names in a directory, without `.` and `..`, in no particular order; empty if it cannot be
  /// read.
  package static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The path without symbolic links, `.` and `..`; `nil` if nothing exists there.
  package static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  package static func makeDirectory(_ path: String) throws(FileError.Reason) {
    if mkdir(path, 0o755) != 0 { throw FileError.Reason(code: errno) }
  }

  /// Whether the path is a directory; `nil` if nothing exists there.
  package static func isDirectory(_ path: String) -> Bool? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT == S_IFDIR : nil
  }

  /// Whether two paths lead to the same existing file.
  package static func isSame(_ path: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(path, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  /// Whether something exists at a path; a dangling symbolic link counts.
  package static func isTaken(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The kind of file at the end of a path.
  package enum Kind {
    case regular, directory
    /// A device, a pipe or a socket.
    case other
  }

  /// The kind of file at a path, links followed; `nil` if nothing exists there.
  package static func kind(_ path: String) -> Kind? {
    var status = stat()
    if stat(path, &status) != 0 { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .regular
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// The target of a symbolic link, whether or not it exists; any other path unchanged.
  package static func followingLinks(_ path: String) throws(FileError.Reason) -> String {
    var path = path
    // Linux follows as many links.
    for _ in 0...40 {
      var characters = [CChar](repeating: 0, count: 4096)
      let count = readlink(path, &characters, characters.count)
      if count < 0 { return path }
      let target = String(
        decoding: characters[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if let slash = path.lastIndex(of: "/"), !target.hasPrefix("/") {
        path = path[...slash] + target
      } else {
        path = target
      }
    }
    throw FileError.Reason(code: ELOOP)
  }
}

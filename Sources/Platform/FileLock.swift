/// An advisory lock on a file, from its making to the end of its life or of the process.
///
/// The file holds the number of the process and is removed with the lock. A process that is killed leaves the file but not the
/// lock, so the next one takes it over.
package final class FileLock: Sendable {
  private let file: FileDescriptor
  private let path: String

  /// Locks a file, which is made if it is not there; nil: this very process has locked it already.
  ///
  /// - Throws: `locked` with the number of the process that has the lock.
  package static func take(_ path: String) throws(FileError) -> FileLock? {
    do throws(FileError.Reason) {
      while true {
        let file = try FileDescriptor(opening: path, .lock)
        guard file.lock() else {
          defer { file.close() }
          let owner = file.number
          if owner == SystemProcess.number { return nil }
          throw .locked(process: owner)
        }
        // The owner before may have removed the file between its opening and its locking.
        guard file.isFile(at: path) else {
          file.close()
          continue
        }
        try file.truncate(to: 0)
        try file.write(Array("\(SystemProcess.number)\n".utf8))
        return FileLock(file, path)
      }
    } catch {
      throw FileError(path: path, operation: .write, reason: error)
    }
  }

  private init(_ file: FileDescriptor, _ path: String) {
    self.file = file
    self.path = path
  }

  deinit {
    // Removed while it is locked: nobody else can have taken it over.
    try? FileSystem.remove(path)
    file.close()
  }
}

extension FileDescriptor {
  /// The whole number at the beginning of the file.
  fileprivate var number: Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = bytes.withUnsafeMutableBytes { (try? read(into: $0)) ?? 0 }
    return Int(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }
}

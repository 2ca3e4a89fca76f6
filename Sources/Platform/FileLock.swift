/// An advisory lock on a file.
///
/// It is released when the value is destroyed or the process ends. The file contains the process
/// number and is removed with the lock. A killed process leaves the file but not the lock, so the
/// next process can take it.
package final class FileLock: Sendable {
  private let file: FileDescriptor
  private let path: String

  /// Locks a file and creates it if it does not exist; `nil` if this process holds the lock
  /// already.
  ///
  /// - Throws: `locked` with the number of the process that holds the lock.
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
        // The previous owner may have removed the file between opening and locking.
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
    // The file is removed while it is locked, so no other process can have taken the lock.
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

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file: wrappers of the system calls on file descriptors.
package struct FileDescriptor: Sendable {
  package enum Mode {
    case read
    /// A new file; an existing one is an error.
    case create
    /// Appends to the end and creates the file if it does not exist. A symbolic link is an error.
    case append
    /// A file to lock, created if it does not exist. A symbolic link is an error.
    case lock
    /// An existing device or pipe.
    case existing
    /// A new file that only its owner can read and write.
    case scratch
  }

  package static let standardOutput = FileDescriptor(number: 1)
  package static let standardError = FileDescriptor(number: 2)

  private let number: Int32

  init(number: Int32) { self.number = number }

  package init(opening path: String, _ mode: Mode) throws(FileError.Reason) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .create: O_WRONLY | O_CREAT | O_EXCL
      case .append: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW
      case .lock: O_RDWR | O_CREAT | O_NOFOLLOW
      case .existing: O_WRONLY
      case .scratch: O_RDWR | O_CREAT | O_EXCL
      }
    number = open(path, flags | O_CLOEXEC, mode == .scratch ? 0o600 : 0o644)
    if number < 0 { throw FileError.Reason(code: errno) }
  }

  /// Fills the buffer from the current position and returns the number of bytes; 0 at the end of
  /// the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError.Reason) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(number, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(number, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(number, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { throw FileError.Reason(code: errno) }
    }
  }

  /// Writes all bytes.
  package func write(_ buffer: UnsafeRawBufferPointer) throws(FileError.Reason) {
    var rest = buffer[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Glibc)
        let count = Glibc.write(number, part.baseAddress, part.count)
      #elseif canImport(Musl)
        let count = Musl.write(number, part.baseAddress, part.count)
      #else
        let count = Darwin.write(number, part.baseAddress, part.count)
      #endif
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw FileError.Reason(code: errno)
      }
    }
  }

  package func write(_ bytes: [UInt8]) throws(FileError.Reason) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError.Reason) in try write(buffer) }
    }
    try result.get()
  }

  /// Fills the buffer from an offset in the file; safe to call from several threads.
  ///
  /// - Throws: `system` with an input error if the file ends before the buffer is full.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError.Reason) {
    var done = 0
    while done < buffer.count {
      let count = pread(
        number, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw FileError.Reason(code: count == 0 ? EIO : errno)
      }
    }
  }

  /// The size of the file in bytes, and whether it is a directory.
  package func status() throws(FileError.Reason) -> (size: Int, isDirectory: Bool) {
    var status = stat()
    if fstat(number, &status) != 0 { throw FileError.Reason(code: errno) }
    return (Int(status.st_size), status.st_mode & S_IFMT == S_IFDIR)
  }

  /// Waits until the written bytes are on the device; a device without this operation is not an
  /// error.
  package func synchronize() throws(FileError.Reason) {
    if fsync(number) != 0 && errno != EINVAL && errno != EROFS {
      throw FileError.Reason(code: errno)
    }
  }

  /// Takes the advisory lock of the file; false if another process holds it.
  ///
  /// The kernel releases the lock when the last descriptor of this opening is closed. A file system
  /// without locks counts as locked by this process.
  package func lock() -> Bool {
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { return true }
    }
    return true
  }

  /// Whether a path leads to this file.
  package func isFile(at path: String) -> Bool {
    var (own, other) = (stat(), stat())
    return fstat(number, &own) == 0 && lstat(path, &other) == 0 && own.st_dev == other.st_dev
      && own.st_ino == other.st_ino
  }

  /// Sets the size of the file in bytes and moves the position to its end.
  package func truncate(to size: Int) throws(FileError.Reason) {
    if ftruncate(number, off_t(size)) != 0 || lseek(number, off_t(size), SEEK_SET) < 0 {
      throw FileError.Reason(code: errno)
    }
  }

  package func close() {
    #if canImport(Glibc)
      _ = Glibc.close(number)
    #elseif canImport(Musl)
      _ = Musl.close(number)
    #else
      _ = Darwin.close(number)
    #endif
  }

  package var isStandardOutput: Bool { number == 1 }
  package var isTerminal: Bool { isatty(number) == 1 }
}

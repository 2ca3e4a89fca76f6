internal import NumericCore

/// A nameless file for numbers that are too many for memory; it is gone with the last series that reads it.
///
/// It lies where `TMPDIR` says, or in `/tmp`.
final class ScratchFile: Sendable {
  private let file: FileDescriptor

  /// Nil where no such file can be made.
  init?() {
    guard let file = Files.scratch() else { return nil }
    self.file = file
  }

  deinit { file.close() }

  fileprivate func append(_ numbers: [Double]) throws(FileError.Reason) {
    let result = numbers.withUnsafeBytes { bytes in
      Result { () throws(FileError.Reason) in try file.write(bytes) }
    }
    try result.get()
  }

  /// So many numbers from a place on.
  func numbers(_ count: Int, from place: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      let size = MemoryLayout<Double>.stride
      let bytes = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: count * size)
      do throws(FileError.Reason) {
        try file.read(into: bytes, at: place * size)
      } catch {
        // What was written cannot be read again: the device is broken.
        preconditionFailure("the file of temporary numbers cannot be read: \(error)")
      }
      initialized = count
    }
  }
}

/// The scratch file of a reader, made when it is needed.
struct ScratchSpace {
  private var file: ScratchFile?
  private var count = 0
  private var isFull = false

  init() {}

  /// Whether anything lies in the file.
  var isUsed: Bool { count > 0 }

  /// Puts numbers into the file; nil where there is no room for them, and from then on.
  mutating func append(_ numbers: [Double]) -> (file: ScratchFile, place: Int)? {
    if isFull { return nil }
    file = file ?? ScratchFile()
    do {
      guard let file else { throw FileError.Reason.permissionDenied }
      try file.append(numbers)
      count += numbers.count
      return (file, count - numbers.count)
    } catch {
      isFull = true
      return nil
    }
  }
}

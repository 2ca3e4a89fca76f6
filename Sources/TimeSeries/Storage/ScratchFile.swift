import Platform

/// A nameless file for numbers that are too many for memory; it is gone with the last series that reads it.
///
/// It lies where `TMPDIR` says, or in `/tmp`.
final class ScratchFile: Sendable {
  private let file: FileDescriptor

  init() throws(FileError.Reason) { file = try Files.scratch() }

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
  /// Why there is no room any more.
  private(set) var failure: FileError.Reason?

  /// Whether anything lies in the file.
  var isUsed: Bool { count > 0 }

  /// Puts numbers into the file; nil where there is no room for them, and from then on.
  mutating func append(_ numbers: [Double]) -> (file: ScratchFile, place: Int)? {
    if failure != nil { return nil }
    do throws(FileError.Reason) {
      let target = if let file { file } else { try ScratchFile() }
      file = target
      try target.append(numbers)
      count += numbers.count
      return (target, count - numbers.count)
    } catch {
      failure = error
      return nil
    }
  }
}

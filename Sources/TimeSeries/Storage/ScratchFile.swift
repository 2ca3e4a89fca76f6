import Platform

/// An unnamed file for numbers that do not fit into memory; it disappears with the last series that
/// reads it.
///
/// It is in the folder of `TMPDIR`, or in `/tmp`.
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

  /// Reads numbers from an offset on.
  func numbers(_ count: Int, from place: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      let size = MemoryLayout<Double>.stride
      let bytes = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: count * size)
      do throws(FileError.Reason) {
        try file.read(into: bytes, at: place * size)
      } catch {
        // Written numbers cannot be read: the device is broken.
        preconditionFailure("the file of temporary numbers cannot be read: \(error)")
      }
      initialized = count
    }
  }
}

/// The scratch file of a reader, created when it is needed.
struct ScratchSpace {
  private var file: ScratchFile?
  private var count = 0
  /// Why no space is left.
  private(set) var failure: FileError.Reason?

  /// Whether the file contains numbers.
  var isUsed: Bool { count > 0 }

  /// Writes numbers to the file; `nil` if there is no space, then and in all later calls.
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

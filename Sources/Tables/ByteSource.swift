import Platform

/// Bytes read in pieces from a file or from memory, decompressed if they are gzip.
package final class ByteSource {
  /// The file's path or the bundled file's name, for error messages.
  package let name: String
  private var input: Input
  private var inflater: Inflater?
  private var isFirst = true

  private enum Input {
    case file(FileDescriptor, UnsafeMutableRawBufferPointer)
    case memory([UInt8])
    case finished
  }

  /// Opens a file.
  package init(path: String) throws(DataError) {
    name = path
    do throws(FileError.Reason) {
      let file = try FileDescriptor(opening: path, .read)
      input = .file(file, .allocate(byteCount: 1 << 16, alignment: 16))
      if try file.status().isDirectory { throw .isDirectory }
    } catch {
      throw DataError(source: path, .unreadable(error))
    }
  }

  /// Bytes in memory.
  package init(name: String, bytes: [UInt8]) {
    self.name = name
    input = .memory(bytes)
  }

  deinit { close() }

  /// Appends the next piece to `bytes`; false at the end.
  package func read(into bytes: inout [UInt8]) throws(DataError) -> Bool {
    switch input {
    case .finished: return false
    case .memory(let memory):
      input = .finished
      try memory.withUnsafeBufferPointer { (piece) throws(DataError) in
        try take(UnsafeRawBufferPointer(piece), into: &bytes)
      }
    case .file(let file, let buffer):
      let count: Int
      do throws(FileError.Reason) {
        count = try file.read(into: buffer)
      } catch {
        throw DataError(source: name, .unreadable(error))
      }
      if count > 0 {
        try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: &bytes)
        return true
      }
      close()
    }
    if let inflater, !inflater.isAtEnd { throw DataError(source: name, .truncatedGzip) }
    return true
  }

  private func take(
    _ piece: UnsafeRawBufferPointer, into bytes: inout [UInt8]
  ) throws(DataError) {
    if isFirst, isGzip(piece) { inflater = Inflater() }
    isFirst = false
    guard let inflater else {
      bytes.append(contentsOf: piece)
      return
    }
    do throws(Inflater.Failure) {
      try inflater.inflate(piece, into: &bytes)
    } catch {
      throw DataError(source: name, .corruptGzip)
    }
  }

  private func close() {
    if case .file(let file, let buffer) = input {
      file.close()
      buffer.deallocate()
    }
    input = .finished
  }
}

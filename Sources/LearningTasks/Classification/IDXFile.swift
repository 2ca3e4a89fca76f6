import Platform
package import Tables

/// An array of bytes in the IDX format of the MNIST family, plain or gzip.
///
/// Layout: two zero bytes, the type (8 for unsigned bytes), the number of axes, each axis' size as
/// 4 big-endian bytes, then the elements, row-major.
package struct IDXFile: Sendable {
  package let source: String
  package let shape: [Int]
  package let bytes: [UInt8]

  /// Reads a file.
  package init(path: String) throws(DataError) {
    try self.init(ByteSource(path: path))
  }

  /// Reads bytes in memory.
  package init(name: String, bytes: [UInt8]) throws(DataError) {
    try self.init(ByteSource(name: name, bytes: bytes))
  }

  init(_ file: ByteSource) throws(DataError) {
    var content: [UInt8] = []
    let limit = SystemProcess.availableMemory / 2
    while try file.read(into: &content) {
      // A small gzip file may decompress to any size.
      if content.count > limit {
        throw DataError(
          source: file.name, .images(.imagesTooLarge(bytes: content.count, limit: limit)))
      }
    }
    if content.isEmpty { throw DataError(source: file.name, .empty) }
    guard content.count >= 4, content[0] == 0, content[1] == 0, content[2] == 8,
      (1...4).contains(content[3])
    else { throw DataError(source: file.name, .images(.notIDX)) }
    let rank = Int(content[3])
    let start = 4 + 4 * rank
    guard content.count >= start else {
      throw DataError(
        source: file.name, .images(.imagesCutShort(found: content.count, expected: start)))
    }
    shape = (0..<rank).map { axis in
      content[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    // A damaged header may announce more bytes than an integer holds, even with an axis of size 0.
    let isCountable = shape.reduce(1.0) { $0 * Double(max($1, 1)) } < 0x1p62
    let expected = isCountable ? shape.reduce(1, *) + start : .max
    guard content.count == expected else {
      throw DataError(
        source: file.name, .images(.imagesCutShort(found: content.count, expected: expected)))
    }
    source = file.name
    bytes = Array(content[start...])
  }
}

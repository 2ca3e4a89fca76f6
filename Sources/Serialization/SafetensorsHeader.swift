import Platform

/// The validated header of a safetensors file.
struct SafetensorsHeader {
  var metadata: [String: String] = [:]
  var entries: [SafetensorsFile.Entry] = []
  let dataStart: Int

  /// Reads the header of a file without the tensors' bytes.
  init(path: String) throws(SafetensorsError) {
    func start(_ count: Int) throws(SafetensorsError) -> (bytes: [UInt8], fileSize: Int) {
      do {
        return try Files.readStart(path, count: count)
      } catch {
        throw .file(error)
      }
    }
    var file = try start(1 << 16)
    let end = try Self.end(file.bytes)
    if end > file.bytes.count { file = try start(end) }
    try self.init(file.bytes, fileSize: file.fileSize)
  }

  /// The offset of the end of the header.
  private static func end(_ bytes: [UInt8]) throws(SafetensorsError) -> Int {
    guard bytes.count >= 8 else { throw .truncatedHeader(byteCount: bytes.count) }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(SafetensorsFile.headerLimit) else {
      throw .headerTooLong(byteCount: length, limit: SafetensorsFile.headerLimit)
    }
    return 8 + Int(length)
  }

  /// - Parameters:
  ///   - bytes: the file, or its start up to the end of the header.
  ///   - fileSize: the size of the whole file.
  init(_ bytes: [UInt8], fileSize: Int) throws(SafetensorsError) {
    dataStart = try Self.end(bytes)
    guard bytes.count >= dataStart else { throw .truncatedHeader(byteCount: bytes.count) }
    guard dataStart > 8, bytes[8] == UInt8(ascii: "{") else { throw .headerIsNoObject }
    let header: JSONValue
    do {
      header = try JSONValue(parsing: Array(bytes[8..<dataStart]))
    } catch {
      throw .header(error)
    }
    guard let members = header.object?.members else { throw .headerIsNoObject }
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = try Self.metadata(value)
      } else {
        entries.append(try Self.entry(name, value))
      }
    }
    try sortAndCheckLayout(dataCount: fileSize - dataStart)
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
    guard let members = value.object?.members else { throw .badMetadata(key: "") }
    var metadata: [String: String] = [:]
    for (key, value) in members {
      guard let text = value.string else { throw .badMetadata(key: key) }
      metadata[key] = text
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: JSONValue
  ) throws(SafetensorsError) -> SafetensorsFile.Entry {
    guard let object = value.object else { throw .badEntry(name: name, part: "value") }
    for key in object.keys where !["dtype", "shape", "data_offsets"].contains(key) {
      throw .badEntry(name: name, part: key)
    }
    guard let typeName = object["dtype"]?.string else { throw .badEntry(name: name, part: "dtype") }
    guard let type = SafetensorsFile.DataType(rawValue: typeName) else {
      throw .unsupportedType(name: name, type: typeName)
    }
    guard let shape = sizes(object["shape"]) else { throw .badEntry(name: name, part: "shape") }
    guard let offsets = sizes(object["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1]
    else { throw .badEntry(name: name, part: "data_offsets") }
    var byteCount = type.byteCount
    for size in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      if overflow { throw .badEntry(name: name, part: "shape") }
      byteCount = product
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw .sizeMismatch(name: name, expected: byteCount, found: offsets[1] - offsets[0])
    }
    return .init(name: name, dataType: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// Non-negative whole numbers.
  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard let array = value?.array else { return nil }
    let sizes = array.compactMap(\.integer).filter { $0 >= 0 }
    return sizes.count == array.count ? sizes : nil
  }

  /// Checks that the tensors follow each other from byte 0 to the end of the file.
  private mutating func sortAndCheckLayout(dataCount: Int) throws(SafetensorsError) {
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .badLayout(name: entry.name, expectedStart: end, start: entry.range.lowerBound)
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else { throw .badEnd(expected: end, found: dataCount) }
  }
}

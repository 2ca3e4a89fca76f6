public import Platform

extension SafetensorsFile {
  /// One array to write.
  public struct Item: Sendable {
    /// The name; no two items of a file share it, and none is `__metadata__`.
    public var name: String
    /// The size of each axis; its product is the number of values.
    public var shape: [Int]
    /// The numbers, row-major.
    public var values: Values

    /// Names an array.
    public init(name: String, shape: [Int], values: Values) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The bytes of a file of these arrays; 64-bit ones come first, so that all of them are aligned.
  ///
  /// - Precondition: names differ, and none is `__metadata__`.
  public static func bytes(_ items: [Item], metadata: [String: String] = [:]) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var object = JSONObject()
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
      header["__metadata__"] = .object(object)
    }
    var data: [UInt8] = []
    for item in items.filter(\.values.isDouble) + items.filter({ !$0.values.isDouble }) {
      precondition(
        header[item.name] == nil && item.name != "__metadata__",
        "two tensors have the name \(item.name), or it is reserved")
      let start = data.count
      item.values.append(to: &data)
      let type = item.values.isDouble ? DataType.float64 : .float32
      header[item.name] = [
        "dtype": .string(type.rawValue),
        "shape": JSONValue(item.shape.map(Double.init)),
        "data_offsets": [JSONValue(start), JSONValue(data.count)],
      ]
    }
    var text = Array(JSONValue.object(header).description.utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (8 * UInt64($0))) }
    return length + text + data
  }

  /// Writes a file atomically; a symbolic link at the path is replaced and not followed.
  public static func write(
    _ items: [Item], metadata: [String: String] = [:], to path: String
  ) throws(FileError) {
    try Files.writeAtomically(bytes(items, metadata: metadata), to: path, followsLinks: false)
  }
}

extension SafetensorsFile.Values {
  fileprivate var isDouble: Bool {
    switch self {
    case .float32: false
    case .float64: true
    }
  }

  fileprivate func append(to bytes: inout [UInt8]) {
    #if _endian(little)
      switch self {
      case .float32(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .float64(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
    #else
      #error("numbers are written in the byte order of memory, which must be little-endian")
    #endif
  }

  /// Whether every number is finite.
  public var areFinite: Bool {
    switch self {
    case .float32(let values): values.allSatisfy(\.isFinite)
    case .float64(let values): values.allSatisfy(\.isFinite)
    }
  }
}

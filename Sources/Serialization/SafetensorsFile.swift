import Platform

/// A file of named arrays of numbers and text (safetensors), validated before any of it is used.
///
/// Layout: the header's length as eight little-endian bytes, a JSON header, then the tensors' bytes, row-major and
/// little-endian, one after the other without gaps.
public struct SafetensorsFile: Sendable {
  /// The scalar types of the format that can be read.
  public enum DataType: String, Hashable, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// Bytes of one element.
    public var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8: 1
      case .int16, .uint16, .float16, .bfloat16: 2
      case .int32, .uint32, .float32: 4
      case .float64, .int64, .uint64: 8
      }
    }
  }

  /// The numbers of one array, row-major.
  public enum Values: Hashable, Sendable {
    case float32([Float])
    case float64([Double])
  }

  /// Name, type and shape of one array of the file.
  public struct Entry: Hashable, Sendable {
    /// The name of the array.
    public let name: String
    /// The scalar type in the file.
    public let dataType: DataType
    /// The size of each axis.
    public let shape: [Int]
    /// The bytes of the array, counted from the end of the header.
    let range: Range<Int>
  }

  /// Metadata: text by key.
  public let metadata: [String: String]
  /// The arrays in the order of their bytes.
  public let entries: [Entry]

  private let bytes: [UInt8]
  private let dataStart: Int

  /// The longest accepted header.
  public static let headerLimit = 100_000_000

  /// Reads and validates a file.
  public init(path: String) throws(SafetensorsError) {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(path)
    } catch {
      throw .file(error)
    }
    try self.init(bytes: bytes)
  }

  /// Validates the bytes of a file.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    let header = try SafetensorsHeader(bytes, fileSize: bytes.count)
    metadata = header.metadata
    entries = header.entries
    dataStart = header.dataStart
    self.bytes = bytes
  }

  /// The metadata and the names and shapes of the tensors of a file, read without the tensors'
  /// bytes.
  package static func readHeader(
    path: String
  ) throws(SafetensorsError) -> (
    metadata: [String: String], tensors: [(name: String, shape: [Int])]
  ) {
    let header = try SafetensorsHeader(path: path)
    return (header.metadata, header.entries.map { ($0.name, $0.shape) })
  }

  /// Number of elements of all tensors.
  package var numberCount: Int { entries.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// The entry of a name; `nil` if there is none.
  public func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }

  /// The values of a name.
  ///
  /// 32-bit floats keep their type; half floats become 32-bit, all other types 64-bit floats.
  /// - Throws: `missingTensor`, or `inexactInteger` for an integer beyond 2⁵³.
  public func values(_ name: String) throws(SafetensorsError) -> Values {
    guard let entry = entry(name) else { throw .missingTensor(name) }
    switch entry.dataType {
    case .float32: return .float32(elements(entry) { Float(bitPattern: $0) })
    case .float16: return .float32(elements(entry) { Float(halfBits: $0) })
    case .bfloat16:
      return .float32(elements(entry) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) })
    case .float64: return .float64(elements(entry) { Double(bitPattern: $0) })
    case .bool: return .float64(elements(entry) { (byte: UInt8) in byte == 0 ? 0.0 : 1.0 })
    case .uint8: return .float64(elements(entry) { (value: UInt8) in Double(value) })
    case .int8: return .float64(elements(entry) { (bits: UInt8) in Double(Int8(bitPattern: bits)) })
    case .uint16: return .float64(elements(entry) { (value: UInt16) in Double(value) })
    case .int16:
      return .float64(elements(entry) { (bits: UInt16) in Double(Int16(bitPattern: bits)) })
    case .uint32: return .float64(elements(entry) { (value: UInt32) in Double(value) })
    case .int32:
      return .float64(elements(entry) { (bits: UInt32) in Double(Int32(bitPattern: bits)) })
    case .uint64: return try integers(entry) { (value: UInt64) in (Double(value), value) }
    case .int64:
      return try integers(entry) { (bits: UInt64) in
        let value = Int64(bitPattern: bits)
        return (Double(value), value.magnitude)
      }
    }
  }

  private func elements<Bits: FixedWidthInteger, Scalar>(
    _ entry: Entry, _ convert: (Bits) -> Scalar
  ) -> [Scalar] {
    let count = entry.shape.reduce(1, *)
    return bytes.withUnsafeBytes { buffer in
      (0..<count).map { i in
        convert(
          Bits(
            littleEndian: buffer.loadUnaligned(
              fromByteOffset: dataStart + entry.range.lowerBound + i * MemoryLayout<Bits>.size,
              as: Bits.self)))
      }
    }
  }

  private func integers(
    _ entry: Entry, _ convert: (UInt64) -> (Double, magnitude: UInt64)
  ) throws(SafetensorsError) -> Values {
    var isExact = true
    let values = elements(entry) { (bits: UInt64) -> Double in
      let (value, magnitude) = convert(bits)
      if magnitude > 1 << 53 { isExact = false }
      return value
    }
    guard isExact else { throw .inexactInteger(entry.name) }
    return .float64(values)
  }
}

extension Float {
  /// The value of an IEEE 754 half-precision bit pattern; exact.
  fileprivate init(halfBits bits: UInt16) {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: self = sign * fraction * 0x1p-24
    case 31: self = fraction == 0 ? sign * .infinity : .nan
    default:
      self =
        sign * (1 + fraction * 0x1p-10)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

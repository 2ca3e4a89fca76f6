/// Converts the bytes of a text file into UTF-8, piece by piece.
///
/// A byte order mark announces UTF-16. Bytes that are not UTF-8 are taken as Windows-1252, the
/// superset of Latin-1 that spreadsheets and instruments write.
/// Source: WHATWG Encoding Standard, index-windows-1252.
struct TextDecoder {
  enum Encoding: Hashable {
    case utf8, utf16LittleEndian, utf16BigEndian, windows1252
  }

  let encoding: Encoding
  /// Bytes of a character that the next piece completes.
  private var rest: [UInt8] = []

  /// - Parameter start: the first bytes of the file, as many as are at hand.
  init(start: ArraySlice<UInt8>) {
    if start.starts(with: [0xff, 0xfe]) {
      encoding = .utf16LittleEndian
    } else if start.starts(with: [0xfe, 0xff]) {
      encoding = .utf16BigEndian
    } else {
      encoding = Self.isUTF8(start) ? .utf8 : .windows1252
    }
  }

  /// Whether bytes are UTF-8, but for a character that is cut off at the end.
  private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
    if bytes.allSatisfy({ $0 < 0x80 }) { return true }
    return (0...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  /// The UTF-8 bytes of the next piece.
  mutating func decode(_ piece: [UInt8]) -> [UInt8] {
    switch encoding {
    case .utf8: return piece
    case .windows1252:
      var text: [UInt8] = []
      text.reserveCapacity(piece.count + piece.count / 8)
      for byte in piece {
        if byte < 0x80 { text.append(byte) } else { text += Self.utf8(of: byte) }
      }
      return text
    case .utf16LittleEndian: return decodeUTF16(piece, low: 0)
    case .utf16BigEndian: return decodeUTF16(piece, low: 1)
    }
  }

  /// - Parameter low: the place of the low byte in a pair.
  private mutating func decodeUTF16(_ piece: [UInt8], low: Int) -> [UInt8] {
    let bytes = rest + piece
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    for place in stride(from: 0, to: bytes.count - 1, by: 2) {
      units.append(UInt16(bytes[place + low]) | UInt16(bytes[place + 1 - low]) << 8)
    }
    if units.last.map(UTF16.isLeadSurrogate) ?? false { units.removeLast() }
    rest = Array(bytes[(2 * units.count)...])
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private static func utf8(of byte: UInt8) -> String.UTF8View {
    let scalar = byte < 0xa0 ? upper[Int(byte) - 0x80] : UInt32(byte)
    return String(Unicode.Scalar(scalar).map(Character.init) ?? "\u{fffd}").utf8
  }

  /// The characters 0x80 to 0x9F.
  private static let upper: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]
}

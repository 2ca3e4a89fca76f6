/// A text that is not JSON: where, and why.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    case unexpectedEnd
    case unexpectedCharacter(UInt8)
    case trailingCharacters
    case badNumber
    case badEscape
    case badUnicode
    case controlCharacterInString
    case duplicateKey(String)
    case tooDeep(limit: Int)
  }
  /// What is wrong.
  public let reason: Reason
  /// Offset of the error in bytes.
  public let offset: Int
}

extension JSONValue {
  /// The deepest accepted nesting of arrays and objects.
  public static let depthLimit = 128

  /// Reads one document; strict: no comments, no trailing commas, no duplicate keys, UTF-8 only.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Reads one document from text.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// Recursive descent over the grammar of RFC 8259.
private struct JSONParser {
  let bytes: [UInt8]
  var place = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    if place < bytes.count { throw error(.trailingCharacters) }
    return value
  }

  private func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: reason, offset: place)
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard place < bytes.count else { throw error(.unexpectedEnd) }
    return bytes[place]
  }

  private mutating func skip(_ expected: UInt8) throws(JSONError) {
    let found = try peek()
    guard found == expected else { throw error(.unexpectedCharacter(found)) }
    place += 1
  }

  private mutating func skip(word: StaticString) throws(JSONError) {
    for i in 0..<word.utf8CodeUnitCount { try skip(word.utf8Start[i]) }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= JSONValue.depthLimit else {
      throw error(.tooDeep(limit: JSONValue.depthLimit))
    }
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try skip(word: "true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try skip(word: "false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try skip(word: "null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    var object = JSONObject()
    try skip(UInt8(ascii: "{"))
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      place += 1
      return object
    }
    while true {
      skipSpace()
      let start = place
      let key = try string()
      guard object[key] == nil else {
        throw JSONError(reason: .duplicateKey(key), offset: start)
      }
      skipSpace()
      try skip(UInt8(ascii: ":"))
      object[key] = try value(depth: depth + 1)
      if try endOfList(UInt8(ascii: "}")) { return object }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    var values: [JSONValue] = []
    try skip(UInt8(ascii: "["))
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      place += 1
      return values
    }
    while true {
      values.append(try value(depth: depth + 1))
      if try endOfList(UInt8(ascii: "]")) { return values }
    }
  }

  /// Skips a comma (false) or the closing bracket (true).
  private mutating func endOfList(_ close: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    let found = try peek()
    guard found == close || found == UInt8(ascii: ",") else {
      throw error(.unexpectedCharacter(found))
    }
    place += 1
    return found == close
  }

  // MARK: Numbers

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, finite as a double.
  private mutating func number() throws(JSONError) -> Double {
    let start = place
    if try peek() == UInt8(ascii: "-") { place += 1 }
    let first = try peek()
    guard isDigit(first) else { throw error(.unexpectedCharacter(first)) }
    if first == UInt8(ascii: "0") { place += 1 } else { try digits() }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      try digits()
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      let sign = try peek()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw JSONError(reason: .badNumber, offset: start)
    }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func digits() throws(JSONError) {
    guard isDigit(try peek()) else { throw error(.badNumber) }
    while place < bytes.count, isDigit(bytes[place]) { place += 1 }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    try skip(UInt8(ascii: "\""))
    let start = place
    var buffer: [UInt8] = []
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        let text = String(decoding: buffer, as: UTF8.self)
        guard text.utf8.elementsEqual(buffer) else {
          throw JSONError(reason: .badUnicode, offset: start)
        }
        place += 1
        return text
      case UInt8(ascii: "\\"):
        place += 1
        try escape(into: &buffer)
      case 0..<0x20:
        throw error(.controlCharacterInString)
      default:
        buffer.append(byte)
        place += 1
      }
    }
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
    let byte = try peek()
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try unicodeEscape()
      buffer.append(contentsOf: String(Character(scalar)).utf8)
    default: throw JSONError(reason: .badEscape, offset: place - 1)
    }
  }

  /// `\uXXXX`, or a surrogate pair of two of them.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = place
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code) {
      try skip(UInt8(ascii: "\\"))
      try skip(UInt8(ascii: "u"))
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else {
        throw JSONError(reason: .badUnicode, offset: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONError(reason: .badUnicode, offset: start)
    }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else {
        throw error(.badEscape)
      }
      code = code << 4 + UInt32(digit)
      place += 1
    }
    return code
  }
}

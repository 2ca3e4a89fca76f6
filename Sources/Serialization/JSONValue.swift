/// A JSON document (RFC 8259).
///
/// Numbers are doubles: whole numbers are exact up to 2⁵³.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object, in the order in which they were added; keys are unique.
public struct JSONObject: Hashable, Sendable {
  /// The keys, in the order in which they were added.
  public private(set) var keys: [String] = []
  private var values: [String: JSONValue] = [:]

  /// An empty object.
  public init() {}

  public var count: Int { keys.count }
  /// Keys with their values, in order.
  public var members: [(key: String, value: JSONValue)] {
    keys.map { ($0, values[$0] ?? .null) }
  }

  /// The value of a key; setting a new key appends it, setting nil removes it.
  public subscript(key: String) -> JSONValue? {
    get { values[key] }
    set {
      if newValue == nil {
        keys.removeAll { $0 == key }
      } else if values[key] == nil {
        keys.append(key)
      }
      values[key] = newValue
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// An array of numbers.
  public init(_ values: [Double]) { self = .array(values.map(JSONValue.number)) }
  /// An array of strings.
  public init(_ values: [String]) { self = .array(values.map(JSONValue.string)) }
  /// A whole number.
  public init(_ value: Int) { self = .number(Double(value)) }

  /// The member of an object; `nil` for any other value or a missing key.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// The value of a boolean; `nil` for anything else.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The value of a number; `nil` for anything else.
  public var number: Double? { if case .number(let value) = self { value } else { nil } }
  /// The text of a string; `nil` for anything else.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The elements of an array; `nil` for anything else.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object; `nil` for anything else.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// A whole number that a double represents exactly (|n| ≤ 2⁵³); `nil` for anything else.
  public var integer: Int? {
    guard let number, let whole = Int(exactly: number), whole.magnitude <= 1 << 53 else {
      return nil
    }
    return whole
  }

  /// The numbers of an array of numbers; `nil` for anything else.
  public var numbers: [Double]? {
    guard let array else { return nil }
    let numbers = array.compactMap(\.number)
    return numbers.count == array.count ? numbers : nil
  }
}

extension JSONValue: CustomStringConvertible {
  /// The document on one line.
  public var description: String { text() }

  /// The document as text; with `indented`, one member per line and two spaces per level.
  ///
  /// Numbers are the shortest text that reads back to the same double. Not-a-number and the
  /// infinities have no JSON form and are written as `null`.
  public func text(indented: Bool = false) -> String {
    var writer = JSONWriter(indented: indented)
    writer.write(self, level: 0)
    return writer.text
  }
}

private struct JSONWriter {
  let indented: Bool
  var text = ""

  init(indented: Bool) { self.indented = indented }

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): write(value)
    case .string(let value): write(value)
    case .array(let values):
      writeList("[", values, "]", level: level) { $0.write($1, level: level + 1) }
    case .object(let object):
      writeList("{", object.members, "}", level: level) {
        $0.write($1.key)
        $0.text += $0.indented ? ": " : ":"
        $0.write($1.value, level: level + 1)
      }
    }
  }

  private mutating func writeList<Item>(
    _ open: String, _ items: [Item], _ close: String, level: Int,
    _ write: (inout JSONWriter, Item) -> Void
  ) {
    text += open
    for (place, item) in items.enumerated() {
      if place > 0 { text += "," }
      breakLine(level + 1)
      write(&self, item)
    }
    if !items.isEmpty { breakLine(level) }
    text += close
  }

  private mutating func breakLine(_ level: Int) {
    if indented { text += "\n" + String(repeating: "  ", count: level) }
  }

  private mutating func write(_ value: Double) {
    if !value.isFinite {
      text += "null"
    } else if let whole = Int(exactly: value), whole.magnitude <= 1 << 53,
      value.sign == .plus || whole != 0
    {
      text += String(whole)
    } else {
      text += value.description
    }
  }

  private mutating func write(_ value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

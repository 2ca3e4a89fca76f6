import Serialization
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "[]", "{}", "[1,2.5,-0.0,1e-05,9007199254740992]",
    #"{"a":{"b":[null,false]},"c":"é\"\\\n\u0001"}"#, #""😀""#, "5e-324", "1.7976931348623157e+308",
  ])
  func `printing is the inverse of parsing`(text: String) throws {
    #expect(try JSONValue(parsing: text).description == text)
  }

  @Test func `indented text reads back to the same value`() throws {
    let value: JSONValue = ["a": [1, 2, ["b": true]], "empty": [], "c": "x"]
    #expect(try JSONValue(parsing: value.text(indented: true)) == value)
    #expect(value.text(indented: true).hasPrefix("{\n  \"a\": [\n    1,\n"))
  }

  @Test func `escapes are decoded`() throws {
    let value = try JSONValue(parsing: #""\u00e9\uD83D\uDE00\/\b\f\n\r\t""#)
    #expect(value.string == "é😀/\u{8}\u{c}\n\r\t")
  }

  @Test func `every double survives its text`() throws {
    for bits in [0x3FD5_5555_5555_5555, 0x0000_0000_0000_0001, 0x4340_0000_0000_0001] as [UInt64] {
      let value = Double(bitPattern: bits)
      let back = try JSONValue(parsing: JSONValue.number(value).description)
      #expect(back.number?.bitPattern == bits)
    }
  }

  @Test func `numbers without a JSON form become null`() {
    #expect(JSONValue([.nan, .infinity]).description == "[null,null]")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "-", "nul", "[1 2]", "{a:1}",
    "\"\u{1}\"", #""\x""#, #""\uD800""#, #""\uDC00""#, #""\uD800\u0041""#, "1e999", "[1]x", "'a'",
    "\"abc", "NaN", "// x\n1", #"{"a":1,"a":2}"#,
  ])
  func `malformed text is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func `invalid UTF-8 is refused`() {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22])
    }
    #expect(error?.reason == .badUnicode && error?.offset == 1)
  }

  @Test func `nesting without end is refused, not a crash`() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
  }

  @Test func `members keep their order and are found by key`() throws {
    let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#)
    #expect(value.object?.keys == ["z", "a", "m"])
    #expect(value["a"]?.integer == 2)
    #expect(value["b"] == nil)
    #expect(JSONValue.number(2.5).integer == nil)
    #expect(JSONValue.number(1e300).integer == nil)
  }
}

import Platform
package import Serialization

/// A committed JSON file of `Tests/Fixtures`, made by the script of the same name.
package func fixture(_ name: String, file: StaticString = #filePath) throws -> JSONValue {
  try JSONValue(parsing: try Files.read(fixturePath(name + ".json", file: file)))
}

/// The path of a committed file of `Tests/Fixtures`; `file` is a source file in a folder beside it.
package func fixturePath(_ name: String, file: StaticString = #filePath) -> String {
  let folders = file.description.split(separator: "/", omittingEmptySubsequences: false)
  return folders.dropLast(2).joined(separator: "/") + "/Fixtures/" + name
}

extension JSONValue {
  /// The numbers at a path of keys: an array of them, or one; nil if there are none.
  package func numbers(at path: String...) -> [Double]? {
    var value = self
    for key in path {
      guard let member = value.object?[key] else { return nil }
      value = member
    }
    return value.number.map { [$0] } ?? value.numbers
  }
}

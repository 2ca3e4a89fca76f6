public import Platform

/// An invalid safetensors file.
public enum SafetensorsError: Error, Hashable, Sendable {
  case file(FileError)
  /// The file is shorter than the header's length field and the header.
  case truncatedHeader(byteCount: Int)
  case headerTooLong(byteCount: UInt64, limit: Int)
  case headerIsNoObject
  case header(JSONError)
  /// A member of the header that is not a tensor: its name, and the invalid part.
  case badEntry(name: String, part: String)
  case unsupportedType(name: String, type: String)
  /// Shape and scalar type need another number of bytes than the offsets span.
  case sizeMismatch(name: String, expected: Int, found: Int)
  /// The bytes of the tensors overlap, leave a gap, or do not end at the end of the file.
  case badLayout(name: String, expectedStart: Int, start: Int)
  case badEnd(expected: Int, found: Int)
  case badMetadata(key: String)
  case missingTensor(String)
  case inexactInteger(String)
  /// A number of a model is infinite or not-a-number.
  case notFinite(String)
  /// The tensors of the file are not those of the model.
  case modelMismatch(missing: [String], unexpected: [String])
  case shapeMismatch(name: String, expected: String, found: String)
}

extension SafetensorsError: CustomStringConvertible {
  /// What is wrong, in one clause.
  public var description: String {
    switch self {
    case .file(let error): error.reason.description
    case .truncatedHeader(let count): "it ends after \(count) bytes, within its header"
    case .headerTooLong, .headerIsNoObject, .header: "it does not begin with a safetensors header"
    case .badEnd(let expected, let found):
      found < expected
        ? "\(expected - found) bytes at its end are missing"
        : "\(found - expected) bytes follow its end"
    case .badEntry(let name, _), .unsupportedType(let name, _), .sizeMismatch(let name, _, _),
      .badLayout(let name, _, _), .inexactInteger(let name):
      "its entry '\(name)' is damaged"
    case .notFinite(let name): "its tensor '\(name)' contains a number that is not finite"
    case .badMetadata(let key): "its description '\(key)' is damaged"
    case .missingTensor(let name): "its tensor '\(name)' is missing"
    case .modelMismatch, .shapeMismatch: "its tensors are those of another network"
    }
  }
}

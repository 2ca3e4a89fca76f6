/// Why a configuration cannot be used.
public enum ConfigurationError: Error, Hashable, Sendable {
  case unknownKey(String, known: [String])
  case wrongValue(key: String, value: String, expected: String)
  case notJSON(path: String, offset: Int)
  case unknownRecipe(String, known: [String])
  /// A setting that nothing heeds unless another one has one of these values.
  case notHeeded(key: String, other: String, options: [String], found: String)
  /// A setting that nothing heeds of tables, or of images.
  case ofOtherData(key: String, isForImages: Bool)
  /// A network whose training takes more bytes than the machine has.
  case tooMuchMemory(key: String, value: String, bytes: Double, available: Double)
  /// A value that makes sense only beside some values of another key, which has a different one.
  case wants(key: String, value: String, other: String, options: [String], found: String)
  /// A value that images cannot have.
  case tablesOnly(key: String, value: String, instead: [String])
}

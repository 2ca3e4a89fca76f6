/// Why a configuration is invalid.
public enum ConfigurationError: Error, Hashable, Sendable {
  case unknownKey(String, known: [String])
  case wrongValue(key: String, value: String, expected: String)
  case notJSON(path: String, offset: Int)
  case unknownRecipe(String, known: [String])
  /// A setting that has an effect only if another setting has one of these values.
  case notHeeded(key: String, other: String, options: [String], found: String)
  /// A setting that has an effect only for images, or only for tables.
  case ofOtherData(key: String, isForImages: Bool)
  /// A network whose training needs more memory than the machine has.
  case tooMuchMemory(key: String, value: String, bytes: Double, available: Double)
  /// A value that requires one of some values of another setting.
  case requires(key: String, value: String, other: String, options: [String], found: String)
  /// A value that is not possible for images.
  case tablesOnly(key: String, value: String, instead: [String])
}

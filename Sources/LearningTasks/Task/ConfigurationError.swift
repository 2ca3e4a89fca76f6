import NumericCore
import Platform

/// Why a configuration is invalid.
public enum ConfigurationError: Error, Hashable, Sendable {
  case unknownKey(String, known: [String])
  case wrongValue(key: String, value: String, expected: String)
  case notJSON(path: String, offset: Int)
  case unknownRecipe(String, known: [String])
  /// A setting that has an effect only if another setting has one of these values.
  case hasNoEffect(key: String, other: String, options: [String], found: String)
  /// A setting that has an effect only for images, or only for tables.
  case ofOtherData(key: String, isForImages: Bool)
  /// A network whose training needs more memory than the machine has.
  case tooMuchMemory(key: String, value: String, bytes: Double, available: Double)
  /// A value that requires one of some values of another setting.
  case requires(key: String, value: String, other: String, options: [String], found: String)
  /// A value that is not possible for images.
  case tablesOnly(key: String, value: String, instead: [String])
}

extension ConfigurationError: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .unknownKey(let key, let known):
      "the configuration has no '\(key)'"
        + (nearestSetting(to: key, among: known).map { "; did you mean '\($0)'?" }
          ?? "; the names are \(known.joined(separator: ", "))")
    case .wrongValue(let key, let value, let expected):
      "the configuration's '\(key)' is \(value); it must be \(expected)"
    case .notJSON(let path, let offset):
      "\(path): is not a JSON document (at byte \(offset)); correct it there"
    case .unknownRecipe(let name, let known):
      "there is no recipe '\(name)'"
        + (nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
          ?? "; the names are \(known.joined(separator: ", ")), or give a .json file")
    case .hasNoEffect(let key, let other, ["null"], let found):
      "'\(key)' has no effect with '\(other)', which is \(found); omit one of the two"
    case .hasNoEffect(let key, let other, let options, let found):
      "'\(key)' has an effect only if '\(other)' is \(options.joined(separator: " or ")), and it is \(found); change "
        + "'\(other)', or omit '\(key)'"
    case .ofOtherData(let key, let isForImages):
      "'\(key)' is for \(isForImages ? "images, and the data are a table" : "tables, and the data are images"); "
        + "omit it"
    case .tooMuchMemory(let key, let value, let bytes, let available):
      "with '\(key)' \(value) the training of the network takes at least \(Self.memory(bytes)) of memory, the "
        + "machine has \(Self.memory(available)); write a smaller number"
    case .requires(let key, let value, let other, let options, let found):
      "'\(key)' is \(value), which needs '\(other)' \(options.joined(separator: " or ")) and not \(found); change one of "
        + "the two"
    case .tablesOnly(let key, let value, let instead):
      "'\(key)' is \(value), which is for tables and not for images; write \(instead.joined(separator: " or "))"
    }
  }
}

extension ConfigurationError {
  /// A number of bytes for a reader.
  private static func memory(_ bytes: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    let place = units.indices.last { bytes >= Double.power(1000, Double($0)) } ?? 0
    return NumberText.significant(bytes / Double.power(1000, Double(place)), 2) + " " + units[place]
  }
}

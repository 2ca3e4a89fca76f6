import Serialization

/// What another setting must be for a setting to be heeded.
public struct SettingCondition<Recipe>: Sendable {
  public let key: String
  /// Its values with which the setting is heeded, as texts.
  public let options: [String]
  /// Whether it is heeded; nil: where the other one's text is among the options.
  public let isMet: (@Sendable (Recipe) -> Bool)?
}

extension ConfigurableRecipe {
  /// Says no to a value that differs from another recipe's and that nothing heeds beside the other settings.
  public func checkHeeded(besides base: Self) throws(ConfigurationError) {
    for setting in Self.settings where setting.read(self) != setting.read(base) {
      for condition in setting.conditions {
        guard let other = Self.settings.first(where: { $0.key == condition.key }) else { continue }
        let found = other.read(self).word
        if condition.isMet?(self) ?? condition.options.contains(found) { continue }
        throw .notHeeded(
          key: setting.key, other: condition.key, options: condition.options, found: found)
      }
    }
  }
}

extension JSONValue {
  /// As it is written on a command line.
  fileprivate var word: String { string ?? description }
}

import Serialization

/// The condition on another setting under which a setting has an effect.
public struct SettingCondition<Recipe>: Sendable {
  /// The key of the setting that the condition reads.
  public let key: String
  /// The values of the other setting with which the setting has an effect, as texts.
  public let options: [String]
  /// Whether the condition holds; `nil` compares the text of the other setting with the options.
  public let isMet: (@Sendable (Recipe) -> Bool)?
}

extension ConfigurableRecipe {
  /// Refuses a value that differs from another recipe's and has no effect with the other settings.
  public func checkHeeded(besides base: Self) throws(ConfigurationError) {
    for setting in Self.settings where setting.read(self) != setting.read(base) {
      for condition in setting.conditions {
        guard let other = Self.settings.first(where: { $0.key == condition.key }) else { continue }
        let found = other.read(self).word
        if condition.isMet?(self) ?? condition.options.contains(found) { continue }
        throw .hasNoEffect(
          key: setting.key, other: condition.key, options: condition.options, found: found)
      }
    }
  }
}

extension JSONValue {
  /// The value as it is written on a command line.
  fileprivate var word: String { string ?? description }
}

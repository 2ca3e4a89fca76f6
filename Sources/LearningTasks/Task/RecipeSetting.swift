import Platform
public import Serialization

/// One value of a recipe with its dotted name, as in `config.json` and after `--set`.
public struct RecipeSetting<Recipe>: Sendable {
  /// The key in a configuration, as `training.steps`.
  public let key: String
  /// The accepted values, in words.
  public let expected: String
  /// The value of a recipe as JSON.
  public let read: @Sendable (Recipe) -> JSONValue
  /// Refuses an invalid value.
  public let write: @Sendable (inout Recipe, JSONValue) -> Bool
  /// The size of the layers that the value determines; `nil` if it determines none.
  public private(set) var layers: (@Sendable (Recipe) -> LayerSize)?
  /// The condition on other settings under which this one has an effect.
  public private(set) var conditions: [SettingCondition<Recipe>] = []

  /// A setting with functions that read and write it.
  public init(
    key: String, expected: String, read: @escaping @Sendable (Recipe) -> JSONValue,
    write: @escaping @Sendable (inout Recipe, JSONValue) -> Bool
  ) {
    self.key = key
    self.expected = expected
    self.read = read
    self.write = write
  }

  /// A number within bounds.
  public static func number(
    _ key: String, _ path: any WritableKeyPath<Recipe, Double> & Sendable,
    in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)
  ) -> RecipeSetting {
    let isOpen = range.upperBound == .greatestFiniteMagnitude
    return RecipeSetting(
      key: key,
      expected: "a number from \(plain(range.lowerBound))"
        + (isOpen ? "" : " to \(plain(range.upperBound))")
    ) {
      .number($0[keyPath: path])
    } write: {
      guard let value = $1.number, range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  public static func count(
    _ key: String, _ path: any WritableKeyPath<Recipe, Int> & Sendable, atLeast least: Int = 1,
    atMost most: Int = countLimit
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: "a whole number from \(least) to \(most)") {
      JSONValue($0[keyPath: path])
    } write: {
      guard let value = $1.integer, value >= least, value <= most else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  /// An upper bound for counts, so that products of two of them and of the rows of a file do not
  /// overflow.
  public static var countLimit: Int { 1_000_000_000 }
  /// Sizes of layers are compared with the memory of the machine.
  public static var sizeLimit: Int { 1_000_000_000_000_000 }

  /// A count that determines the size of layers.
  public static func size(
    _ key: String, _ path: any WritableKeyPath<Recipe, Int> & Sendable,
    atMost most: Int = sizeLimit,
    layers: @escaping @Sendable (Recipe) -> LayerSize
  ) -> RecipeSetting {
    count(key, path, atLeast: 1, atMost: most).deciding(layers)
  }

  /// The same setting, as one that determines the size of layers.
  public func deciding(_ layers: @escaping @Sendable (Recipe) -> LayerSize) -> RecipeSetting {
    var setting = self
    setting.layers = layers
    return setting
  }

  /// The same setting, as one that has an effect only if another setting has one of these values.
  ///
  /// - Parameters:
  ///   - key: the key of the other setting.
  ///   - options: the values of the other setting with which this one has an effect.
  ///   - isMet: the condition; `nil` compares the text of the other setting with the
  ///     values.
  public func effective(
    with key: String, _ options: [String], if isMet: (@Sendable (Recipe) -> Bool)? = nil
  ) -> RecipeSetting {
    var setting = self
    setting.conditions.append(SettingCondition(key: key, options: options, isMet: isMet))
    return setting
  }

  /// The setting of a part as one of the whole; its conditions are not taken along.
  func part<Whole>(
    of path: any WritableKeyPath<Whole, Recipe> & Sendable
  ) -> RecipeSetting<Whole> {
    let (read, write, layers) = (read, write, layers)
    let setting = RecipeSetting<Whole>(key: key, expected: expected) {
      read($0[keyPath: path])
    } write: {
      write(&$0[keyPath: path], $1)
    }
    return layers.map { layers in setting.deciding { layers($0[keyPath: path]) } } ?? setting
  }

  /// A value that is true or false.
  public static func flag(
    _ key: String, _ path: any WritableKeyPath<Recipe, Bool> & Sendable
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: "true or false") {
      .bool($0[keyPath: path])
    } write: {
      guard let value = $1.bool else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  /// A text that may be absent.
  public static func text(
    _ key: String, _ path: any WritableKeyPath<Recipe, String?> & Sendable
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: "a text or null") {
      $0[keyPath: path].map(JSONValue.string) ?? .null
    } write: {
      if $1 != .null && $1.string == nil { return false }
      $0[keyPath: path] = $1.string
      return true
    }
  }

  /// One of the cases of an enumeration.
  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Recipe, Choice> & Sendable
  ) -> RecipeSetting where Choice.RawValue == String {
    RecipeSetting(
      key: key, expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
    ) {
      .string($0[keyPath: path].rawValue)
    } write: {
      guard let value = $1.string.flatMap(Choice.init) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }
}

extension RecipeSetting {
  /// An optional value; null if it is open.
  public static func optional<Value>(
    _ key: String, _ path: any WritableKeyPath<Recipe, Value?> & Sendable, _ expected: String,
    _ json: @escaping @Sendable (Value) -> JSONValue,
    _ value: @escaping @Sendable (JSONValue) -> Value?
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: expected + " or null") {
      $0[keyPath: path].map(json) ?? .null
    } write: {
      let new = value($1)
      if $1 != .null && new == nil { return false }
      $0[keyPath: path] = new
      return true
    }
  }

  /// One of the cases of an enumeration, or `null`.
  public static func optionalChoice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Recipe, Choice?> & Sendable
  ) -> RecipeSetting where Choice.RawValue == String {
    optional(
      key, path, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "),
      { .string($0.rawValue) }, { $0.string.flatMap(Choice.init) })
  }

  /// A number within bounds, or `null`.
  public static func optionalNumber(
    _ key: String, _ path: any WritableKeyPath<Recipe, Double?> & Sendable
  ) -> RecipeSetting {
    optional(key, path, "a positive number up to 1e30") {
      .number($0)
    } _: {
      $0.number.flatMap { $0 > 0 && $0 <= 1e30 ? $0 : nil }
    }
  }

  /// A whole number within bounds, or `null`.
  public static func optionalCount(
    _ key: String, _ path: any WritableKeyPath<Recipe, Int?> & Sendable
  ) -> RecipeSetting {
    optional(key, path, "a whole number from 1 to \(countLimit)") {
      JSONValue($0)
    } _: {
      $0.integer.flatMap { (1...countLimit).contains($0) ? $0 : nil }
    }
  }

  /// A list of numbers, or `null`.
  public static func optionalNumbers(
    _ key: String, _ path: any WritableKeyPath<Recipe, [Double]?> & Sendable
  ) -> RecipeSetting {
    optional(key, path, "a list of at most 1000 positive numbers up to 1e30") {
      JSONValue($0)
    } _: {
      $0.numbers.flatMap { numbers in
        numbers.count <= 1000 && numbers.allSatisfy { $0 > 0 && $0 <= 1e30 }
          ? numbers : nil
      }
    }
  }

  /// A list of texts, or `null`.
  public static func optionalTexts(
    _ key: String, _ path: any WritableKeyPath<Recipe, [String]?> & Sendable
  ) -> RecipeSetting {
    optional(key, path, "a list of texts", { JSONValue($0) }, { $0.texts })
  }

  /// A list of texts.
  public static func texts(
    _ key: String, _ path: any WritableKeyPath<Recipe, [String]> & Sendable
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: "a list of texts") {
      JSONValue($0[keyPath: path])
    } write: {
      guard let texts = $1.texts else { return false }
      $0[keyPath: path] = texts
      return true
    }
  }
}

extension JSONValue {
  /// The elements if all are texts; otherwise `nil`.
  fileprivate var texts: [String]? {
    guard let array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }
}

/// A number, without decimals if it is whole.
private func plain(_ value: Double) -> String { Int(exactly: value)?.description ?? "\(value)" }

/// A recipe whose values are accessed by dotted names.
public protocol ConfigurableRecipe: Sendable {
  static var settings: [RecipeSetting<Self>] { get }
  /// The recipe that this one was derived from: a named one, or the default for a file.
  var usual: Self { get }
}

extension ConfigurableRecipe {
  /// The recipe as a JSON document, complete.
  public var json: JSONValue {
    var document = JSONObject()
    for setting in Self.settings {
      let parts = setting.key.split(separator: ".").map(String.init)
      if parts.count == 1 {
        document[parts[0]] = setting.read(self)
      } else {
        var group = document[parts[0]]?.object ?? JSONObject()
        group[parts[1]] = setting.read(self)
        document[parts[0]] = .object(group)
      }
    }
    return .object(document)
  }

  /// The recipe with the values of a document; all other values are unchanged.
  public func overridden(by document: JSONValue) throws(ConfigurationError) -> Self {
    var recipe = self
    guard let object = document.object else {
      throw .wrongValue(key: "(whole document)", value: document.description, expected: "an object")
    }
    for (name, value) in object.members {
      if let group = value.object {
        for (inner, value) in group.members { try recipe.set("\(name).\(inner)", to: value) }
      } else {
        try recipe.set(name, to: value)
      }
    }
    return recipe
  }

  /// Sets one value by its dotted name.
  public mutating func set(_ key: String, to value: JSONValue) throws(ConfigurationError) {
    guard let setting = Self.settings.first(where: { $0.key == key }) else {
      throw .unknownKey(key, known: Self.settings.map(\.key))
    }
    guard setting.write(&self, value) else {
      throw .wrongValue(key: key, value: value.description, expected: setting.expected)
    }
    // One setting may determine the size of another setting's layers.
    for setting in [setting] + Self.settings {
      guard let bytes = setting.layers?(self).bytes else { continue }
      let available = Double(SystemProcess.physicalMemory)
      if bytes > available {
        throw .tooMuchMemory(
          key: setting.key, value: setting.read(self).description, bytes: bytes,
          available: available)
      }
    }
  }

  /// Sets one value from a word of the command line: JSON, a bare text, or the elements of a list
  /// separated by commas.
  public mutating func set(_ key: String, toWord word: String) throws(ConfigurationError) {
    func value(_ word: Substring) -> JSONValue {
      (try? JSONValue(parsing: String(word))) ?? .string(String(word))
    }
    do throws(ConfigurationError) {
      try set(key, to: value(word[...]))
    } catch {
      guard case .wrongValue = error, let setting = Self.settings.first(where: { $0.key == key }),
        setting.write(&self, .array(word.split(separator: ",").map(value)))
      else { throw error }
      try set(key, to: setting.read(self))
    }
  }
}

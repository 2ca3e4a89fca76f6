package import NumericCore

/// One value of a recipe under its dotted name, as it stands in `config.json` and after `--set`.
private struct Setting: Sendable {
  let key: String
  let expected: String
  let read: @Sendable (ForecastRecipe) -> JSONValue
  /// Says no to a value that does not fit.
  let write: @Sendable (inout ForecastRecipe, JSONValue) -> Bool

  static func number(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, Double> & Sendable,
    in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)
  ) -> Setting {
    Setting(key: key, expected: "a number from \(range.lowerBound)") {
      .number($0[keyPath: path])
    } write: {
      guard let value = $1.number, range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static func optionalNumber(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, Double?> & Sendable
  ) -> Setting {
    Setting(key: key, expected: "a positive number or null") {
      $0[keyPath: path].map(JSONValue.number) ?? .null
    } write: {
      if $1 == .null {
        $0[keyPath: path] = nil
        return true
      }
      guard let value = $1.number, value > 0 else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static func count(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, Int> & Sendable,
    atLeast least: Int = 1
  ) -> Setting {
    Setting(key: key, expected: "a whole number from \(least)") {
      JSONValue($0[keyPath: path])
    } write: {
      guard let value = $1.integer, value >= least else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static func numbers(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, [Double]?> & Sendable
  ) -> Setting {
    Setting(key: key, expected: "a list of positive numbers or null") {
      $0[keyPath: path].map { JSONValue($0) } ?? .null
    } write: {
      if $1 == .null {
        $0[keyPath: path] = nil
        return true
      }
      guard let values = $1.numbers, values.allSatisfy({ $0 > 0 }) else { return false }
      $0[keyPath: path] = values
      return true
    }
  }

  static func text(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, String?> & Sendable
  ) -> Setting {
    Setting(key: key, expected: "a text or null") {
      $0[keyPath: path].map(JSONValue.string) ?? .null
    } write: {
      if $1 != .null && $1.string == nil { return false }
      $0[keyPath: path] = $1.string
      return true
    }
  }

  static func texts(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, [String]> & Sendable
  ) -> Setting {
    Setting(key: key, expected: "a list of texts") {
      JSONValue($0[keyPath: path])
    } write: {
      guard let names = $1.array?.map(\.string), names.allSatisfy({ $0 != nil }) else {
        return false
      }
      $0[keyPath: path] = names.compactMap { $0 }
      return true
    }
  }

  static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<ForecastRecipe, Choice> & Sendable
  ) -> Setting where Choice.RawValue == String {
    Setting(
      key: key, expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
    ) {
      .string($0[keyPath: path].rawValue)
    } write: {
      guard let value = $1.string.flatMap(Choice.init) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static let all: [Setting] = [
    Setting(key: "recipe", expected: "a text") {
      .string($0.name)
    } write: {
      guard let name = $1.string else { return false }
      $0.name = name
      return true
    },
    choice("model", \.model),
    Setting(key: "baselines.beside", expected: "gru-d, rnn-dt, ode-rnn or null") {
      $0.beside.map { .string($0.rawValue) } ?? .null
    } write: {
      let kind = $1.string.flatMap(ForecastKind.init)
      if $1 != .null && kind?.recurrent == nil { return false }
      $0.beside = kind
      return true
    },
    text("data.file", \.file),
    choice("data.layout", \.layout),
    text("data.timeColumn", \.timeColumn),
    text("data.idColumn", \.idColumn),
    texts("data.inputs", \.inputs),
    choice("data.duplicates", \.duplicates),
    texts("data.missing", \.missing),
    Setting(key: "data.channels", expected: "a list of texts or null") {
      $0.channels.map { JSONValue($0) } ?? .null
    } write: {
      if $1 == .null {
        $0.channels = nil
        return true
      }
      guard let names = $1.array?.map(\.string), names.allSatisfy({ $0 != nil }) else {
        return false
      }
      $0.channels = names.compactMap { $0 }
      return true
    },
    choice("data.unit", \.unit),
    optionalNumber("windows.history", \.history),
    optionalNumber("windows.future", \.future),
    optionalNumber("windows.stride", \.stride),
    numbers("windows.horizons", \.horizons),
    numbers("windows.gaps", \.gaps),
    count("windows.minimumHistory", \.minimumHistory, atLeast: 2),
    choice("windows.split", \.split),
    number("windows.validation", \.validationShare, in: 0.01...0.5),
    number("windows.test", \.testShare, in: 0.01...0.5),
    count("network.latent", \.network.latent),
    count("network.hidden", \.network.hidden),
    count("network.field", \.network.field),
    count("network.decoder", \.network.decoder),
    count("network.head", \.network.head),
    choice("network.context", \.network.context),
    number("network.tolerance", \.network.tolerance, in: 1e-12...0.1),
    count("training.steps", \.steps),
    Setting(key: "training.epochs", expected: "a whole number from 1 or null") {
      $0.epochs.map { JSONValue($0) } ?? .null
    } write: {
      if $1 != .null && ($1.integer ?? 0) < 1 { return false }
      $0.epochs = $1.integer
      return true
    },
    count("training.batchSize", \.batchSize),
    count("training.shardSize", \.shardSize),
    number("training.learningRate", \.learningRate),
    number("training.gradientClip", \.gradientClip, in: 1e-9...(.greatestFiniteMagnitude)),
    number("training.divergenceWeight", \.divergenceWeight),
    number("training.varianceWeighting", \.varianceWeighting, in: 0...1),
    number("training.fillShare", \.fillShare, in: 0...1),
    number("training.growingShare", \.growingShare, in: 0...1),
    count("training.validations", \.validations),
    count("training.seed", \.seed, atLeast: 0),
  ]
}

extension ForecastRecipe {
  /// The recipe as a JSON document, complete.
  package var json: JSONValue {
    var groups = JSONObject()
    for setting in Setting.all {
      let parts = setting.key.split(separator: ".").map(String.init)
      if parts.count == 1 {
        groups[parts[0]] = setting.read(self)
      } else {
        var group = groups[parts[0]]?.object ?? JSONObject()
        group[parts[1]] = setting.read(self)
        groups[parts[0]] = .object(group)
      }
    }
    return .object(groups)
  }

  /// The recipe with what a document says; what it does not mention stays.
  package func overridden(by document: JSONValue) throws(ConfigurationError) -> ForecastRecipe {
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
  package mutating func set(_ key: String, to value: JSONValue) throws(ConfigurationError) {
    guard let setting = Setting.all.first(where: { $0.key == key }) else {
      throw .unknownKey(key, known: Setting.all.map(\.key))
    }
    guard setting.write(&self, value) else {
      throw .wrongValue(key: key, value: value.description, expected: setting.expected)
    }
  }

  /// Sets one value from a word of the command line: JSON, or a bare text.
  package mutating func set(_ key: String, toWord word: String) throws(ConfigurationError) {
    try set(key, to: (try? JSONValue(parsing: word)) ?? .string(word))
  }

  /// A recipe from the text of a configuration file.
  package init(parsing text: String, path: String) throws(ConfigurationError) {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: text)
    } catch {
      throw .notJSON(path: path, offset: error.offset)
    }
    let isFile = document["data"]?["file"]?.string != nil
    self = try (isFile ? ForecastRecipe() : .glucose).overridden(by: document)
  }
}

import ContinuousModels
import Integrators
package import NumericCore

/// All that decides what a density run does: data, network, training.
package struct DensityRecipe: Hashable, Sendable {
  package enum Method: String, CaseIterable, Sendable {
    /// A regression without a solver: fast, for any size.
    case flowMatching = "flow-matching"
    /// Maximum likelihood through the solver: the better likelihood for more time.
    case likelihood
  }

  package var name = "cities"
  /// A file of the user's, or nil for the bundled cities.
  package var file: String?
  /// nil: all.
  package var columns: [String]?
  package var testShare = 0.1
  package var validationShare = 0.1
  package var hidden: [Int] = [160, 160, 160]
  /// Sines and cosines of the point as inputs: for densities with fine detail.
  package var waves = 96
  package var method = Method.flowMatching
  /// Updates.
  package var steps = 20_000
  package var batchSize = 512
  package var learningRate = 2e-3
  /// Equal steps of the solver that reports likelihoods.
  package var solverSteps = 25
  package var seed = 0

  package init() {}

  /// A recipe for a file of the user's.
  package static func forFile(_ path: String) -> DensityRecipe {
    var recipe = DensityRecipe()
    recipe.name = "density"
    recipe.file = path
    recipe.hidden = [64, 64, 64]
    recipe.waves = 0
    recipe.steps = 5000
    return recipe
  }
}

/// One value of a recipe under its dotted name.
private struct DensitySetting: Sendable {
  let key: String
  let expected: String
  let read: @Sendable (DensityRecipe) -> JSONValue
  /// Says no to a value that does not fit.
  let write: @Sendable (inout DensityRecipe, JSONValue) -> Bool

  static func count(
    _ key: String, _ path: any WritableKeyPath<DensityRecipe, Int> & Sendable,
    atLeast least: Int = 1
  ) -> DensitySetting {
    DensitySetting(key: key, expected: "a whole number from \(least)") {
      JSONValue($0[keyPath: path])
    } write: {
      guard let value = $1.integer, value >= least else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static func number(
    _ key: String, _ path: any WritableKeyPath<DensityRecipe, Double> & Sendable,
    in range: ClosedRange<Double>
  ) -> DensitySetting {
    DensitySetting(
      key: key, expected: "a number from \(range.lowerBound) to \(range.upperBound)"
    ) {
      .number($0[keyPath: path])
    } write: {
      guard let value = $1.number, range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  static let all: [DensitySetting] = [
    DensitySetting(key: "recipe", expected: "a text") {
      .string($0.name)
    } write: {
      guard let name = $1.string else { return false }
      $0.name = name
      return true
    },
    DensitySetting(key: "model", expected: "cnf") { _ in
      "cnf"
    } write: {
      $1.string == "cnf"
    },
    DensitySetting(key: "data.file", expected: "a text or null") {
      $0.file.map(JSONValue.string) ?? .null
    } write: {
      if $1 != .null && $1.string == nil { return false }
      $0.file = $1.string
      return true
    },
    DensitySetting(key: "data.columns", expected: "a list of texts or null") {
      $0.columns.map { JSONValue($0) } ?? .null
    } write: {
      if $1 == .null {
        $0.columns = nil
        return true
      }
      guard let names = $1.array?.map(\.string), !names.contains(nil) else { return false }
      $0.columns = names.compactMap { $0 }
      return true
    },
    number("data.test", \.testShare, in: 0.01...0.5),
    number("data.validation", \.validationShare, in: 0.01...0.4),
    DensitySetting(key: "network.hidden", expected: "a list of whole numbers from 1") {
      JSONValue($0.hidden.map(Double.init))
    } write: {
      guard let widths = $1.array?.map(\.integer), !widths.isEmpty,
        widths.allSatisfy({ ($0 ?? 0) > 0 })
      else { return false }
      $0.hidden = widths.compactMap { $0 }
      return true
    },
    count("network.waves", \.waves, atLeast: 0),
    DensitySetting(key: "training.method", expected: "flow-matching or likelihood") {
      .string($0.method.rawValue)
    } write: {
      guard let method = $1.string.flatMap(DensityRecipe.Method.init) else { return false }
      $0.method = method
      return true
    },
    count("training.steps", \.steps),
    count("training.batchSize", \.batchSize),
    number("training.learningRate", \.learningRate, in: 1e-9...1),
    count("training.seed", \.seed, atLeast: 0),
    count("solver.steps", \.solverSteps),
  ]
}

extension DensityRecipe {
  /// The recipe as a JSON document, complete.
  package var json: JSONValue {
    var document = JSONObject()
    for setting in DensitySetting.all {
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

  /// The recipe with what a document says; what it does not mention stays.
  package func overridden(
    by document: JSONValue
  ) throws(ConfigurationError) -> DensityRecipe {
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
  package mutating func set(
    _ key: String, to value: JSONValue
  ) throws(ConfigurationError) {
    guard let setting = DensitySetting.all.first(where: { $0.key == key }) else {
      throw .unknownKey(key, known: DensitySetting.all.map(\.key))
    }
    guard setting.write(&self, value) else {
      throw .wrongValue(key: key, value: value.description, expected: setting.expected)
    }
  }

  /// Sets one value from a word of the command line: JSON, or a bare text.
  package mutating func set(
    _ key: String, toWord word: String
  ) throws(ConfigurationError) {
    try set(key, to: (try? JSONValue(parsing: word)) ?? .string(word))
  }
}

import Serialization

extension RecipeSetting {
  /// The name of the recipe.
  static func name(_ path: any WritableKeyPath<Recipe, String> & Sendable) -> RecipeSetting {
    RecipeSetting(key: "recipe", expected: "a text") {
      .string($0[keyPath: path])
    } write: {
      guard let name = $1.string else { return false }
      $0[keyPath: path] = name
      return true
    }
  }

  /// The name of a kind of recipe; it cannot be changed.
  static func kind(_ name: String) -> RecipeSetting {
    RecipeSetting(key: "model", expected: name) { _ in
      .string(name)
    } write: {
      $1.string == name
    }
  }

  static func counts(
    _ key: String, _ path: any WritableKeyPath<Recipe, [Int]> & Sendable
  ) -> RecipeSetting {
    RecipeSetting(key: key, expected: "a list of at most 100 whole numbers from 1") {
      JSONValue($0[keyPath: path].map(Double.init))
    } write: {
      guard let counts = $1.array?.map({ $0.integer ?? 0 }), (1...100).contains(counts.count),
        counts.allSatisfy({ (1...sizeLimit).contains($0) })
      else { return false }
      $0[keyPath: path] = counts
      return true
    }
  }
}

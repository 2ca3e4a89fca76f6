/// A method that steps along a vector field.
public struct ODEMethod: Hashable, Sendable {
  /// What kind of method it is, with its coefficients.
  public enum Scheme: Hashable, Sendable {
    case explicitRungeKutta(Tableau)
  }

  /// The name by which the method is asked for, as `dopri5`.
  public let name: String
  /// Where its coefficients come from.
  public let source: String
  public let scheme: Scheme

  public init(name: String, source: String, scheme: Scheme) {
    self.name = name
    self.source = source
    self.scheme = scheme
  }

  /// The coefficients of a Runge–Kutta method.
  public var tableau: Tableau {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau
    }
  }

  /// The kind in words.
  public var kind: String {
    switch scheme {
    case .explicitRungeKutta: "explicit Runge–Kutta"
    }
  }

  /// Whether it estimates its own error, as adaptive steps need it.
  public var isAdaptive: Bool { tableau.embeddedWeights != nil }

  /// Every method with a name, cheapest first.
  public static let all: [ODEMethod] = [
    .euler, .midpoint, .heun2, .ralston2, .heun3, .bogackiShampine3, .rungeKutta4,
    .threeEighths4, .fehlberg4, .cashKarp5, .dormandPrince5, .dormandPrince5Classic, .tsitouras5,
    .verner6,
  ]

  /// The method of that name, or nil.
  public static func named(_ name: String) -> ODEMethod? { all.first { $0.name == name } }
}

extension ODEMethod: CustomStringConvertible {
  public var description: String { name }
}

import Platform

/// A method that steps along a vector field.
public struct ODEMethod: Hashable, Sendable {
  /// What kind of method it is, with its coefficients.
  public enum Scheme: Hashable, Sendable {
    case explicitRungeKutta(Tableau)
    /// Linearly implicit, for stiff equations.
    case rosenbrock(RosenbrockTableau)
  }

  /// The name by which the method is requested, as `dopri5`.
  public let name: String
  /// Where its coefficients come from.
  public let source: String
  /// The kind of the method and its coefficients.
  public let scheme: Scheme

  /// A method of given coefficients; see `Tableau`.
  public init(name: String, source: String, scheme: Scheme) {
    self.name = name
    self.source = source
    self.scheme = scheme
  }

  /// The coefficients of a Runge–Kutta method.
  ///
  /// - Precondition: it is one. Solves of rows, and so flows, take no other.
  public var tableau: Tableau {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau
    case .rosenbrock:
      preconditionFailure("\(name) is no Runge–Kutta method: rows and flows take explicit methods")
    }
  }

  /// The kind in words.
  public var kind: String {
    switch scheme {
    case .explicitRungeKutta: "explicit Runge–Kutta"
    case .rosenbrock: "Rosenbrock, for stiff equations"
    }
  }

  /// Whether its steps need no Jacobian, and so stay small where equations are stiff.
  public var isExplicit: Bool {
    if case .explicitRungeKutta = scheme { true } else { false }
  }

  /// The error of one step of size `h` is O(h^(order + 1)).
  public var order: Int {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau.order
    case .rosenbrock(let tableau): tableau.order
    }
  }

  /// The order of the second solution, from which the error is estimated.
  public var embeddedOrder: Int? {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau.embeddedOrder
    case .rosenbrock(let tableau): tableau.embeddedOrder
    }
  }

  /// Evaluations of the field in a step that reuses nothing.
  public var stageCount: Int {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau.stageCount
    case .rosenbrock(let tableau): tableau.stageCount
    }
  }

  /// Dense output.
  public var interpolant: Interpolant {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau.interpolant
    case .rosenbrock(let tableau): tableau.interpolant
    }
  }

  /// The error estimate of a step of size `h` is O(h^errorOrder).
  public var errorOrder: Int? { embeddedOrder.map { min($0, order) + 1 } }

  /// The largest `x` for which `y' = −λ y` stays bounded with steps of `x / λ`; infinite for an
  /// implicit method.
  public var realStabilityBoundary: Double {
    switch scheme {
    case .explicitRungeKutta(let tableau): tableau.realStabilityBoundary
    case .rosenbrock: .infinity
    }
  }

  /// The largest step, in widths of a pulse, at which the error estimate sees the pulse wherever it
  /// lies: the weights of the evaluations inside of it do not cancel.
  var largestStepAcrossPulse: Double {
    guard case .explicitRungeKutta(let tableau) = scheme, let weights = tableau.errorWeights
    else { return 2 }
    let least = 0.05 * (weights.map(\.magnitude).max() ?? 0)
    func isSeen(_ start: Double, _ width: Double) -> Bool {
      let inside = tableau.nodes.indices.filter {
        tableau.nodes[$0] > start && tableau.nodes[$0] < start + width
      }
      let isWhole = inside.count == weights.count
      return isWhole || inside.reduce(0) { $0 + weights[$1] }.magnitude >= least
    }
    return [2, 1.75, 1.5, 1.25].first { step in
      // Pulses that begin or end just beside a node.
      let width = 1 / step
      return tableau.nodes.allSatisfy { node in
        [node - 1e-9, node + 1e-9, node - width - 1e-9, node - width + 1e-9].allSatisfy {
          $0 < 0 || $0 + width > 1 || isSeen($0, width)
        }
      }
    } ?? 1
  }

  /// Whether it estimates its own error, as adaptive steps need it.
  public var isAdaptive: Bool { embeddedOrder != nil }

  /// Every explicit method with a name, cheapest first.
  public static let explicit: [ODEMethod] = [
    .euler, .midpoint, .heun2, .ralston2, .heun3, .bogackiShampine3, .rungeKutta4,
    .threeEighths4, .fehlberg4, .cashKarp5, .dormandPrince5, .dormandPrince5Classic, .tsitouras5,
    .verner6,
  ]

  /// Every method with a name: the explicit ones, and that for stiff equations.
  public static let all: [ODEMethod] = explicit + [.rodas5P]

  /// The method of that name, or nil.
  public static func named(_ name: String) -> ODEMethod? { all.first { $0.name == name } }
}

extension ODEMethod: CustomStringConvertible {
  public var description: String { name }
}

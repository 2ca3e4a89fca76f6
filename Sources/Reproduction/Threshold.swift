import Reports

/// What a figure must satisfy for its claim to hold.
package enum Threshold: Hashable, Sendable {
  case atMost(Double)
  case atLeast(Double)
  case between(Double, Double)

  /// Whether a figure satisfies it; not-a-number never does.
  package func allows(_ figure: Double) -> Bool { excess(of: figure) <= 0 }

  /// By how much a figure misses; negative: what it has to spare.
  package func excess(of figure: Double) -> Double {
    if figure.isNaN { return .infinity }
    return switch self {
    case .atMost(let bound): figure - bound
    case .atLeast(let bound): bound - figure
    case .between(let lower, let upper): max(lower - figure, figure - upper)
    }
  }
}

extension Threshold: CustomStringConvertible {
  package var description: String {
    switch self {
    case .atMost(let bound): "≤ \(Figure(bound))"
    case .atLeast(let bound): "≥ \(Figure(bound))"
    case .between(let lower, let upper): "\(Figure(lower)) … \(Figure(upper))"
    }
  }
}

import NumericCore
import Platform

extension NoiseTerm {
  /// A count that is known to lie in a range: minus the logarithm of the sum of the probabilities of all counts in it.
  ///
  /// `<5` is a count of at most 4, `>5` one of at least 6, `5..8` one of 5, 6, 7 or 8. The derivative of the logarithm is the mean of those of
  /// the counts in the range, weighted by their probabilities; its square stands for the information, which has no closed form.
  init?(_ noise: NoiseModel, ofCountIn measured: Measurement.Value, value f: Double, size: Double) {
    var range = measured.counts
    let first = max(range.lowerBound, 0)
    guard first <= range.upperBound, f.isFinite else { return nil }
    range = first...range.upperBound
    var (largest, sum, byValue, bySize) = (-Double.infinity, 0.0, 0.0, 0.0)
    var count = range.lowerBound
    while count <= range.upperBound {
      guard let term = NoiseTerm(noise, of: .exact(count), value: f, arguments: (size, 1)) else {
        return nil
      }
      if -term.penalty > largest {
        let factor = Double.exponential(largest + term.penalty)
        (sum, byValue, bySize) = (sum * factor, byValue * factor, bySize * factor)
        largest = -term.penalty
      }
      let weight = Double.exponential(-term.penalty - largest)
      sum += weight
      byValue += weight * term.main.residual * term.main.byValue
      if let scale = term.scale { bySize += weight * scale.residual * scale.byArguments.0 }
      // Beyond the mean the probabilities fall faster and faster or by a constant factor.
      if count > f && weight < 1e-17 * sum * (1 - f / (f + count)) { break }
      count += 1
    }
    penalty = -largest - .logarithm(sum)
    main = Self.row(byValue / sum) { Row(residual: $0, byValue: $1) }
    if noise == .negativeBinomial {
      scale = Self.row(bySize / sum) { Row(residual: $0, byValue: 0, byArguments: ($1, 0)) }
    }
  }

  /// A row with a slope of the penalty as its product of residual and derivative.
  private static func row(_ slope: Double, _ make: (Double, Double) -> Row) -> Row {
    let size = max(slope.magnitude, 1e-150)
    return make(slope / size, size)
  }
}

extension Measurement.Value {
  /// Whether a count may have this value.
  var isCount: Bool {
    switch self {
    case .exact(let value): value >= 0 && value == value.rounded()
    case .below, .above, .between:
      counts.upperBound >= max(counts.lowerBound, 0)
        && counts.lowerBound == counts.lowerBound.rounded()
    }
  }

  /// The counts that are possible: whole numbers, or infinity as an end.
  fileprivate var counts: ClosedRange<Double> {
    switch self {
    case .exact(let value): value...value
    case .below(let limit): -1...max(limit.rounded(.up) - 1, -1)
    case .above(let limit): (limit.rounded(.down) + 1)...Double.infinity
    case .between(let lower, let upper):
      // Without a count between them the range is that of a negative one.
      lower.rounded(.up) <= upper.rounded(.down)
        ? lower.rounded(.up)...upper.rounded(.down) : -1 ... -1
    }
  }
}

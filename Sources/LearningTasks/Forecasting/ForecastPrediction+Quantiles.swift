import Platform
import NumericCore

extension ForecastPrediction.Line {
  /// The standard deviation of the forecast's normal distribution, in the unit of the channel.
  public var standardDeviation: Double { (upper - lower) / (2 * normalQuantile(0.95)) }

  /// A quantile of the forecast's normal distribution: `mean + z(p) · standardDeviation`.
  ///
  /// - Precondition: the probability is between 0 and 1, both excluded.
  public func quantile(_ probability: Double) -> Double {
    precondition(
      probability > 0 && probability < 1,
      "a quantile needs a probability between 0 and 1, got \(probability)")
    return mean + normalQuantile(probability) * standardDeviation
  }
}

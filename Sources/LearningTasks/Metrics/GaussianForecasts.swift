import Platform
import NumericCore

/// Forecasts that are normal distributions, with the observations.
public struct GaussianForecasts: Hashable, Sendable {
  public private(set) var means: [Double] = []
  /// Standard deviations, positive.
  public private(set) var deviations: [Double] = []
  /// The measured values.
  public private(set) var observed: [Double] = []

  /// No forecasts.
  public init() {}

  /// Forecasts with their observations.
  ///
  /// - Precondition: equal counts, positive deviations.
  public init(means: [Double], deviations: [Double], observed: [Double]) {
    precondition(
      means.count == deviations.count && means.count == observed.count,
      "\(means.count) means, \(deviations.count) deviations, \(observed.count) observations")
    precondition(deviations.allSatisfy { $0 > 0 }, "a standard deviation is not positive")
    self.means = means
    self.deviations = deviations
    self.observed = observed
  }

  public var count: Int { means.count }

  /// Adds a forecast.
  ///
  /// - Precondition: the deviation is positive.
  public mutating func append(mean: Double, deviation: Double, observed value: Double) {
    precondition(deviation > 0, "the standard deviation \(deviation) is not positive")
    means.append(mean)
    deviations.append(deviation)
    observed.append(value)
  }

  /// The entries at these indices, including repetitions.
  public func entries(_ places: [Int]) -> GaussianForecasts {
    GaussianForecasts(
      means: places.map { means[$0] }, deviations: places.map { deviations[$0] },
      observed: places.map { observed[$0] })
  }

  /// (mean − observed)² of every entry.
  public var squaredErrors: [Double] {
    zip(means, observed).map { ($0 - $1) * ($0 - $1) }
  }

  /// √ mean (mean − observed)², in the observations' unit.
  public var rootMeanSquaredError: Double {
    average { mean, _, value in (mean - value) * (mean - value) }.squareRoot()
  }

  /// mean |mean − observed|, in the observations' unit.
  public var meanAbsoluteError: Double { average { mean, _, value in abs(mean - value) } }

  /// Mean of ½ log 2πσ² + (observed − mean)² / 2σ², in nats per forecast.
  public var negativeLogLikelihood: Double {
    average { mean, deviation, value in
      let z = (value - mean) / deviation
      return 0.5 * Double.logarithm(2 * .pi) + Double.logarithm(deviation) + z * z / 2
    }
  }

  /// The fraction of observations inside the central band of a probability, for example 0.9.
  public func coverage(ofCentral probability: Double) -> Double {
    let half = normalQuantile((1 + probability) / 2)
    return average { mean, deviation, value in abs(value - mean) <= half * deviation ? 1 : 0 }
  }

  /// The continuous ranked probability score, in the observations' unit; smaller is better.
  ///
  /// It generalizes the mean absolute error to forecasts that are distributions. For a normal
  /// distribution, with z = (observed − mean) / σ: σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π). Source:
  /// Gneiting and Raftery 2007, "Strictly proper scoring rules", equation 21.
  public var continuousRankedProbabilityScore: Double {
    average { mean, deviation, value in
      let z = (value - mean) / deviation
      let density = Double.exponential(-z * z / 2) / (2 * Double.pi).squareRoot()
      let spread = Double.errorFunction(z / 2.0.squareRoot())  // 2Φ(z) − 1
      return deviation * (z * spread + 2 * density - 1 / Double.pi.squareRoot())
    }
  }

  /// For each probability p, the fraction of observations below the forecast's p-quantile.
  ///
  /// It is p for calibrated forecasts.
  public func calibration(at probabilities: [Double]) -> [Double] {
    probabilities.map { probability in
      let quantile = normalQuantile(probability)
      return average { mean, deviation, value in value <= mean + quantile * deviation ? 1 : 0 }
    }
  }

  private func average(
    _ term: (_ mean: Double, _ deviation: Double, _ value: Double) -> Double
  ) -> Double {
    guard count > 0 else { return .nan }
    var sum = 0.0
    for i in 0..<count { sum += term(means[i], deviations[i], observed[i]) }
    return sum / Double(count)
  }
}

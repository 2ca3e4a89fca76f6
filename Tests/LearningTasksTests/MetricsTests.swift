import Platform
import NumericCore
import LearningTasks
import Testing

@Suite struct MetricsTests {
  /// Draws from the forecasts themselves: what a calibrated forecaster sees.
  private func calibrated(_ count: Int, seed: UInt64, widening: Double = 1) -> GaussianForecasts {
    let key = RandomKey(seed)
    let noise = key.folding(in: 0).normal(count, as: Double.self)
    let means = key.folding(in: 1).normal(count, as: Double.self)
    let spread = key.folding(in: 2).uniform(count, as: Double.self)
    let deviations = spread.map { 0.5 + $0 }
    return GaussianForecasts(
      means: means, deviations: deviations.map { $0 * widening },
      observed: (0..<count).map { means[$0] + deviations[$0] * noise[$0] })
  }

  @Test func `errors of a known sample`() {
    let sample = GaussianForecasts(means: [1, 2, 4], deviations: [1, 2, 1], observed: [2, 2, 2])
    // Errors 1, 0, 2: exact up to the rounding of a square root and a quotient.
    #expect(abs(sample.rootMeanSquaredError - (5.0 / 3).squareRoot()) < 1e-15)
    #expect(sample.meanAbsoluteError == 1)
    // ½ log 2π + (log 2 + ½ + 2) / 3 with digits of both logarithms; a few roundings.
    let expected = 0.918938533204672742 + (0.693147180559945309 + 2.5) / 3
    #expect(abs(sample.negativeLogLikelihood - expected) < 1e-14)
  }

  @Test func `CRPS at the mean has its closed form and grows like the distance`() {
    // At z = 0: 2φ(0) − 1/√π = (√2 − 1)/√π = 0.23369497725510915 (40-digit arithmetic).
    let center = GaussianForecasts(means: [3], deviations: [1], observed: [3])
    #expect(abs(center.continuousRankedProbabilityScore - 0.23369497725510915) < 1e-15)
    // Far out the score is |z| − 1/√π up to exponentially small terms.
    let far = GaussianForecasts(means: [0], deviations: [2], observed: [40])
    let limit = 40 - 2 / Double.pi.squareRoot()
    #expect(abs(far.continuousRankedProbabilityScore - limit) < 1e-12)
  }

  @Test func `CRPS is the integral of the squared distance of distribution functions`() {
    let (mean, deviation, value) = (0.3, 1.7, 1.1)
    let sample = GaussianForecasts(means: [mean], deviations: [deviation], observed: [value])
    // Midpoint rule in p-space: ∫ (F − 1[x ≥ y])² dx with x = F⁻¹(p).
    let steps = 200_000
    var integral = 0.0
    for step in 0..<steps {
      let low = -20.0 + 40.0 * Double(step) / Double(steps)
      let x = low + 20.0 / Double(steps)
      let below = 0.5 * (1 + Double.errorFunction((x - mean) / (deviation * 2.0.squareRoot())))
      let gap = below - (x >= value ? 1 : 0)
      integral += gap * gap * 40.0 / Double(steps)
    }
    // The jump at y limits the midpoint rule to one cell of width 2e-4.
    #expect(abs(sample.continuousRankedProbabilityScore - integral) < 2e-4)
  }

  @Test func `calibrated forecasts are found calibrated, wide ones wide`() {
    let count = 20_000
    // Five standard errors of a share: 5 √(p (1 − p) / n) ≤ 0.018.
    let sample = calibrated(count, seed: 7)
    #expect(abs(sample.coverage(ofCentral: 0.9) - 0.9) < 0.011)
    let levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    for (level, share) in zip(levels, sample.calibration(at: levels)) {
      #expect(abs(share - level) < 0.018, "\(level)")
    }
    #expect(calibrated(count, seed: 7, widening: 2).coverage(ofCentral: 0.9) > 0.99)
    #expect(calibrated(count, seed: 7, widening: 0.5).coverage(ofCentral: 0.9) < 0.65)
  }

  @Test func `proper scores prefer the true deviation`() {
    let truth = calibrated(20_000, seed: 11)
    for widening in [0.5, 0.8, 1.25, 2] {
      let wrong = calibrated(20_000, seed: 11, widening: widening)
      #expect(truth.negativeLogLikelihood < wrong.negativeLogLikelihood)
      #expect(
        truth.continuousRankedProbabilityScore < wrong.continuousRankedProbabilityScore)
    }
  }

  @Test func `a bootstrap interval has the width of the mean's standard error`() {
    let values = RandomKey(3).normal(400, as: Double.self)
    let mean = values.reduce(0, +) / 400
    let interval = bootstrapInterval(count: 400, blockLength: 1, key: RandomKey(5)) { places in
      places.reduce(0) { $0 + values[$1] } / Double(places.count)
    }
    #expect(interval.contains(mean))
    // 2 · 1.645 · σ/√n = 0.164 for σ = 1; 1,000 replicates of 400 values leave about 10 %.
    let width = interval.upperBound - interval.lowerBound
    #expect(abs(width - 0.164) < 0.03)
    // Blocks of equal neighbours carry less information: 4 times fewer values, twice the width.
    let repeated = values.prefix(100).flatMap { [$0, $0, $0, $0] }
    let wide = bootstrapInterval(count: 400, blockLength: 16, key: RandomKey(5)) { places in
      places.reduce(0) { $0 + repeated[$1] } / Double(places.count)
    }
    #expect(wide.upperBound - wide.lowerBound > 1.5 * width)
  }

  @Test func `means over resampled blocks are those of the interval's own resampling`() {
    let noise = RandomKey(6).normal(200, as: Double.self)
    for blockLength in [1, 7, 400] {
      let means = bootstrapMeans(
        of: [noise, noise.map { 2 * $0 + 1 }], blockLength: blockLength, replicates: 50,
        key: RandomKey(2))
      var places: [[Int]] = []
      _ = bootstrapInterval(
        count: 200, blockLength: blockLength, replicates: 50, key: RandomKey(2)
      ) {
        places.append($0)
        return 0
      }
      for (replicate, drawn) in zip(means, places) {
        let direct = drawn.reduce(0) { $0 + noise[$1] } / 200
        // Running sums of 200 numbers of order one.
        #expect(abs(replicate[0] - direct) < 1e-13)
        #expect(abs(replicate[1] - 2 * replicate[0] - 1) < 1e-13)
      }
    }
  }
}

import Platform
import NumericCore
package import Serialization

/// Corrections of a network's forecasts, found on the validation part.
///
/// The mean is `a + w (m − a)` for the statistical forecast `a` and the mean `m` of the network, with
/// the weight `w` from 0, the statistical forecast alone, to 1 that has the least squared error. The
/// deviation is multiplied so that the central band of 90 % contains 90 % of the observations
/// (split-conformal prediction). Both depend on the channel and on the horizon. With few futures in
/// the validation part the weight is smaller, and the band is mixed with that of the statistical
/// forecast. Source of the scale: Lei et al. 2018, "Distribution-free predictive inference for
/// regression".
public struct ForecastAdjustment: Hashable, Sendable {
  /// The corrections of one channel up to a horizon.
  package struct Correction: Hashable, Sendable {
    package var weight: Double
    package var scale: Double
  }

  /// The largest horizon of each range of horizons, in the unit of the times; the last range is
  /// open.
  package var limits: [Double]
  /// The corrections of forecasts, `[channel][range]`.
  package var corrections: [[Correction]]
  /// The share of the network's variance in the band; the rest is that of the statistical forecast.
  package var trust: Double
  /// The corrections of imputations, `[channel]`.
  package var fills: [Correction]

  /// One forecast of the validation part.
  package struct Sample {
    var horizon: Double
    var mean: Double
    var deviation: Double
    /// The statistical forecast.
    var anchor: Double
    var observed: Double

    package init(
      horizon: Double, mean: Double, deviation: Double, anchor: Double, observed: Double
    ) {
      self.horizon = horizon
      self.mean = mean
      self.deviation = deviation
      self.anchor = anchor
      self.observed = observed
    }
  }

  /// The fewest observations of a range.
  private static let leastCount = 40

  /// Finds the corrections of each channel's forecasts, in at most six ranges of horizons.
  ///
  /// - Parameter futures: the number of futures that fit into the validation part one after the
  ///   other.
  package init(
    fitting samples: [[Sample]], fills: [[Sample]], future: Double, futures: Double
  ) {
    trust = futures / (futures + 10)
    self.fills = fills.map { Correction(fitting: $0, futures: futures) }
    let least = samples.map(\.count).min() ?? 0
    let ranges = max(1, min(6, least / Self.leastCount))
    limits = (1...ranges).map { future * Double($0) / Double(ranges) }
    corrections = []
    let limits = limits
    corrections = samples.map { all in
      let pooled = Correction(fitting: all, futures: futures)
      return limits.indices.map { range in
        let some = all.filter { Self.range(of: $0.horizon, limits) == range }
        return some.count < Self.leastCount / 2
          ? pooled : Correction(fitting: some, futures: futures)
      }
    }
  }

  private static func range(of horizon: Double, _ limits: [Double]) -> Int {
    limits.firstIndex { horizon <= $0 * (1 + 1e-9) } ?? limits.count - 1
  }

  /// The corrected forecast of an example that has statistical forecasts.
  func adjusted(
    _ forecast: SeriesForecast, of example: SeriesExample, _ anchor: Anchor?
  ) -> SeriesForecast {
    var result = forecast
    for (row, time) in forecast.times.enumerated() {
      guard let anchors = example.anchored?[row] else { continue }
      let range = time > example.now ? Self.range(of: time - example.now, limits) : nil
      for (channel, start) in anchors.enumerated() {
        guard let start, channel < corrections.count else { continue }
        let correction = range.map { corrections[channel][$0] } ?? fills[channel]
        result.means[row][channel] =
          start + correction.weight * (forecast.means[row][channel] - start)
        var deviation = forecast.deviations[row][channel] * correction.scale
        if range != nil, let other = anchor?.deviation(channel, horizon: time - example.now) {
          deviation =
            (trust * deviation * deviation + (1 - trust) * other * other).squareRoot()
        }
        result.deviations[row][channel] = deviation
      }
    }
    return result
  }
}

extension ForecastAdjustment.Correction {
  /// The weight of the least squared error, 0 unless it reduces the error by 1 %, and the scale of
  /// the band with that weight; no change without forecasts.
  ///
  /// The weight `w` is multiplied by the positive part of `1 − s² / w²`, where `s` is its standard
  /// error if as many errors are independent as there are futures (James and Stein 1961).
  fileprivate init(fitting samples: [ForecastAdjustment.Sample], futures: Double) {
    var (products, squares, errors) = (0.0, 0.0, 0.0)
    for one in samples {
      let (deviation, error) = (one.mean - one.anchor, one.observed - one.anchor)
      products += deviation * error
      squares += deviation * deviation
      errors += error * error
    }
    let best = squares > 0 ? min(max(products / squares, 0), 1) : 0
    let gain = 2 * best * products - best * best * squares
    let variance = (errors - gain) / max(squares * futures, .leastNormalMagnitude)
    let shrinkage = max(0, 1 - variance / max(best * best, .leastNormalMagnitude))
    let weight = gain > 0.02 * errors ? shrinkage * best : 0
    let ratios = samples.map { one in
      let mean = one.anchor + weight * (one.mean - one.anchor)
      return abs(one.observed - mean) / one.deviation
    }.sorted()
    self.weight = samples.isEmpty ? 1 : weight
    guard !ratios.isEmpty else {
      scale = 1
      return
    }
    let place = min(Int((0.9 * Double(ratios.count + 1)).rounded(.up)), ratios.count) - 1
    scale = max(ratios[place] / normalQuantile(0.95), 1e-3)
  }
}

extension ForecastAdjustment {
  package var json: JSONValue {
    [
      "limits": JSONValue(limits), "trust": .number(trust),
      "weights": .array(corrections.map { JSONValue($0.map(\.weight)) }),
      "scales": .array(corrections.map { JSONValue($0.map(\.scale)) }),
      "fills": .array(fills.map { JSONValue([$0.weight, $0.scale]) }),
    ]
  }

  /// `nil` if the document does not describe the corrections of some channels.
  package init?(_ document: JSONValue, channels: Int) {
    guard let limits = document["limits"]?.numbers, (1...100).contains(limits.count),
      limits.allSatisfy({ $0 > 0 && $0.isFinite }),
      zip(limits, limits.dropFirst()).allSatisfy({ $0 < $1 }),
      let weights = document["weights"]?.array?.compactMap(\.numbers),
      let scales = document["scales"]?.array?.compactMap(\.numbers),
      weights.count == channels, scales.count == channels,
      (weights + scales).allSatisfy({ $0.count == limits.count }),
      weights.joined().allSatisfy({ (0...1).contains($0) }),
      scales.joined().allSatisfy({ (1e-6...1e9).contains($0) }),
      let fills = document["fills"]?.array?.compactMap(\.numbers), fills.count == channels,
      fills.allSatisfy({
        $0.count == 2 && (0...1).contains($0[0]) && (1e-6...1e9).contains($0[1])
      })
    else { return nil }
    guard let trust = document["trust"]?.number, (0...1).contains(trust) else { return nil }
    self.trust = trust
    self.fills = fills.map { Correction(weight: $0[0], scale: $0[1]) }
    self.limits = limits
    corrections = zip(weights, scales).map { zip($0, $1).map { Correction(weight: $0, scale: $1) } }
  }
}

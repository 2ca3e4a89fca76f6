import Platform
package import NumericCore
import NeuralNets

/// Eight equal Gaussians in eight dimensions at corners of the cube ±1, as far from each other as can be.
///
/// The corners are the rows of a Hadamard matrix: any two are 4 apart, 11 standard deviations, so that the entropy
/// is that of the mixture's weights plus that of one component to better than 10⁻⁶ nat.
package enum GaussianMixture {
  package static let dimension = 8
  package static let standardDeviation = 0.35

  /// `log 8 + 4 log(2π e σ²)`, in nats.
  package static var entropy: Double {
    let variance = standardDeviation * standardDeviation
    return .logarithm(8) + 4 * .logarithm(2 * .pi * .exponential(1) * variance)
  }

  /// Row-major points.
  package static func points(_ count: Int, key: RandomKey) -> [Float] {
    let keys = key.split(2)
    let components = keys[0].integers(count, below: 8)
    let noise = keys[1].normal(count * dimension, as: Float.self)
    return noise.indices.map { i in
      let parity = (components[i / dimension] & (i % dimension)).nonzeroBitCount % 2
      return (parity == 0 ? 1 : -1) + Float(standardDeviation) * noise[i]
    }
  }
}

import Platform
public import Tensors

/// Independent normal distributions, one for each element; all results are elementwise and in nats.
///
/// Sum over the feature axis for the density, entropy or divergence of the vector.
public struct DiagonalNormal: TensorTree {
  /// The means.
  public var mean: Tensor
  /// The positive standard deviations, with the shape of the means.
  public var standardDeviation: Tensor

  /// The distribution with a positive standard deviation.
  public init(mean: Tensor, standardDeviation: Tensor) {
    precondition(
      mean.type == standardDeviation.type,
      "mean \(mean.type) and standard deviation \(standardDeviation.type) differ")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The distribution with variance `exp(logVariance)`.
  public init(mean: Tensor, logVariance: Tensor) {
    self.init(mean: mean, standardDeviation: exp(0.5 * logVariance))
  }

  /// Mean 0 and standard deviation 1.
  public static func standard(_ shape: [Int], scalarType: ScalarType = .float32) -> DiagonalNormal {
    DiagonalNormal(
      mean: .zeros(shape, scalarType: scalarType),
      standardDeviation: .ones(shape, scalarType: scalarType))
  }

  static let logTwoPi = 1.837_877_066_409_345_483_560_659_472_811

  /// `−((x − μ) / σ)² / 2 − log σ − log(2π) / 2`.
  public func logDensity(of x: Tensor) -> Tensor {
    -0.5 * square((x - mean) / standardDeviation) - log(standardDeviation) - 0.5 * Self.logTwoPi
  }

  /// `μ + σ ε`: a sample that derivatives pass through; `ε` is standard normal noise that broadcasts with μ.
  public func sample(noise: Tensor) -> Tensor { mean + standardDeviation * noise }

  /// `log σ + (1 + log 2π) / 2`.
  public var entropy: Tensor { log(standardDeviation) + 0.5 * (1 + Self.logTwoPi) }

  /// Kullback–Leibler divergence `KL(self ‖ other) = log(σ₂ / σ₁) + (σ₁² + (μ₁ − μ₂)²) / (2 σ₂²) − ½`.
  public func divergence(from other: DiagonalNormal) -> Tensor {
    let spread = square(standardDeviation / other.standardDeviation)
    let distance = square((mean - other.mean) / other.standardDeviation)
    return 0.5 * (spread + distance - 1) - log(standardDeviation) + log(other.standardDeviation)
  }

  /// `KL(self ‖ standard normal) = (σ² + μ² − 1) / 2 − log σ`.
  public var divergenceFromStandard: Tensor {
    0.5 * (square(standardDeviation) + square(mean) - 1) - log(standardDeviation)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("mean", &mean)
    visitor("standardDeviation", &standardDeviation)
  }
}

import NeuralNets
import Transforms
public import Tensors

/// An invertible normalization of each variable between flows, by running statistics.
///
/// `y = (x − μ) exp(−½ log(σ² + 10⁻⁴)) exp(w) + b`; μ and σ² follow the batches with a decay of 0.1 and get no
/// gradient.
/// - Source: Grathwohl et al. 2019, appendix, and the released code.
public struct MovingBatchNorm: TensorTree {
  /// μ, σ², `w` and `b`, each `[D]`.
  public var mean: Tensor
  /// σ², the running variance, `[D]`.
  public var variance: Tensor
  /// `w`, the logarithm of the learned scale, `[D]`.
  public var logScale: Tensor
  /// `b`, the learned shift, `[D]`.
  public var shift: Tensor

  /// The weight of a new batch in the running statistics.
  public static let decay = 0.1
  static let epsilon = 1e-4

  /// The identity: mean 0, variance 1, scale 1 and shift 0.
  public init(dimension: Int, scalarType: ScalarType = .float32) {
    func constant(_ value: Double) -> Tensor {
      Tensor(
        rounding: [Double](repeating: value, count: dimension), shape: [dimension], to: scalarType)
    }
    mean = constant(0)
    variance = constant(1)
    logScale = constant(0)
    shift = constant(0)
  }

  /// `log |dy/dx|` of each variable, `[D]`.
  private var logSlope: Tensor {
    logScale - 0.5 * log(stopGradient(variance) + Self.epsilon)
  }

  /// Points `[rows, D]` normalized, and `log |∂y/∂x|`, a scalar.
  public func callAsFunction(_ x: Tensor) -> (points: Tensor, logDeterminant: Tensor) {
    ((x - stopGradient(mean)) * exp(logSlope) + shift, logSlope.sum())
  }

  /// The points that `callAsFunction` maps to `y`.
  public func inverse(_ y: Tensor) -> Tensor {
    (y - shift) * exp(-logSlope) + stopGradient(mean)
  }

  /// The normalization after a batch with this mean and variance, `[D]` both; concrete tensors.
  public func following(mean batchMean: Tensor, variance batchVariance: Tensor) -> MovingBatchNorm {
    var next = self
    next.mean = Self.moved(mean, to: batchMean)
    next.variance = Self.moved(variance, to: batchVariance)
    return next
  }

  private static func moved(_ running: Tensor, to batch: Tensor) -> Tensor {
    let values = zip(running.values, batch.values).map { (1 - decay) * $0 + decay * $1 }
    return Tensor(rounding: values, shape: running.shape, to: running.scalarType)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("mean", &mean)
    visitor("variance", &variance)
    visitor("logScale", &logScale)
    visitor("shift", &shift)
  }
}

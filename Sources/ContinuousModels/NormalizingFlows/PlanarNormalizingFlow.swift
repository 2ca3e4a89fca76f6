import Platform
public import NumericCore
import NeuralNets
public import Tensors

/// A sequence of planar layers: the discrete counterpart of the continuous planar flow.
///
/// `z′ = z + û tanh(w·z + b)`, `log |∂z′/∂z| = log(1 + û·w (1 − tanh²))`; `û = u + (softplus(w·u) − 1 − w·u) w/|w|²`
/// makes every layer invertible (there is no closed form of the inverse).
/// - Source: Rezende and Mohamed 2015, equations 10–12 and appendix A.1.
public struct PlanarNormalizingFlow: TensorTree {
  /// The dimension `D` of a point.
  public let dimension: Int
  /// `w` and `u`, `[K, D]`; `b`, `[K]`.
  var weight: Tensor
  var direction: Tensor
  var bias: Tensor
  /// A diagonal affine map after the layers: log-scale and shift, `[D]`.
  var logScale: Tensor
  var shift: Tensor

  /// A sequence of drawn layers.
  public init(
    dimension: Int, layers: Int, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    self.dimension = dimension
    let keys = key.split(2)
    func draw(_ key: RandomKey) -> Tensor {
      Initializer.normal(standardDeviation: 0.3)(
        [layers, dimension], fanIn: dimension, fanOut: layers, key: key, scalarType: scalarType)
    }
    weight = draw(keys[0])
    direction = draw(keys[1])
    func zeros(_ count: Int) -> Tensor {
      Initializer.zeros([count], fanIn: 1, fanOut: 1, key: key, scalarType: scalarType)
    }
    bias = zeros(layers)
    logScale = zeros(dimension)
    shift = zeros(dimension)
  }

  /// Points through all layers `[rows, D]`, and the logarithm of the Jacobian's determinant `[rows]`.
  public func callAsFunction(_ points: Tensor) -> (points: Tensor, logDeterminant: Tensor) {
    var z = points
    var logDeterminant = Tensor.zeros([points.shape[0]], scalarType: points.scalarType)
    for layer in 0..<bias.shape[0] {
      let (w, u) = (weight.at(layer), direction.at(layer))
      let product = (w * u).sum()
      let squared = square(w).sum() + 1e-12
      let invertible = u + (softplus(product) - 1 - product) / squared * w
      let h = tanh((z * w).sum([1], keepingAxes: true) + bias.at(layer))
      z = z + h * invertible
      let slope = (1 - square(h)).reshaped([points.shape[0]])
      logDeterminant = logDeterminant + log1p(slope * (invertible * w).sum())
    }
    return (z * exp(logScale) + shift, logDeterminant + logScale.sum())
  }

  /// `log p(x)` when the layers carry data to a normal distribution of the given variance.
  public func logDensity(of data: Tensor, baseVariance: Double = 1) -> Tensor {
    let (z, logDeterminant) = self(data)
    let logTwoPi = 1.837_877_066_409_345_483_560_659_472_811
    let constant = 0.5 * Double(dimension) * (logTwoPi + .logarithm(baseVariance))
    return (-0.5 / baseVariance) * square(z).sum([1]) - constant + logDeterminant
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("weight", &weight)
    visitor("direction", &direction)
    visitor("bias", &bias)
    visitor("logScale", &logScale)
    visitor("shift", &shift)
  }
}

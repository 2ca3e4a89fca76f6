import Platform
public import NumericCore
public import Tensors

/// The distribution of a parameter's initial values.
///
/// Numbers are drawn as doubles and rounded: one key gives the same model in both scalar types.
public enum Initializer: Hashable, Sendable {
  case zeros
  case constant(Double)
  /// Normal with mean 0.
  case normal(standardDeviation: Double)
  /// Uniform in ±bound.
  case uniform(bound: Double)
  /// Uniform in ±1 / √fanIn: PyTorch's default for linear and convolution layers and biases.
  case fanInUniform
  /// Uniform in ±√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, equation 16).
  case glorotUniform
  /// Normal with variance 2 / (fanIn + fanOut).
  case glorotNormal
  /// Uniform in ±√(6 / fanIn) (He et al. 2015, for relu).
  case heUniform
  /// Normal with variance 2 / fanIn.
  case heNormal
  /// Orthonormal rows or columns (whichever are fewer) times a gain (Saxe et al. 2014).
  ///
  /// All axes but the last are one axis: a convolution kernel is orthogonal as a matrix of patches.
  case orthogonal(gain: Double = 1)

  /// A concrete tensor.
  ///
  /// `fanIn` is the number of inputs of one output, `fanOut` the number of outputs of one input.
  public func callAsFunction(
    _ shape: [Int], fanIn: Int, fanOut: Int, key: RandomKey, scalarType: ScalarType = .float32
  ) -> Tensor {
    let (fanIn, fanOut) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
    let count = shape.reduce(1, *)
    func uniform(_ bound: Double) -> [Double] { key.uniform(count, from: -bound, to: bound) }
    func normal(_ deviation: Double) -> [Double] {
      key.normal(count, as: Double.self).map { $0 * deviation }
    }
    let values: [Double] =
      switch self {
      case .zeros: [Double](repeating: 0, count: count)
      case .constant(let value): [Double](repeating: value, count: count)
      case .normal(let deviation): normal(deviation)
      case .uniform(let bound): uniform(bound)
      case .fanInUniform: uniform(1 / fanIn.squareRoot())
      case .glorotUniform: uniform((6 / (fanIn + fanOut)).squareRoot())
      case .glorotNormal: normal((2 / (fanIn + fanOut)).squareRoot())
      case .heUniform: uniform((6 / fanIn).squareRoot())
      case .heNormal: normal((2 / fanIn).squareRoot())
      case .orthogonal(let gain): Self.orthogonal(shape, gain: gain, draw: normal(1))
      }
    return Tensor(rounding: values, shape: shape, to: scalarType)
  }

  /// A parameter of a linear layer, `[in, out]`.
  func linear(_ inputs: Int, _ outputs: Int, key: RandomKey, scalarType: ScalarType) -> Tensor {
    self([inputs, outputs], fanIn: inputs, fanOut: outputs, key: key, scalarType: scalarType)
  }

  /// Gram–Schmidt, applied twice to each vector so that rounding leaves no overlap.
  private static func orthogonal(_ shape: [Int], gain: Double, draw: [Double]) -> [Double] {
    precondition(shape.count >= 2, "an orthogonal tensor needs two axes, got \(shape)")
    let columns = shape[shape.count - 1]
    let rows = columns == 0 ? 0 : draw.count / columns
    let (vectors, length) = (min(rows, columns), max(rows, columns))
    var basis: [[Double]] = []
    for v in 0..<vectors {
      var vector = Array(draw[v * length..<(v + 1) * length])
      for _ in 0..<2 {
        for earlier in basis {
          let overlap = zip(vector, earlier).reduce(0) { $0 + $1.0 * $1.1 }
          for i in 0..<length { vector[i] -= overlap * earlier[i] }
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for i in 0..<length { vector[i] /= norm }
      }
      basis.append(vector)
    }
    return (0..<rows).flatMap { row in
      (0..<columns).map { gain * (rows <= columns ? basis[row][$0] : basis[$0][row]) }
    }
  }
}

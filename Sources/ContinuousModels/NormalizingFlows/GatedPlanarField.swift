import Platform
public import NumericCore
import Adjoints
import NeuralNets
public import Tensors

/// The width-M continuous planar flow, with all parameters from a hypernetwork of time.
///
/// `dz/dt = (1/M) Σₘ tanh(wₘ·z + bₘ) uₘ σ(gₘ)`; `W, U, G` are `[M, D]` and `b` `[M]`, all functions of t. The
/// trace is in closed form: `(1/M) Σₘ (1 − tanh²) wₘ·uₘ σ(gₘ)`, its cost linear in M.
/// - Precondition: the batch shares its time.
/// - Source: Chen et al. 2018, §4, and the authors' example.
public struct GatedPlanarField: DensityField {
  /// The dimension `D` of a point.
  public let dimension: Int
  /// The number `M` of units.
  public let width: Int
  var hypernetwork: MLP

  /// A field with a drawn hypernetwork.
  public init(
    dimension: Int, width: Int, hidden: [Int] = [32, 32], key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    self.dimension = dimension
    self.width = width
    hypernetwork = MLP(
      sizes: [1] + hidden + [3 * width * dimension + width], key: key, scalarType: scalarType)
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let units = units(at: time)
    return units.activations(state).matrixMultiplied(by: units.output)
  }

  public func valueAndTrace(
    _ time: Tensor, _ state: Tensor
  ) -> (value: Tensor, trace: Tensor) {
    let units = units(at: time)
    let h = units.activations(state)
    let products = (units.input * units.output).sum([1], keepingAxes: true)
    return (
      h.matrixMultiplied(by: units.output), (1 - square(h)).matrixMultiplied(by: products)
    )
  }

  public func pushforward(
    _ time: Tensor, _ state: Tensor, _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor) {
    let units = units(at: time)
    let h = units.activations(state)
    let dh = (1 - square(h)) * tangents.matrixMultiplied(by: units.input.transposed())
    return (h.matrixMultiplied(by: units.output), dh.matrixMultiplied(by: units.output))
  }

  /// The hidden units at one time.
  private struct Units {
    /// `W`, `[M, D]`.
    var input: Tensor
    /// `[M]`.
    var bias: Tensor
    /// `U ⊙ σ(G) / M`, `[M, D]`.
    var output: Tensor

    func activations(_ state: Tensor) -> Tensor {
      tanh(state.matrixMultiplied(by: input, transposingRight: true) + bias)
    }
  }

  private func units(at time: Tensor) -> Units {
    precondition(
      time.rank == 0, "a field with a hypernetwork needs one time for the batch, got \(time.shape)")
    let size = width * dimension
    let parts = hypernetwork(time.reshaped([1, 1])).reshaped([3 * size + width])
      .split([size, size, size, width], axis: 0)
    let matrices = parts[0..<3].map { $0.reshaped([width, dimension]) }
    return Units(
      input: matrices[0], bias: parts[3],
      output: matrices[1] * sigmoid(matrices[2]) * (1 / Double(width)))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("hypernetwork", &hypernetwork)
  }
}

/// The continuous planar flow with constant parameters: `dz/dt = Σₘ tanh(wₘ·z + bₘ) uₘ`.
///
/// One unit is the flow of Chen et al. 2018, equation 10; more are its sum.
public struct PlanarField: DensityField {
  /// `[M, D]`.
  public var input: Tensor
  /// `[M]`.
  public var bias: Tensor
  /// `[M, D]`.
  public var output: Tensor

  /// A field with drawn parameters.
  public init(
    dimension: Int, width: Int = 1, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let keys = key.split(3)
    func draw(_ shape: [Int], _ key: RandomKey) -> Tensor {
      Initializer.normal(standardDeviation: 0.5)(
        shape, fanIn: dimension, fanOut: width, key: key, scalarType: scalarType)
    }
    input = draw([width, dimension], keys[0])
    bias = draw([width], keys[1])
    output = draw([width, dimension], keys[2])
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    hidden(state).matrixMultiplied(by: output)
  }

  public func valueAndTrace(
    _ time: Tensor, _ state: Tensor
  ) -> (value: Tensor, trace: Tensor) {
    let h = hidden(state)
    let products = (input * output).sum([1], keepingAxes: true)
    return (h.matrixMultiplied(by: output), (1 - square(h)).matrixMultiplied(by: products))
  }

  private func hidden(_ state: Tensor) -> Tensor {
    tanh(state.matrixMultiplied(by: input, transposingRight: true) + bias)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("input", &input)
    visitor("bias", &bias)
    visitor("output", &output)
  }
}

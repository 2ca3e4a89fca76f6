import Platform
public import NumericCore
import NeuralNets
public import Tensors

/// How time enters a linear layer of a vector field.
///
/// - Source: Grathwohl et al. 2019: `concat` is that of the paper, `concatSquash` the default of
///   its released code.
public enum TimeConditioning: String, Hashable, Sendable, CaseIterable {
  /// `x W + b + t w`: time as one more input.
  case concat
  /// `(x W + b) ⊙ sigmoid(t g + c) + t h`.
  case concatSquash
  /// `(x W + b) ⊙ sigmoid(t g + c)`.
  case squash
  /// `(1 − t) (x W + b) + t (x V + d)`; meant for times in 0…1.
  case blend
  /// `x W(t) + b(t)`, both from a small network of t.
  case hyper
}

/// A linear layer whose map changes with time.
///
/// Shapes: time `[]` or `[rows, 1]`, input `[…, rows, in]` → `[…, rows, out]`.
public struct TimeConditionedLinear: TensorTree {
  /// How the map depends on time.
  public let conditioning: TimeConditioning
  /// The number of input features.
  public let inputCount: Int
  /// The number of output features.
  public let outputCount: Int
  /// `W`, `b`; nil for `hyper`.
  var linear: Linear?
  /// `V`, `d` of `blend`.
  var end: Linear?
  /// `g`, `c` of the squashing layers.
  var gateWeight: Tensor?
  var gateBias: Tensor?
  /// `w` of `concat`, `h` of `concatSquash`.
  var shift: Tensor?
  var hypernetwork: MLP?

  /// A layer with drawn parameters, each as the released code of the paper draws it.
  public init(
    _ inputs: Int, _ outputs: Int, conditioning: TimeConditioning, key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    self.conditioning = conditioning
    inputCount = inputs
    outputCount = outputs
    let keys = key.split(5)
    func vector(_ key: RandomKey) -> Tensor {
      Initializer.fanInUniform(
        [outputs], fanIn: 1, fanOut: outputs, key: key, scalarType: scalarType)
    }
    if conditioning != .hyper {
      linear = Linear(inputs, outputs, key: keys[0], scalarType: scalarType)
    }
    switch conditioning {
    case .concat: shift = vector(keys[1])
    case .squash, .concatSquash:
      gateWeight = vector(keys[2])
      gateBias = vector(keys[3])
      if conditioning == .concatSquash { shift = vector(keys[1]) }
    case .blend: end = Linear(inputs, outputs, key: keys[4], scalarType: scalarType)
    case .hyper:
      hypernetwork = MLP(
        sizes: [1, 8, (inputs + 1) * outputs], initializer: .zeros,
        biasInitializer: .normal(standardDeviation: 0.01), key: keys[4], scalarType: scalarType)
    }
  }

  /// A concatsquash layer of given parameters: weight `[in, out]`, the others `[out]`.
  package init(
    weight: Tensor, bias: Tensor, gateWeight: Tensor, gateBias: Tensor, shift: Tensor
  ) {
    conditioning = .concatSquash
    inputCount = weight.shape[0]
    outputCount = weight.shape[1]
    linear = Linear(weight: weight, bias: bias)
    self.gateWeight = gateWeight
    self.gateBias = gateBias
    self.shift = shift
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("linear", &linear)
    visitor("end", &end)
    visitor("gateWeight", &gateWeight)
    visitor("gateBias", &gateBias)
    visitor("shift", &shift)
    visitor("hypernetwork", &hypernetwork)
  }

  /// The output at a time.
  public func callAsFunction(_ time: Tensor, _ x: Tensor) -> Tensor { at(time)(x) }
}

/// An affine map `x W ⊙ scale + offset`: a time-conditioned layer at one time.
struct AffineMap {
  /// `[in, out]`, or `[rows, in, out]` when every row has its own time.
  var weight: Tensor
  /// `[out]` or `[rows, out]`.
  var scale: Tensor?
  var offset: Tensor

  func callAsFunction(_ x: Tensor) -> Tensor { linear(x) + offset }

  /// The map without the offset, for tangents, `[…, rows or 1, in]`.
  func linear(_ x: Tensor) -> Tensor {
    let product: Tensor
    if weight.rank == 2 {
      product = x.matrixMultiplied(by: weight)
    } else {
      let rows = x.expandingAxis(at: -2).matrixMultiplied(by: weight)
      product = rows.reshaped(rows.shape.dropLast(2) + [weight.shape[2]])
    }
    return scale.map { product * $0 } ?? product
  }
}

extension TimeConditionedLinear {
  /// The layer's map at a time.
  func at(_ time: Tensor) -> AffineMap {
    switch conditioning {
    case .concat:
      let (weight, bias) = parameters(linear)
      return AffineMap(weight: weight, offset: bias + time * part(shift))
    case .squash, .concatSquash:
      let (weight, bias) = parameters(linear)
      let gate = sigmoid(time * part(gateWeight) + part(gateBias))
      let offset = shift.map { bias * gate + time * $0 } ?? bias * gate
      return AffineMap(weight: weight, scale: gate, offset: offset)
    case .blend:
      let (start, end) = (parameters(linear), parameters(end))
      let matrixTime = time.rank == 0 ? time : time.reshaped([-1, 1, 1])
      return AffineMap(
        weight: start.weight + matrixTime * (end.weight - start.weight),
        offset: start.bias + time * (end.bias - start.bias))
    case .hyper:
      guard let hypernetwork else { preconditionFailure("a hyper layer has a network") }
      let output = hypernetwork(time.reshaped([-1, 1]))
      let parts = output.split([inputCount * outputCount, outputCount], axis: 1)
      if time.rank == 0 {
        return AffineMap(
          weight: parts[0].reshaped([inputCount, outputCount]),
          offset: parts[1].reshaped([outputCount]))
      }
      return AffineMap(
        weight: parts[0].reshaped([-1, inputCount, outputCount]), offset: parts[1])
    }
  }

  private func part(_ tensor: Tensor?) -> Tensor {
    guard let tensor else { preconditionFailure("\(conditioning) layers have this part") }
    return tensor
  }

  private func parameters(_ linear: Linear?) -> (weight: Tensor, bias: Tensor) {
    guard let linear, let bias = linear.bias else {
      preconditionFailure("\(conditioning) layers have a weight and a bias")
    }
    return (linear.weight, bias)
  }
}

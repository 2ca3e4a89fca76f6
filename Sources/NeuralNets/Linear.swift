import Platform
public import NumericCore
public import Tensors

/// `y = x W + b`.
///
/// Shapes: `[…, in]` → `[…, out]`; weight `[in, out]`, bias `[out]`.
public struct Linear: Module {
  /// `W`, `[in, out]`.
  public var weight: Tensor
  /// `b`, `[out]`; `nil` for none.
  public var bias: Tensor?

  /// A layer of given parameters.
  public init(weight: Tensor, bias: Tensor?) {
    precondition(
      weight.rank == 2 && bias.map { $0.shape == [weight.shape[1]] } ?? true,
      "a linear layer needs weight [in, out] and bias [out], got \(weight.shape), \(bias?.shape ?? [])"
    )
    self.weight = weight
    self.bias = bias
  }

  /// A layer with drawn parameters; the default is PyTorch's, uniform in ±1 / √in for both.
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer = .fanInUniform,
    biasInitializer: Initializer = .fanInUniform, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let keys = key.split(2)
    weight = initializer.linear(inputs, outputs, key: keys[0], scalarType: scalarType)
    self.bias =
      bias
      ? biasInitializer(
        [outputs], fanIn: inputs, fanOut: outputs, key: keys[1], scalarType: scalarType) : nil
  }

  /// Number of input features.
  public var inputCount: Int { weight.shape[0] }
  /// Number of output features.
  public var outputCount: Int { weight.shape[1] }

  /// `x W + b`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.rank >= 1 && x.shape[x.rank - 1] == inputCount,
      "a linear layer of \(inputCount) inputs got \(x.shape)")
    let product =
      x.rank == 1
      ? x.expandingAxis(at: 0).matrixMultiplied(by: weight).reshaped([outputCount])
      : x.matrixMultiplied(by: weight)
    return bias.map { product + $0 } ?? product
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("weight", &weight)
    visitor("bias", &bias)
  }
}

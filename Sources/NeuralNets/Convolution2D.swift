import Platform
public import NumericCore
public import Tensors

/// Two-dimensional convolution with a bias: `convolution2D(x, weight) + bias`.
///
/// Shapes: `[batch, height, width, in]` → `[batch, height′, width′, out]`; weight
/// `[kernel, kernel, in, out]`, bias `[out]`.
public struct Convolution2D: Module {
  /// `[kernel, kernel, in, out]`.
  public var weight: Tensor
  /// `[out]`; `nil` for none.
  public var bias: Tensor?
  /// The distance of patches along height and width.
  public var stride: Int
  /// Rows and columns of zeros on each side.
  public var padding: Int

  /// A layer of given parameters.
  public init(weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0) {
    precondition(
      weight.rank == 4 && bias.map { $0.shape == [weight.shape[3]] } ?? true,
      "a convolution needs weight [height, width, in, out] and bias [out], got \(weight.shape), "
        + "\(bias?.shape ?? [])")
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
  }

  /// A layer with drawn parameters; the default is PyTorch's, uniform in ±1 / √fanIn for both.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true, initializer: Initializer = .fanInUniform, key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    let keys = key.split(2)
    let (fanIn, fanOut) = (kernel * kernel * inputs, kernel * kernel * outputs)
    self.init(
      weight: initializer(
        [kernel, kernel, inputs, outputs], fanIn: fanIn, fanOut: fanOut, key: keys[0],
        scalarType: scalarType),
      bias: bias
        ? Initializer.fanInUniform(
          [outputs], fanIn: fanIn, fanOut: fanOut, key: keys[1], scalarType: scalarType) : nil,
      stride: stride, padding: padding)
  }

  /// The convolution of an image, with the bias added.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let product = convolution2D(x, weight, stride: stride, padding: padding)
    return bias.map { product + $0 } ?? product
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("weight", &weight)
    visitor("bias", &bias)
  }
}

public import NumericCore
public import Adjoints
public import NeuralNets
public import Tensors

/// The body `F` of a block: the update of a residual network, the field of an ODE-Net.
///
/// As a residual block `h ← h + F(h)`; as a field `dh/dt = F(t, h)` with the time appended to each layer that takes it.
public struct DenseBlock: TensorField {
  /// The first layer, `W₁` and `b₁`.
  public var inner: Linear
  /// The second layer, `W₂` and `b₂`.
  public var outer: Linear
  /// Whether the inner layer takes the time as one more input.
  public var takesTime: Bool

  /// `F(t, h) = tanh(W₂ softplus(W₁ [h, t] + b₁) + b₂)`.
  ///
  /// - Parameter outputs: features of the result, fewer for an acceleration; `nil` for as many as the state has.
  public init(
    width: Int, hidden: Int, outputs: Int? = nil, takesTime: Bool, key: RandomKey
  ) {
    let keys = key.split(2)
    inner = Linear(width + (takesTime ? 1 : 0), hidden, key: keys[0])
    outer = Linear(hidden, outputs ?? width, key: keys[1])
    self.takesTime = takesTime
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    tanh(outer(softplus(inner(takesTime ? appending(time, to: state) : state))))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("inner", &inner)
    visitor("outer", &outer)
  }
}

/// The convolutional body: norm, relu, convolution, norm, relu, convolution, norm.
///
/// Source: Chen and others 2018, the image example.
///
/// Shapes: `[batch, height, width, channels]` → same, or fewer channels for an acceleration. As a field the time is one
/// more constant channel of each convolution.
public struct ConvolutionalBlock: TensorField {
  /// The three group norms in order.
  public var norms: [GroupNorm]
  /// The two convolutions in order.
  public var convolutions: [Convolution2D]
  /// Whether the time is one more channel of each convolution.
  public var takesTime: Bool

  /// A body with drawn parameters; `groups` is the number of groups of every norm.
  public init(channels: Int, groups: Int, takesTime: Bool, key: RandomKey) {
    self.init(
      inputs: channels, channels: channels, groups: { _ in groups }, takesTime: takesTime, key: key)
  }

  /// A block that maps `inputs` channels to `channels`; `groups` gives the number of groups of a
  /// norm, given its channels.
  public init(
    inputs: Int, channels: Int, groups: (_ channels: Int) -> Int, takesTime: Bool, key: RandomKey
  ) {
    let widths = [inputs, channels, channels]
    norms = widths.map { GroupNorm(groups: groups($0), channels: $0) }
    convolutions = zip(key.split(2), widths).map {
      Convolution2D($1 + (takesTime ? 1 : 0), channels, kernel: 3, padding: 1, key: $0)
    }
    self.takesTime = takesTime
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    var h = state
    for (norm, convolution) in zip(norms, convolutions) {
      h = relu(norm(h))
      h = convolution(takesTime ? appending(time, to: h) : h)
    }
    return norms[2](h)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("norms", &norms)
    visitor("convolutions", &convolutions)
  }
}

/// The state with the time as one more feature on the last axis.
///
/// Shapes: time `[]` or `[batch, 1]`; state `[batch, …, features]` → `[batch, …, features + 1]`.
func appending(_ time: Tensor, to state: Tensor) -> Tensor {
  let column = Array(state.shape.dropLast()) + [1]
  let time =
    time.shape.isEmpty
    ? time : time.reshaped([time.shape[0]] + Array(repeating: 1, count: state.rank - 1))
  return concatenate([state, time.broadcast(to: column)], axis: -1)
}

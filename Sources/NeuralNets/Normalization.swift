import Platform
public import Tensors

/// Layer normalization over the last axis: `γ (x − mean) / √(variance + ε) + β`, variance with divisor n.
///
/// Shapes: `[…, features]` → same; scale and shift `[features]`.
/// - Source: Ba, Kiros and Hinton 2016.
public struct LayerNorm: Module {
  /// `γ`, `[features]`.
  public var scale: Tensor
  /// `β`, `[features]`.
  public var shift: Tensor
  /// Added to the variance.
  public var epsilon: Double

  /// A layer with scale 1 and shift 0.
  public init(_ features: Int, epsilon: Double = 1e-5, scalarType: ScalarType = .float32) {
    scale = Tensor(
      rounding: [Double](repeating: 1, count: features), shape: [features], to: scalarType)
    shift = Tensor(
      rounding: [Double](repeating: 0, count: features), shape: [features], to: scalarType)
    self.epsilon = epsilon
  }

  /// The standardized input, scaled and shifted.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.last == scale.shape[0], "layer norm of \(scale.shape[0]) features got \(x.shape)")
    return x.standardized([-1], epsilon: epsilon) * scale + shift
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("scale", &scale)
    visitor("shift", &shift)
  }
}

/// Group normalization: each group of adjacent channels is standardized over its channels and
/// positions.
///
/// Shapes: channels last, `[batch, …, channels]` → same; scale and shift `[channels]`.
/// - Source: Wu and He 2018.
public struct GroupNorm: Module {
  /// `γ`, `[channels]`.
  public var scale: Tensor
  /// `β`, `[channels]`.
  public var shift: Tensor
  /// Number of groups, a divisor of the channels.
  public var groups: Int
  /// Added to the variance.
  public var epsilon: Double

  /// A layer with scale 1 and shift 0.
  public init(
    groups: Int, channels: Int, epsilon: Double = 1e-5, scalarType: ScalarType = .float32
  ) {
    precondition(
      groups > 0 && channels % groups == 0, "\(channels) channels do not make \(groups) groups")
    scale = Tensor(
      rounding: [Double](repeating: 1, count: channels), shape: [channels], to: scalarType)
    shift = Tensor(
      rounding: [Double](repeating: 0, count: channels), shape: [channels], to: scalarType)
    self.groups = groups
    self.epsilon = epsilon
  }

  /// The standardized input, scaled and shifted.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let channels = scale.shape[0]
    precondition(
      x.rank >= 2 && x.shape.last == channels, "group norm of \(channels) channels got \(x.shape)")
    let places = x.shape.dropFirst().dropLast().reduce(1, *)
    let rows = x.reshaped([x.shape[0], places, channels])
    // Only the sums over positions read the whole array; the arithmetic of groups is done once per
    // channel.
    let centered = rows - groupMeans(of: rows.mean([1]))
    let variance = groupMeans(of: square(centered).mean([1]))
    return (centered * (scale / sqrt(variance + epsilon)) + shift).reshaped(x.shape)
  }

  /// Each channel's mean over its group: `[batch, channels]` → `[batch, 1, channels]`.
  private func groupMeans(of values: Tensor) -> Tensor {
    let (batch, channels) = (values.shape[0], values.shape[1])
    let grouped = values.reshaped([batch, groups, channels / groups])
    return grouped.mean([2], keepingAxes: true).broadcast(to: grouped.shape)
      .reshaped([batch, 1, channels])
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("scale", &scale)
    visitor("shift", &shift)
  }
}

extension Tensor {
  /// `(x − mean) / √(variance + ε)` over some axes, variance with divisor n.
  fileprivate func standardized(_ axes: [Int], epsilon: Double) -> Tensor {
    let centered = self - mean(axes, keepingAxes: true)
    return centered / sqrt(square(centered).mean(axes, keepingAxes: true) + epsilon)
  }
}

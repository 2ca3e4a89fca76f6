import Platform
import NeuralNets
public import Tensors

extension TimeConditionedMLP {
  /// The width of the narrowest hidden layer if it is narrower than the state, otherwise `nil`.
  ///
  /// Noise of this width estimates the trace in that layer: with `f = g ∘ h`, `tr (∂g/∂u ∂h/∂z) =
  /// tr (∂h/∂z ∂g/∂u)`, and the latter is a matrix of the hidden width. Normal noise then has less
  /// variance.
  /// - Source: Grathwohl et al. 2019, section 3.1.1.
  public var bottleneckWidth: Int? {
    let narrowest = layers.dropLast().map(\.outputCount).min()
    return narrowest.flatMap { $0 < layers[layers.count - 1].outputCount ? $0 : nil }
  }

  /// With noise as wide as the state `εᵀ J ε`, with noise of `bottleneckWidth` `εᵀ (∂h/∂z) (∂g/∂u) ε`.
  ///
  /// - Precondition: the noise has one of these widths.
  public func valueAndTraceEstimate(
    _ time: Tensor, _ state: Tensor, noise: Tensor
  ) -> (value: Tensor, trace: Tensor) {
    let width = noise.shape[1]
    let tangent = noise.expandingAxis(at: 0)
    if width == state.shape[1] {
      let (value, tangents) = pushforward(time, state, tangent)
      return (value, (tangents.at(0) * noise).sum([1], keepingAxes: true))
    }
    guard width == bottleneckWidth,
      let place = layers.firstIndex(where: { $0.outputCount == width })
    else {
      preconditionFailure(
        "noise of width \(width) fits neither \(state.shape[1]) variables nor the narrowest layer")
    }
    // h: the layers up to the narrow one, activation included; g: the rest.
    var hidden = features(state, nil).value
    let linearizations = layers[...place].map { layer in
      let map = layer.at(time)
      let (value, slope) = activation.valueAndDerivative(at: map(hidden))
      hidden = value
      return (map: map, slope: slope)
    }
    let (value, moved) = pushforward(through: layers[(place + 1)...], time, hidden, tangent)
    var back = features(state, moved).tangents ?? moved
    for (map, slope) in linearizations { back = slope * map.linear(back) }
    return (value, (back.at(0) * noise).sum([1], keepingAxes: true))
  }
}

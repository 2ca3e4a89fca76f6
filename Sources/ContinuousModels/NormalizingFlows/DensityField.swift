public import Adjoints
import Graphs
public import Tensors

/// A vector field with its Jacobian, for a continuous normalizing flow.
///
/// Shapes: state `[rows, D]`, time `[]` or `[rows, 1]`. The default implementations need only the
/// field itself; a field with a known structure overrides them to be faster.
public protocol DensityField: TensorField {
  /// `f` and `J v` for several tangents at once.
  ///
  /// Tangents are `[K, rows, D]` or, where the rows share them, `[K, 1, D]`; the result is `[K, rows, D]`.
  func pushforward(
    _ time: Tensor, _ state: Tensor, _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor)

  /// `f`, and the exact trace of its Jacobian, `[rows, 1]`.
  func valueAndTrace(_ time: Tensor, _ state: Tensor) -> (value: Tensor, trace: Tensor)

  /// `f`, and `εᵀ J ε`, `[rows, 1]`, whose mean over noise of zero mean and unit covariance is the
  /// trace.
  ///
  /// The noise is `[rows, D]`, or has the width of the field's bottleneck if it has one.
  func valueAndTraceEstimate(
    _ time: Tensor, _ state: Tensor, noise: Tensor
  ) -> (value: Tensor, trace: Tensor)
}

extension DensityField {
  /// One forward-mode product for each tangent; the field itself is evaluated once.
  public func pushforward(
    _ time: Tensor, _ state: Tensor, _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor) {
    let parameters = tensors
    let graph = trace([time.type, state.type] + parameters.map(\.type)) { leaves in
      [replacingTensors(with: leaves.dropFirst(2))(leaves[0], leaves[1])]
    }
    let values = graph.replay([time, state] + parameters)
    let results = (0..<tangents.shape[0]).map { place -> Tensor in
      let tangent = tangents.at(place).broadcast(to: state.shape)
      let rest = [Tensor?](repeating: nil, count: parameters.count)
      return graph.pushforward([nil, tangent] + rest, at: values)[0]
    }
    return (values[graph.outputs[0]], stack(results))
  }

  /// `D` forward-mode products with the unit vectors.
  public func valueAndTrace(
    _ time: Tensor, _ state: Tensor
  ) -> (value: Tensor, trace: Tensor) {
    let units = unitVectors(of: state)
    let (value, tangents) = pushforward(time, state, units)
    return (value, (tangents * units).sum([0, 2]).expandingAxis(at: 1))
  }

  /// One forward-mode product with the noise.
  public func valueAndTraceEstimate(
    _ time: Tensor, _ state: Tensor, noise: Tensor
  ) -> (value: Tensor, trace: Tensor) {
    let (value, tangents) = pushforward(time, state, noise.expandingAxis(at: 0))
    return (value, (tangents.at(0) * noise).sum([1], keepingAxes: true))
  }
}

/// The unit vectors of a state `[rows, D]`, as tangents `[D, 1, D]`.
func unitVectors(of state: Tensor) -> Tensor {
  let count = state.shape[1]
  let values = (0..<count * count).map { $0 / count == $0 % count ? 1.0 : 0 }
  return Tensor(values, shape: [count, 1, count]).converted(to: state.scalarType)
}

/// Any field as a field of a continuous normalizing flow, by forward-mode products.
public struct DifferentiatedField<Field: TensorField>: DensityField {
  /// The field, whose trace is computed by forward-mode products.
  public var field: Field

  /// Any field of tensors as a field of a flow.
  public init(_ field: Field) { self.field = field }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { field(time, state) }

  public mutating func visit(_ visitor: inout some TensorVisitor) { visitor("field", &field) }
}

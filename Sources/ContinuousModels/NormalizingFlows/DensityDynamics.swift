import Adjoints
import Tensors

/// The right-hand side of a continuous normalizing flow: the state, the change of log-density, and
/// penalties of the path.
///
/// The state is `[rows, D + 1]` or, with penalties, `[rows, D + 3]`: `z`, `∫ tr ∂f/∂z dt`, `½ ∫
/// |f|² dt`, `½ ∫ |∂f/∂z|² dt` (Frobenius norm; with noise its estimate `|J ε|²`). The variable of
/// integration `s` runs from 0 to 1, `t = s T`, or `t = (1 − s) T` when reversed, so all right-hand
/// sides have the factor `T`.
struct DensityDynamics<Field: DensityField>: TensorField {
  var field: Field
  /// `T`, a scalar.
  var duration: Tensor
  /// `ε` of the trace estimate, `[rows, D]`, or narrower without penalties; `nil` for the exact trace.
  var noise: Tensor?
  var isReversed: Bool
  var hasPenalties: Bool

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let dimension = state.shape[1] - (hasPenalties ? 3 : 1)
    let z = state.sliced(0..<dimension, axis: 1)
    let part = evaluate((isReversed ? 1 - time : time) * duration, z)
    var columns = [isReversed ? -part.value : part.value, part.trace]
    if hasPenalties {
      columns.append(0.5 * square(part.value).sum([1], keepingAxes: true))
      columns.append(0.5 * part.jacobian)
    }
    return concatenate(columns, axis: 1) * duration
  }

  /// `f`, `tr J` and `|J|²`, the latter two `[rows, 1]`.
  private func evaluate(
    _ time: Tensor, _ z: Tensor
  ) -> (value: Tensor, trace: Tensor, jacobian: Tensor) {
    if let noise, !hasPenalties {
      let (value, trace) = field.valueAndTraceEstimate(time, z, noise: noise)
      return (value, trace, trace)
    }
    if let noise {
      let (value, tangents) = field.pushforward(time, z, noise.expandingAxis(at: 0))
      let product = tangents.at(0)
      return (
        value, (product * noise).sum([1], keepingAxes: true),
        square(product).sum([1], keepingAxes: true)
      )
    }
    if !hasPenalties {
      let (value, trace) = field.valueAndTrace(time, z)
      return (value, trace, trace)
    }
    let units = unitVectors(of: z)
    let (value, tangents) = field.pushforward(time, z, units)
    return (
      value, (tangents * units).sum([0, 2]).expandingAxis(at: 1),
      square(tangents).sum([0, 2]).expandingAxis(at: 1)
    )
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("field", &field)
    visitor("duration", &duration)
    visitor("noise", perRow: &noise)
  }
}

import Integrators
import Tensors

/// The steps of an explicit Runge–Kutta method as tensor operations.
struct UnrolledSolve<Field: TensorField> {
  var field: Field
  var solver: ODESolver

  /// Fixed steps that hit every time.
  func states(_ initial: Tensor, at times: [Double]) -> Tensor {
    var state = initial
    var states = [initial]
    for (start, end) in zip(times, times.dropFirst()) {
      guard let count = solver.control.fixedStepCount(over: end - start) else {
        preconditionFailure("an unrolled solve wants fixed steps")
      }
      let size = (end - start) / Double(count)
      for index in 0..<count {
        state = step(state, time: start + Double(index) * size, size: size)
      }
      states.append(state)
    }
    return stack(states)
  }

  private func step(_ state: Tensor, time: Double, size: Double) -> Tensor {
    let tableau = solver.method.tableau
    var slopes: [Tensor] = []
    func combine(_ weights: some Sequence<Double>) -> Tensor {
      zip(weights, slopes).reduce(state) { $1.0 == 0 ? $0 : $0 + (size * $1.0) * $1.1 }
    }
    for stage in 0..<tableau.stageCount where tableau.isNeededForAdvance(stage) {
      let now = Tensor(
        repeating: time + tableau.nodes[stage] * size, shape: [], scalarType: state.scalarType)
      slopes.append(field(now, combine(tableau.stages[stage])))
    }
    return combine(tableau.weights)
  }
}

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
        state = step(state) { node in
          Tensor(
            repeating: start + (Double(index) + node) * size, shape: [],
            scalarType: state.scalarType)
        } increment: { weight, slope in
          (size * weight) * slope
        }
      }
      states.append(state)
    }
    return stack(states)
  }

  /// The states after spans of their own, `[batch, 1]`, from time 0 on, in equal steps.
  func advanced(_ initial: Tensor, over spans: Tensor) -> Tensor {
    guard let count = solver.control.fixedStepCount(over: 1) else {
      preconditionFailure("an unrolled solve wants fixed steps")
    }
    let size = spans / Double(count)
    var state = initial
    for index in 0..<count {
      state = step(state) { node in
        size * (Double(index) + node)
      } increment: { weight, slope in
        (size * weight) * slope
      }
    }
    return state
  }

  /// One step; `time` is that of a node of the tableau, `increment` a slope times weight and size.
  private func step(
    _ state: Tensor, time: (Double) -> Tensor, increment: (Double, Tensor) -> Tensor
  ) -> Tensor {
    let tableau = solver.method.tableau
    var slopes: [Tensor] = []
    func combine(_ weights: some Sequence<Double>) -> Tensor {
      zip(weights, slopes).reduce(state) { $1.0 == 0 ? $0 : $0 + increment($1.0, $1.1) }
    }
    for stage in 0..<tableau.stageCount where tableau.isNeededForAdvance(stage) {
      slopes.append(field(time(tableau.nodes[stage]), combine(tableau.stages[stage])))
    }
    return combine(tableau.weights)
  }
}

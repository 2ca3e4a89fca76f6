import Platform
import Graphs
import Integrators
import Tensors

/// The steps of an explicit Runge–Kutta method as tensor operations.
struct UnrolledSolve<Field: TensorField> {
  var field: Field
  var solver: ODESolver

  /// Fixed steps that end at every save time.
  func states(_ initial: Tensor, at times: [Double]) -> Tensor {
    let derivative = derivative(of: initial.type, timeShape: [])
    var state = initial
    var states = [initial]
    for (start, end) in zip(times, times.dropFirst()) {
      guard let count = solver.control.fixedStepCount(over: end - start) else {
        preconditionFailure("an unrolled solve needs fixed steps")
      }
      let size = (end - start) / Double(count)
      for index in 0..<count {
        state = step(state, derivative) { node in
          Tensor(
            repeating: start + (Double(index) + node) * size, shape: [], scalarType: .float64)
        } increment: { weight, slope in
          (size * weight) * slope
        }
      }
      states.append(state)
    }
    return stack(states)
  }

  /// The states after a span for each row, `[batch, 1]`, from time 0 on, in equal steps.
  func advanced(_ initial: Tensor, over spans: Tensor) -> Tensor {
    guard let count = solver.control.fixedStepCount(over: 1) else {
      preconditionFailure("an unrolled solve needs fixed steps")
    }
    let size = spans / Double(count)
    let time = spans.converted(to: .float64) / Double(count)
    let derivative = derivative(of: initial.type, timeShape: spans.shape)
    var state = initial
    for index in 0..<count {
      state = step(state, derivative) { node in
        time * (Double(index) + node)
      } increment: { weight, slope in
        (size * weight) * slope
      }
    }
    return state
  }

  /// The field as a function of tensors, traced once for all steps; its time has double precision.
  private func derivative(
    of state: TensorType, timeShape: [Int]
  ) -> (_ time: Tensor, _ state: Tensor) -> Tensor {
    let parameters = field.tensors
    let graph = field.graph(
      timeShape: timeShape, state: state, parameters: parameters.map(\.type),
      isPerRow: field.isPerRow)
    return { graph([$0, $1] + parameters)[0] }
  }

  /// One step; `time` is that of a node of the tableau, `increment` a slope times weight and size.
  private func step(
    _ state: Tensor, _ derivative: (Tensor, Tensor) -> Tensor, time: (Double) -> Tensor,
    increment: (Double, Tensor) -> Tensor
  ) -> Tensor {
    let tableau = solver.method.tableau
    var slopes: [Tensor] = []
    func combine(_ weights: some Sequence<Double>) -> Tensor {
      zip(weights, slopes).reduce(state) { $1.0 == 0 ? $0 : $0 + increment($1.0, $1.1) }
    }
    for stage in 0..<tableau.stageCount where tableau.isNeededForAdvance(stage) {
      slopes.append(derivative(time(tableau.nodes[stage]), combine(tableau.stages[stage])))
    }
    return combine(tableau.weights)
  }
}

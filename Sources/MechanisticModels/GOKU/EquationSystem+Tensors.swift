import Platform
import Graphs
public import Tensors

extension EquationSystem {
  /// The derivatives as a tensor expression, differentiable in everything.
  ///
  /// - Parameters:
  ///   - time: `[]` or `[batch]`.
  ///   - state: `[batch, state]`.
  ///   - parameters: `[parameter]` or `[batch, parameter]`.
  ///   - inputs: `[input]` or `[batch, input]`; nil where the system has none.
  /// - Returns: `[batch, state]`.
  /// - Precondition: no state is algebraic.
  public func derivative(
    time: Tensor, state: Tensor, parameters: Tensor, inputs: Tensor? = nil
  ) -> Tensor {
    precondition(!isDifferentialAlgebraic, "\(name) has algebraic states, which have no derivative")
    return values(
      of: formulas.derivatives, time: time, state: state, parameters: parameters, inputs: inputs)
  }

  /// The intermediates as a tensor expression, `[batch, intermediate]`; operands as for the derivative.
  public func intermediates(
    time: Tensor, state: Tensor, parameters: Tensor, inputs: Tensor? = nil
  ) -> Tensor {
    values(
      of: formulas.intermediates, time: time, state: state, parameters: parameters, inputs: inputs)
  }

  /// The initial state as a tensor expression of `[parameter]` or `[batch, parameter]`: `[batch, state]`.
  /// - Precondition: every state has an initial value.
  public func initialState(parameters: Tensor, batch: Int) -> Tensor {
    precondition(
      states.allSatisfy(\.hasInitialValue), "not every state of \(name) has an initial value")
    let time = Tensor(
      repeating: span?.lowerBound ?? 0, shape: [], scalarType: parameters.scalarType)
    let state = Tensor.zeros([batch, states.count], scalarType: parameters.scalarType)
    return values(
      of: formulas.initialValues, time: time, state: state, parameters: parameters,
      inputs: zeroInputs(like: parameters))
  }

  /// Inputs that are 0, for values that do not depend on them; nil where the system has none.
  func zeroInputs(like other: Tensor) -> Tensor? {
    inputs.isEmpty ? nil : Tensor.zeros([inputs.count], scalarType: other.scalarType)
  }

  /// Some formulas, `[batch, formula]`: their graph, applied to the columns of tables.
  func values(
    of outputs: some Sequence<Int>, time: Tensor, state: Tensor, parameters: Tensor,
    inputs: Tensor?
  ) -> Tensor {
    precondition(
      state.rank == 2 && state.shape[1] == states.count,
      "\(name) has \(states.count) states, got a state of \(state.shape)")
    precondition(
      (1...2).contains(parameters.rank) && parameters.shape.last == self.parameters.count,
      "\(name) has \(self.parameters.count) parameters, got \(parameters.shape)")
    precondition(
      inputs?.shape.last ?? 0 == self.inputs.count,
      "\(name) has \(self.inputs.count) inputs, got \(inputs?.shape ?? [])")
    let batch = state.shape[0]
    let columns =
      [time.type.count == 1 ? time.reshaped([]) : time.reshaped([batch])]
      + self.columns(of: state, batch) + (inputs.map { self.columns(of: $0, batch) } ?? [])
      + self.columns(of: parameters, batch)
    let scalars = columns.map(\.scalarType)
    let graph = formulas.graph.keeping(outputs: Array(outputs))
      .retyped(
        parameters: scalars, outputs: outputs.map { _ in state.scalarType },
        states: Set(scalars.indices.filter { scalars[$0] == .float32 })
      )
      .batched(parameters: columns.map { $0.rank == 1 }, size: batch)
    return stack(graph(columns), axis: 1)
  }

  /// The columns of a table: `[]` where all rows have the same, else `[batch]`.
  private func columns(of table: Tensor, _ batch: Int) -> [Tensor] {
    let count = table.shape[table.rank - 1]
    let isShared = table.rank == 1 || (table.shape[0] == 1 && batch != 1)
    return (0..<count).map { place in
      let column = table.sliced(place..<place + 1, axis: -1)
      return column.reshaped(isShared ? [] : [batch])
    }
  }
}

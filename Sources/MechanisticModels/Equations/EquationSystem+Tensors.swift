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
  public func derivative(
    time: Tensor, state: Tensor, parameters: Tensor, inputs: Tensor? = nil
  ) -> Tensor {
    values(of: derivativeRoots, time: time, state: state, parameters: parameters, inputs: inputs)
  }

  /// The intermediates as a tensor expression, `[batch, intermediate]`; operands as for the derivative.
  public func intermediates(
    time: Tensor, state: Tensor, parameters: Tensor, inputs: Tensor? = nil
  ) -> Tensor {
    values(
      of: intermediateRoots, time: time, state: state, parameters: parameters, inputs: inputs)
  }

  /// The initial state as a tensor expression of `[parameter]` or `[batch, parameter]`: `[batch, state]`.
  /// - Precondition: every state has an initial value.
  public func initialState(parameters: Tensor, batch: Int) -> Tensor {
    let roots = initialRoots.compactMap { $0 }
    precondition(roots.count == states.count, "not every state of \(name) has an initial value")
    let time = Tensor(
      repeating: span?.lowerBound ?? 0, shape: [], scalarType: parameters.scalarType)
    let state = Tensor.zeros([batch, states.count], scalarType: parameters.scalarType)
    return values(of: roots, time: time, state: state, parameters: parameters, inputs: nil)
  }

  func values(
    of roots: [Int], time: Tensor, state: Tensor, parameters: Tensor, inputs: Tensor?
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
    let isNeeded = graph.reach(of: roots).isNeeded
    var value = [Tensor?](repeating: nil, count: graph.nodes.count)
    func operand(_ number: Int) -> Tensor {
      guard let found = value[number] else { preconditionFailure("node \(number) has no value") }
      return found
    }
    for number in isNeeded.indices where isNeeded[number] {
      value[number] =
        switch graph.nodes[number] {
        case .constant(let constant):
          Tensor(repeating: constant, shape: [1, 1], scalarType: state.scalarType)
        case .time: time.reshaped([time.type.count, 1])
        case .state(let place): state.sliced(place..<place + 1, axis: 1)
        case .parameter(let place): column(place, of: parameters)
        case .input(let place): column(place, of: inputs ?? parameters)
        case .unary(let function, let x): Tensor.apply(function, operand(x))
        case .binary(let function, let a, let b):
          Tensor.apply(function, operand(a), operand(b))
        case .compare(let comparison, let a, let b):
          Tensor.apply(comparison, operand(a), operand(b))
        case .select(let condition, let a, let b):
          select(operand(condition), operand(a), operand(b))
        }
    }
    return concatenate(roots.map { operand($0).broadcast(to: [batch, 1]) }, axis: 1)
  }

  /// `[1, 1]` or `[batch, 1]`.
  private func column(_ place: Int, of table: Tensor) -> Tensor {
    let column = table.sliced(place..<place + 1, axis: -1)
    return column.rank == 1 ? column.expandingAxis(at: 0) : column
  }
}

package import Tensors

extension Graph {
  /// The graph with other scalar types of its parameters, evaluated in double precision up to where values meet single
  /// precision.
  ///
  /// Operations on operands of one type keep it. Where the types differ:
  /// - an elementwise operation is done in double precision if its single operands are constants, or come from
  ///   parameters of one element that are not in `states`;
  /// - anything else is done in single precision.
  ///
  /// So `cos(ω t)` is accurate at any time when the time is double and the state is single.
  ///
  /// - Parameters:
  ///   - scalars: one for each parameter.
  ///   - outputScalars: one for each output; `nil` for those that the outputs have.
  ///   - states: places of the parameters that count as the state.
  package func retyped(
    parameters scalars: [ScalarType], outputs outputScalars: [ScalarType]? = nil,
    states: Set<Int>
  ) -> Graph {
    if scalars == parameterTypes.map(\.scalar), outputScalars == nil { return self }
    let isState = values(dependingOn: states)
    return trace(zip(parameterTypes, scalars).map { TensorType($0.shape, $1) }) { leaves in
      var values = [Retyped?](repeating: nil, count: types.count)
      for (place, value) in parameters.enumerated() {
        values[value] = Retyped(
          tensor: leaves[place], isWidenable: types[value].count == 1 && !isState[value])
      }
      for instruction in instructions {
        if case .parameter = instruction.operation { continue }
        let results = instruction.operation.retyped(
          instruction.operands.map { values[$0]! },
          from: instruction.operands.map { types[$0].scalar }, Array(types[instruction.results]))
        for (value, result) in zip(instruction.results, results) { values[value] = result }
      }
      return outputs.enumerated().map { place, value in
        values[value]!.tensor.retyped(outputScalars?[place] ?? types[value].scalar)
      }
    }
  }
}

/// A value of a graph that is being retyped.
private struct Retyped {
  var tensor: Tensor
  /// Whether it may be converted to double precision: a constant, or computed from parameters of
  /// one element that are not states.
  var isWidenable: Bool
}

extension Operation {
  /// The results for operands of other scalar types than `declared`; `types` are the results' own.
  fileprivate func retyped(
    _ operands: [Retyped], from declared: [ScalarType], _ types: [TensorType]
  ) -> [Retyped] {
    let isWidenable = operands.allSatisfy(\.isWidenable)
    let scalars = Set(operands.map(\.tensor.scalarType))
    let scalar: ScalarType
    switch self {
    case .parameter, .splat, .constant:
      return [Retyped(tensor: Tensor(self, [], types[0]), isWidenable: true)]
    case .convert:
      return [
        Retyped(tensor: operands[0].tensor.retyped(types[0].scalar), isWidenable: isWidenable)
      ]
    case .custom:
      let node = Node(
        self, zip(operands, declared).map { $0.tensor.retyped($1) }, types)
      return types.indices.map { Retyped(tensor: Tensor(node, $0), isWidenable: false) }
    case .unary, .binary, .compare, .select:
      let isDouble = operands.allSatisfy { $0.tensor.scalarType == .float64 || $0.isWidenable }
      scalar = scalars.count == 1 ? operands[0].tensor.scalarType : isDouble ? .float64 : .float32
    default:
      scalar = scalars.count == 1 ? operands[0].tensor.scalarType : .float32
    }
    let result = Tensor(
      self, operands.map { $0.tensor.retyped(scalar) }, TensorType(types[0].shape, scalar))
    return [Retyped(tensor: result, isWidenable: isWidenable)]
  }
}

extension Tensor {
  /// The tensor in another scalar type; a number is converted from its double value, not from its
  /// rounded one.
  fileprivate func retyped(_ scalar: ScalarType) -> Tensor {
    if case .splat(let value) = operation {
      return Tensor(repeating: value, shape: shape, scalarType: scalar)
    }
    return converted(to: scalar)
  }
}

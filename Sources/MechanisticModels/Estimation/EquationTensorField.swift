import Platform
public import Adjoints
public import Tensors

/// A system of equations as a field of a flow, differentiable in its parameters.
///
/// Inputs follow their signals; an input without one has its default value. Solve with `Flow`, or put it beside networks.
public struct EquationTensorField: TensorField {
  /// The equations.
  public let system: EquationSystem
  /// `[parameter]`.
  public var parameters: Tensor
  /// The signals by the names of their inputs.
  public let inputs: [String: InputSignal]

  /// - Precondition: an input without a signal has a default value.
  public init(
    _ system: EquationSystem, parameters: Tensor, inputs: [String: InputSignal] = [:]
  ) {
    for input in system.inputs {
      precondition(
        inputs[input.name] != nil || input.defaultValue != nil,
        "the input \(input.name) of \(system.name) has no value")
    }
    self.system = system
    self.parameters = parameters
    self.inputs = inputs
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    system.derivative(
      time: time, state: state, parameters: parameters, inputs: inputs(at: time, like: state))
  }

  /// The inputs at times, `[time, input]`; nil where the system has none.
  func inputs(at time: Tensor, like state: Tensor) -> Tensor? {
    if system.inputs.isEmpty { return nil }
    let column = time.reshaped([time.type.count, 1]).converted(to: state.scalarType)
    let columns = system.inputs.map { input in
      inputs[input.name]?.tensor(at: column)
        ?? Tensor(
          repeating: input.defaultValue ?? 0, shape: column.shape, scalarType: column.scalarType)
    }
    return concatenate(columns, axis: 1)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("parameters", &parameters)
  }
}

extension InputSignal {
  /// The signal at times `[row, 1]`: its first value, and what each interval adds.
  func tensor(at time: Tensor) -> Tensor {
    let count = times.count
    if count == 1 {
      return Tensor(repeating: values[0], shape: time.shape, scalarType: time.scalarType)
    }
    func row(_ values: [Double]) -> Tensor {
      Tensor(values, shape: [1, values.count]).converted(to: time.scalarType)
    }
    let changes: Tensor
    if interpolation == .previous {
      let steps = zip(values.dropFirst(), values).map { $0 - $1 }
      changes =
        row(steps) * Tensor.apply(Comparison.lessOrEqual, row(Array(times.dropFirst())), time)
    } else {
      let lengths = zip(times.dropFirst(), times).map { $0 - $1 }
      let part = min(relu(time - row(Array(times.dropLast()))), row(lengths))
      let (b, c, d) = (
        row(coefficients.map(\.x)), row(coefficients.map(\.y)), row(coefficients.map(\.z))
      )
      changes = interpolation == .linear ? part * b : part * (b + part * (c + part * d))
    }
    return changes.sum([1]).reshaped(time.shape) + values[0]
  }
}

public import Adjoints
public import Tensors

/// A system of equations as a field of a flow, differentiable in its parameters.
///
/// Inputs follow their signals; an input without one has its default value. Solve with `Flow`, or put it beside networks.
public struct EquationTensorField: TensorField {
  public let system: EquationSystem
  /// `[parameter]`.
  public var parameters: Tensor
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
  /// The signal at times `[row, 1]`, as a sum of ramps (`linear`) or of steps (`previous`) that begin at its times.
  func tensor(at time: Tensor) -> Tensor {
    let count = times.count
    if count == 1 {
      return Tensor(repeating: values[0], shape: time.shape, scalarType: time.scalarType)
    }
    let knots = Tensor(times, shape: [1, count]).converted(to: time.scalarType)
    let changes: [Double]
    let shapes: Tensor
    switch interpolation {
    case .linear:
      let slopes = (1..<count).map { (place: Int) -> Double in
        let rise = values[place] - values[place - 1]
        return rise / (times[place] - times[place - 1])
      }
      let after: [Double] = slopes + [0]
      let before: [Double] = [0] + slopes
      changes = zip(after, before).map { $0 - $1 }
      shapes = relu(time - knots)
    case .previous:
      changes = zip(values, [values[0]] + values).map { $0 - $1 }
      shapes = Tensor.apply(Comparison.lessOrEqual, knots, time)
    }
    let weights = Tensor(changes, shape: [1, count]).converted(to: time.scalarType)
    return (shapes * weights).sum([1]).reshaped(time.shape) + values[0]
  }
}

import Tensors

extension EquationReader {
  /// The inputs of a network, and the widths of its hidden layers: the numbers at the end.
  func layers(
    _ arguments: [EquationSyntax], at position: Position
  ) throws(EquationError) -> (inputs: [EquationSyntax], widths: [Int]) {
    var inputs: [EquationSyntax] = []
    var widths: [Int] = []
    for argument in arguments {
      guard case .number(let value, let place) = argument else {
        guard widths.isEmpty else { throw error(.networkArguments, at: argument.position) }
        inputs.append(argument)
        continue
      }
      guard let width = Int(exactly: value), (1...64).contains(width) else {
        throw error(.networkWidth(value), at: place)
      }
      widths.append(width)
    }
    guard !inputs.isEmpty else { throw error(.networkArguments, at: position) }
    return (inputs, widths.isEmpty ? [5, 5] : widths)
  }

  /// The one output of a network of tanh layers, whose weights become parameters.
  mutating func network(_ inputs: [Tensor], _ widths: [Int]) -> Tensor {
    symbols.networkCount += 1
    var layer = inputs
    var weights = 0
    for width in widths {
      let inputs = layer
      layer = (0..<width).map { _ in tanh(neuron(inputs, &weights)) }
    }
    return neuron(layer, &weights)
  }

  /// A bias and a weighted sum.
  private mutating func neuron(_ inputs: [Tensor], _ weights: inout Int) -> Tensor {
    var sum = weight(&weights, deviation: 0)
    let deviation = 1 / Double(inputs.count).squareRoot()
    for input in inputs { sum = sum + weight(&weights, deviation: deviation) * input }
    return sum
  }

  private mutating func weight(_ count: inout Int, deviation: Double) -> Tensor {
    count += 1
    let name = "network\(symbols.networkCount)[\(count)]"
    parameters.append(
      .init(
        name: name, defaultValue: 0, lowerBound: -.infinity, upperBound: .infinity, isFixed: false,
        note: "", weightDeviation: deviation))
    return symbols.addParameter(name)
  }
}

import Tensors

extension Graph: CustomStringConvertible {
  /// One line per instruction: `%3: f32[20,50] = tanh %2`, between a line of parameters and one of outputs.
  public var description: String {
    func name(_ value: Int) -> String { "%\(value)" }
    let typed = { (value: Int) in "\(name(value)): \(types[value])" }
    var lines = ["parameters " + parameters.map(typed).joined(separator: ", ")]
    for instruction in instructions {
      if case .parameter = instruction.operation { continue }
      let results = instruction.results.map(typed).joined(separator: ", ")
      let operands = instruction.operands.map(name).joined(separator: ", ")
      lines.append(
        "\(results) = \(instruction.operation.label)\(operands.isEmpty ? "" : " ")\(operands)")
    }
    lines.append("return " + outputs.map(name).joined(separator: ", "))
    return lines.joined(separator: "\n")
  }
}

extension Operation {
  /// The operation with its attributes, in the printed form of a graph.
  package var label: String {
    switch self {
    case .parameter(let place): "parameter \(place)"
    case .splat(let value): "splat \(value)"
    case .constant(let storage): "constant \(Self.summary(of: storage))"
    case .unary(let function): "\(function)"
    case .binary(let function): "\(function)"
    case .compare(let comparison): "\(comparison)"
    case .select: "select"
    case .reduce(let reduction, let axes): "\(reduction) over \(axes)"
    case .broadcast: "broadcast"
    case .reshape: "reshape"
    case .transpose(let permutation): "transpose \(permutation)"
    case .slice(let start, let stride):
      "slice from \(start)" + (stride.allSatisfy { $0 == 1 } ? "" : " by \(stride)")
    case .pad(let low, let high, let interior):
      "pad \(low) \(high)" + (interior.allSatisfy { $0 == 0 } ? "" : " between \(interior)")
    case .concatenate(let axis): "concatenate along \(axis)"
    case .matrixMultiply(let left, let right):
      "multiply matrices" + (left ? " left transposed" : "") + (right ? " right transposed" : "")
    case .convolution(let convolution):
      "convolution \(convolution.kind) stride \(convolution.stride) padding \(convolution.padding)"
    case .gather: "gather"
    case .scatterAdd: "scatter-add"
    case .convert: "convert"
    case .stopGradient: "stop gradient"
    case .custom(let operation): operation.name
    }
  }

  private static func summary(of storage: Storage) -> String {
    let shown = storage.type.count <= 4 ? storage.doubles.map { "\($0)" } : ["…"]
    return "[" + shown.joined(separator: ", ") + "]"
  }
}

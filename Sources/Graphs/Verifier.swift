import Platform
import Tensors

extension Graph {
  /// Checks the invariants of a graph.
  ///
  /// Operands are defined before use, results are numbered consecutively, parameters come first,
  /// and each result has the type that its operation infers. A failure is a bug in a transform and
  /// stops the program.
  package func verify() {
    var defined = 0
    for (place, instruction) in instructions.enumerated() {
      precondition(
        instruction.results.lowerBound == defined, "instruction \(place) results out of order")
      precondition(
        instruction.operands.allSatisfy { $0 < defined },
        "instruction \(place) uses a value before it is defined")
      defined = instruction.results.upperBound
      if case .parameter(let number) = instruction.operation {
        precondition(
          place == number && parameters[number] == instruction.results.lowerBound,
          "parameter \(number) is not at its index")
      }
      let operandTypes = instruction.operands.map { types[$0] }
      let declared = Array(types[instruction.results])
      precondition(
        instruction.operation.inferredTypes(of: operandTypes, declared: declared) == declared,
        "\(instruction.operation.label) of \(operandTypes) does not give \(declared)")
    }
    precondition(defined == types.count, "\(types.count - defined) values have no instruction")
    precondition(outputs.allSatisfy { $0 < defined }, "an output is not defined")
  }
}

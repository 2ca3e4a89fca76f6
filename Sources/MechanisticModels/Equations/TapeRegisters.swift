package import Integrators
package import NumericCore
import Tensors

/// The memory in which a tape runs for one set of parameters; used by one thread at a time.
///
/// An evaluation allocates nothing.
package final class TapeRegisters<Scalar: TapeScalar> {
  package let tape: ExpressionTape
  private let registers: UnsafeMutablePointer<Scalar>

  /// - Precondition: one value per parameter.
  package init(_ tape: ExpressionTape, parameters: [Double]) {
    self.tape = tape
    registers = .allocate(capacity: tape.registerCount)
    registers.initialize(repeating: 0, count: tape.registerCount)
    for (place, value) in tape.constants.enumerated() {
      registers[tape.firstConstant + place] = Scalar(value)
    }
    set(parameters: parameters)
  }

  deinit { registers.deallocate() }

  /// Takes other parameters.
  package func set(parameters: [Double]) {
    precondition(
      parameters.count == tape.parameterCount,
      "\(parameters.count) parameters for a tape of \(tape.parameterCount)")
    for (place, value) in parameters.enumerated() { registers[place] = Scalar(value) }
    Scalar.run(tape.setup, registers)
  }

  /// Sets the value of one input until it is set again.
  package func set(input place: Int, to value: Double) {
    precondition(place < tape.inputCount, "input \(place) of \(tape.inputCount)")
    registers[tape.firstInput + place] = Scalar(value)
  }

  /// Computes the results at a time and a state.
  ///
  /// `state` holds as many values as the tape has states, `results` has room for its outputs; they may
  /// be the same memory.
  package func evaluate(
    time: Double, state: UnsafePointer<Scalar>, into results: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.evaluate(tape, registers, time: time, state: state, into: results)
  }

  /// The results as an array.
  package func results(time: Double, state: [Scalar]) -> [Scalar] {
    precondition(
      state.count == tape.stateCount, "\(state.count) values for \(tape.stateCount) states")
    return [Scalar](unsafeUninitializedCapacity: tape.outputs.count) { buffer, count in
      count = tape.outputs.count
      guard let target = buffer.baseAddress else { return }
      state.withUnsafeBufferPointer {
        evaluate(time: time, state: $0.baseAddress ?? UnsafePointer(registers), into: target)
      }
    }
  }
}

/// A scalar type in which tapes run.
///
/// The loops are requirements, so that callers in other modules reach code compiled for the type.
package protocol TapeScalar: ElementaryScalar, RowScalar, VectorSpace {
  /// Runs instructions one after the other.
  static func run(
    _ instructions: [ExpressionTape.Instruction], _ registers: UnsafeMutablePointer<Self>)

  /// Runs a tape's body on registers that hold parameters, inputs and constants.
  static func evaluate(
    _ tape: ExpressionTape, _ registers: UnsafeMutablePointer<Self>, time: Double,
    state: UnsafePointer<Self>, into results: UnsafeMutablePointer<Self>)
}

extension Double: TapeScalar {
  package static func run(
    _ instructions: [ExpressionTape.Instruction], _ registers: UnsafeMutablePointer<Double>
  ) { interpret(instructions, registers) }

  package static func evaluate(
    _ tape: ExpressionTape, _ registers: UnsafeMutablePointer<Double>, time: Double,
    state: UnsafePointer<Double>, into results: UnsafeMutablePointer<Double>
  ) { evaluateTape(tape, registers, time, state, results) }
}

extension Float: TapeScalar {
  package static func run(
    _ instructions: [ExpressionTape.Instruction], _ registers: UnsafeMutablePointer<Float>
  ) { interpret(instructions, registers) }

  package static func evaluate(
    _ tape: ExpressionTape, _ registers: UnsafeMutablePointer<Float>, time: Double,
    state: UnsafePointer<Float>, into results: UnsafeMutablePointer<Float>
  ) { evaluateTape(tape, registers, time, state, results) }
}

@inline(__always)
private func evaluateTape<Scalar: ElementaryScalar>(
  _ tape: ExpressionTape, _ registers: UnsafeMutablePointer<Scalar>, _ time: Double,
  _ state: UnsafePointer<Scalar>, _ results: UnsafeMutablePointer<Scalar>
) {
  registers[tape.timeRegister] = Scalar(time)
  let states = registers + tape.firstState
  for place in 0..<tape.stateCount { states[place] = state[place] }
  interpret(tape.body, registers)
  tape.outputs.withUnsafeBufferPointer { outputs in
    for place in outputs.indices { results[place] = registers[Int(outputs[place])] }
  }
}

@inline(__always)
private func interpret<Scalar: ElementaryScalar>(
  _ instructions: [ExpressionTape.Instruction], _ registers: UnsafeMutablePointer<Scalar>
) {
  instructions.withUnsafeBufferPointer { instructions in
    for instruction in instructions {
      let a = registers[Int(instruction.a)]
      let b = registers[Int(instruction.b)]
      registers[Int(instruction.target)] =
        switch instruction.operation {
        case .binary(let function): function.value(a, b)
        case .unary(let function): function.value(a)
        case .compare(let comparison): comparison.value(a, b)
        case .select: a != 0 ? b : registers[Int(instruction.c)]
        }
    }
  }
}

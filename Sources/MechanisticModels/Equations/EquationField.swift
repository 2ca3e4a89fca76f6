import Integrators
import NumericCore

/// A system's derivatives as a field on rows, all with the same parameters.
package final class EquationField<Scalar: TapeScalar>: RowField {
  package let registers: TapeRegisters<Scalar>
  private var inputs: InputReader?
  package var width: Int { registers.tape.stateCount }

  /// - Precondition: the tape computes one value per state.
  package convenience init(_ registers: TapeRegisters<Scalar>) {
    self.init(registers, inputs: nil)
  }

  /// A field whose inputs follow signals; nil: they stay as they are in the registers.
  init(_ registers: TapeRegisters<Scalar>, inputs: InputReader?) {
    precondition(
      registers.tape.outputs.count == registers.tape.stateCount,
      "\(registers.tape.outputs.count) derivatives of \(registers.tape.stateCount) states")
    self.registers = registers
    self.inputs = inputs
  }

  package func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      inputs?.read(at: times[row], into: registers)
      registers.evaluate(
        time: times[row], state: states + row * width, into: derivatives + row * width)
    }
  }
}

import Integrators
import NumericCore

/// A system's derivatives as a field on rows, all with the same parameters.
package final class EquationField<Scalar: TapeScalar>: RowField {
  package let registers: TapeRegisters<Scalar>
  package var width: Int { registers.tape.stateCount }

  /// - Precondition: the tape computes one value per state.
  package init(_ registers: TapeRegisters<Scalar>) {
    precondition(
      registers.tape.outputs.count == registers.tape.stateCount,
      "\(registers.tape.outputs.count) derivatives of \(registers.tape.stateCount) states")
    self.registers = registers
  }

  package func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      registers.evaluate(
        time: times[row], state: states + row * width, into: derivatives + row * width)
    }
  }
}

import Platform
import Integrators
import Tensors

/// A system's derivatives as a field on rows, all with the same parameters.
package final class EquationField<Scalar: EquationScalar>: RowField {
  package let equations: EquationEvaluator<Scalar>
  private var inputs: InputReader?
  private let hasInputs: Bool
  package let width: Int

  /// - Precondition: the equations give one value per state.
  package convenience init(_ equations: EquationEvaluator<Scalar>) {
    self.init(equations, inputs: nil)
  }

  /// A field whose inputs follow signals; `nil` for they stay as they are.
  init(_ equations: EquationEvaluator<Scalar>, inputs: InputReader?) {
    precondition(
      equations.program.count == equations.stateCount,
      "\(equations.program.count) derivatives of \(equations.stateCount) states")
    self.equations = equations
    hasInputs = inputs != nil && equations.program.inputCount > 0
    width = equations.stateCount
    self.inputs = inputs
  }

  package func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    guard hasInputs else {
      equations.evaluate(times: times, states: states, rows: rows, into: derivatives)
      return
    }
    for row in 0..<rows {
      inputs?.read(at: times[row], into: equations)
      equations.evaluate(
        times: times + row, states: states + row * width, rows: 1, into: derivatives + row * width)
    }
  }
}

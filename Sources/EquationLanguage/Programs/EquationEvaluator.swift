import Platform
package import NumericCore
package import Integrators
import Programs
import Transforms
package import Tensors

/// A scalar type in which equations are solved.
package typealias EquationScalar = RowScalar & TensorScalar & VectorSpace

/// The memory in which a compiled system runs for one set of parameters; used by one thread at a time.
///
/// An evaluation allocates nothing.
package final class EquationEvaluator<Scalar: EquationScalar> {
  package let program: EquationProgram
  private let workspace: ScalarWorkspace
  private let parameters: UnsafeMutablePointer<Double>
  private let inputs: UnsafeMutablePointer<Double>
  private let time: UnsafeMutablePointer<Double>

  package var stateCount: Int { program.stateCount }

  /// - Precondition: one value per parameter; the program's state has this scalar type.
  package init(_ program: EquationProgram, parameters values: [Double]) {
    precondition(
      program.program.parameterTypes[1].scalar == Scalar.scalarType,
      "a program of \(program.program.parameterTypes[1]) for states of \(Scalar.self)")
    self.program = program
    workspace = ScalarWorkspace(program.program)
    parameters = .allocate(capacity: max(program.parameterCount, 1))
    inputs = .allocate(capacity: max(program.inputCount, 1))
    inputs.initialize(repeating: 0, count: max(program.inputCount, 1))
    time = .allocate(capacity: 1)
    time.initialize(to: 0)
    workspace.setParameter(2, inputs, isShared: true)
    workspace.setParameter(3, parameters)
    set(parameters: values)
  }

  deinit {
    parameters.deallocate()
    inputs.deallocate()
    time.deallocate()
  }

  /// Takes other parameters.
  package func set(parameters values: [Double]) {
    precondition(
      values.count == program.parameterCount,
      "\(values.count) parameters for equations of \(program.parameterCount)")
    for (place, value) in values.enumerated() { parameters[place] = value }
    workspace.prepare()
  }

  /// Sets the value of one input until it is set again.
  package func set(input place: Int, to value: Double) {
    precondition(place < program.inputCount, "input \(place) of \(program.inputCount)")
    inputs[place] = value
  }

  /// Computes the values of rows, each with its time and its state.
  ///
  /// `results` has room for all values of all rows; it may be the memory of the states, if they are as many.
  package func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    into results: UnsafeMutablePointer<Scalar>
  ) {
    workspace.call.run(rows: rows, times, states, into: results)
  }

  /// Computes the values at a time and a state.
  package func evaluate(
    time now: Double, state: UnsafePointer<Scalar>, into results: UnsafeMutablePointer<Scalar>
  ) {
    time.pointee = now
    evaluate(times: time, states: state, rows: 1, into: results)
  }

  /// The values as an array.
  package func results(time: Double, state: [Scalar]) -> [Scalar] {
    precondition(state.count == stateCount, "\(state.count) values for \(stateCount) states")
    return [Scalar](unsafeUninitializedCapacity: program.count) { buffer, count in
      count = program.count
      guard count > 0, let target = buffer.baseAddress else { return }
      state.withUnsafeBufferPointer {
        evaluate(time: time, state: $0.baseAddress ?? UnsafePointer(target), into: target)
      }
    }
  }
}

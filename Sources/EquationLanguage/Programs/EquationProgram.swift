import Platform
package import Graphs
package import Programs
import Synchronization
import Tensors

/// Formulas of a system, compiled: values at a time, a state, inputs and parameters.
package struct EquationProgram: Sendable {
  package let program: ScalarProgram
  /// Whether no value depends on the time or an input.
  package let isAutonomous: Bool

  package var stateCount: Int { program.parameterTypes[1].count }
  package var inputCount: Int { program.parameterTypes[2].count }
  package var parameterCount: Int { program.parameterTypes[3].count }
  /// Values of one evaluation.
  package var count: Int { program.outputTypes[0].count }

  /// - Parameter graph: vectors as `EquationFormulas.vectorGraph` gives them.
  package init(_ graph: Graph) {
    guard let program = ScalarProgram(graph, invariant: [3]) else {
      preconditionFailure("formulas have operations of scalars only:\n\(graph)")
    }
    self.program = program
    isAutonomous = !graph.outputs(dependingOn: [0, 2])[0]
  }
}

/// What is computed of a system.
package enum EquationFormula: Hashable, Sendable {
  case derivatives
  /// `∂ derivative[i] / ∂ state[j]`, row-major.
  case jacobian
  case intermediates
  /// The derivatives of the intermediates from a place on, by time, states, the first inputs and parameters, row-major.
  case intermediateGradients(from: Int, inputs: Int)
  /// Not a number where a state has none.
  case initialValues
}

/// The programs of one system, each compiled when it is first used.
final class EquationPrograms: Sendable {
  private struct Key: Hashable {
    var formula: EquationFormula
    var scalarType: ScalarType
  }

  private let formulas: EquationFormulas
  private let programs = Mutex<[Key: EquationProgram]>([:])

  init(_ formulas: EquationFormulas) { self.formulas = formulas }

  func program(_ formula: EquationFormula, _ scalarType: ScalarType = .float64) -> EquationProgram {
    let key = Key(formula: formula, scalarType: scalarType)
    return programs.withLock { programs in
      if let found = programs[key] { return found }
      let made = EquationProgram(graph(of: formula, scalarType))
      programs[key] = made
      return made
    }
  }

  private func graph(of formula: EquationFormula, _ scalarType: ScalarType) -> Graph {
    switch formula {
    case .derivatives:
      return formulas.vectorGraph(of: formulas.derivatives, scalarType: scalarType)
    case .intermediates:
      return formulas.vectorGraph(of: formulas.intermediates, scalarType: scalarType)
    case .initialValues:
      return formulas.vectorGraph(of: formulas.initialValues, scalarType: scalarType)
    case .jacobian:
      let derivatives = formulas.graph.keeping(outputs: Array(formulas.derivatives))
      return vectorGraph(derivatives.jacobian(by: formulas.statePlaces), scalarType)
    case .intermediateGradients(let first, let inputs):
      let outputs = formulas.graph.keeping(outputs: Array(formulas.intermediates.dropFirst(first)))
      let places =
        [formulas.timePlace] + formulas.statePlaces + formulas.inputPlaces.prefix(inputs)
        + formulas.parameterPlaces
      return vectorGraph(outputs.gradients(by: places), scalarType)
    }
  }

  private func vectorGraph(_ graph: Graph, _ scalarType: ScalarType) -> Graph {
    EquationFormulas.vectorGraph(
      graph, states: formulas.stateCount, inputs: formulas.inputCount, scalarType: scalarType)
  }
}

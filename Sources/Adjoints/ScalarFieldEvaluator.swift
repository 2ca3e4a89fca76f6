import Platform
import Integrators
import Programs
import Transforms
import Tensors

/// A small field, and its vector–Jacobian product, as scalar programs over rows; an evaluation allocates nothing.
final class ScalarFieldEvaluator<Scalar: RowScalar>: RowField {
  let width: Int
  private let programs: ScalarPrograms
  private let isPerRow: [Bool]
  /// Indices of the parameters that have a row for each row of a run.
  private let rowPlaces: [Int]
  private let parameterCounts: [Int]
  private let isJoint: Bool
  private let batch: Int
  private let forward: ScalarWorkspace
  private let adjoint: ScalarWorkspace
  private var parameters: [UnsafeRawPointer] = []
  private var isForwardReady = false
  private var isAdjointReady = false

  init(_ programs: ScalarPrograms, _ plan: SolvePlan) {
    self.programs = programs
    width = plan.solverWidth
    isPerRow = plan.isPerRow
    rowPlaces = plan.sharing == .joint ? [] : plan.isPerRow.indices.filter { plan.isPerRow[$0] }
    parameterCounts = plan.parameterTypes.map(\.count)
    isJoint = plan.sharing == .joint
    batch = plan.batch
    forward = ScalarWorkspace(programs.forward, rows: plan.solverRows)
    adjoint = ScalarWorkspace(programs.adjoint, rows: plan.solverRows)
  }

  /// Sets new parameter values.
  func bind(_ parameters: [UnsafeRawPointer]) {
    self.parameters = parameters
    isForwardReady = false
    isAdjointReady = false
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    if !isForwardReady {
      bindParameters(of: forward)
      forward.prepare()
      isForwardReady = true
    }
    if !rowPlaces.isEmpty { setRows(of: forward, rows, rowNumbers) }
    forward.call.run(rows: isJoint ? 1 : rows, times, states, into: derivatives)
  }

  /// The vector–Jacobian product; see `FieldEvaluator`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func multiply(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, cotangents: UnsafePointer<Scalar>,
    derivative: UnsafeMutablePointer<Scalar>?, result: UnsafeMutablePointer<Scalar>,
    gradients: [UnsafeMutablePointer<Scalar>]
  ) {
    if !isAdjointReady {
      bindParameters(of: adjoint)
      adjoint.prepare()
      isAdjointReady = true
    }
    if !rowPlaces.isEmpty { setRows(of: adjoint, rows, rowNumbers) }
    adjoint.setParameter(0, times)
    adjoint.setParameter(1, states)
    adjoint.setParameter(parameters.count + 2, cotangents)
    var output = 0
    if programs.includesOutputs {
      guard let derivative else { preconditionFailure("a product with the derivative has no room") }
      adjoint.setOutput(0, derivative)
      output = 1
    }
    adjoint.setOutput(output, result)
    for (place, gradient) in gradients.enumerated() {
      // A backsolve needs the gradient itself, not a sum.
      if programs.includesOutputs && !isPerRow[place] {
        gradient.update(repeating: 0, count: parameterCounts[place])
      }
      let isNumbered = isPerRow[place] && !isJoint
      adjoint.setOutput(
        output + 1 + place, gradient, isSum: !isNumbered,
        addingAt: isNumbered ? rowNumbers : nil)
    }
    adjoint.run(rows: isJoint ? 1 : rows)
  }

  private func bindParameters(of workspace: ScalarWorkspace) {
    for (place, parameter) in parameters.enumerated() {
      workspace.setParameter(place + 2, parameter)
    }
  }

  /// Each row of a run reads its own row of the per-row parameters.
  private func setRows(
    of workspace: ScalarWorkspace, _ rows: Int, _ rowNumbers: UnsafePointer<Int32>
  ) {
    for place in rowPlaces {
      workspace.call.setNumbers(place + 2, rows == batch ? nil : rowNumbers)
    }
  }
}

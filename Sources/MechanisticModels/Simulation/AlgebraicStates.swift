import Integrators
import Reports

/// Why the algebraic equations of a system gave its algebraic states no value.
public struct AlgebraicFailure: Error, Hashable, Sendable {
  /// Why no consistent state was found.
  public enum Reason: Hashable, Sendable {
    /// The Jacobian of the equations by the algebraic states is singular.
    case singular
    /// Newton's method does not converge.
    case noSolution
    /// An equation has no finite value.
    case notFinite
    /// The comparisons in the equations have no values that agree with the solution.
    case noMode
    /// The solution would have to slide along a threshold that stands in an algebraic equation.
    case sliding
  }

  /// The name of the equations, such as their file.
  public var source: String
  /// The line of an equation that is not satisfied, or the first one.
  public var line: Int
  /// The time of the failure.
  public var time: Double
  /// The algebraic states and the values at which the search ended.
  public var states: [String]
  /// The values at which the search ended.
  public var values: [Double]
  /// Why no consistent state was found.
  public var reason: Reason
}

extension AlgebraicFailure: CustomStringConvertible {
  /// `source:line: what is wrong; what to do`.
  public var description: String {
    let names = states.joined(separator: ", ")
    let point = zip(states, values).map { "\($0) = \(Figure($1))" }.joined(separator: ", ")
    let start = "write another start value, as in 'algebraic \(states.first ?? "z") = 1'"
    let sentence =
      switch reason {
      case .singular:
        "the algebraic equations do not determine \(names) at t = \(Figure(time)): their Jacobian is singular at \(point); "
          + "differentiate a constraint on other states by time until \(names) occurs in it, or \(start)"
      case .noSolution:
        "no values of \(names) satisfy the algebraic equations at t = \(Figure(time)) (the search ended at \(point)); \(start)"
      case .notFinite:
        "an algebraic equation is not finite at t = \(Figure(time)), \(point); \(start)"
      case .noMode:
        "the conditions in the algebraic equations change with \(names) and with them the solution, without end, at "
          + "t = \(Figure(time)); \(start)"
      case .sliding:
        "the solution would stay at a threshold in this algebraic equation from t = \(Figure(time)) on; "
          + "write the condition with a hysteresis, as two events"
      }
    return "\(source):\(line): \(sentence)"
  }
}

extension HybridRegisters {
  private static var iterationLimit: Int { 100 }

  /// Moves the algebraic states to where their equations hold, by a damped Newton method.
  ///
  /// Source: Deuflhard, Newton Methods for Nonlinear Problems (2004), 3.3: the natural monotonicity test.
  func solveAlgebraic(_ time: Double, _ state: inout [Double]) -> AlgebraicFailure? {
    func failure(_ reason: AlgebraicFailure.Reason) -> AlgebraicFailure {
      let residuals = values(time, state)
      let worst = model.algebraic.first { !(residuals[$0.residual] == 0) } ?? model.algebraic[0]
      return AlgebraicFailure(
        source: model.frozen.name, line: worst.line, time: time,
        states: model.algebraic.map { model.frozen.states[$0.state].name },
        values: model.algebraic.map { state[$0.state] }, reason: reason)
    }
    for _ in 0..<Self.iterationLimit {
      let residuals = self.residuals(time, state)
      guard residuals.allSatisfy(\.isFinite) else { return failure(.notFinite) }
      let jacobian = AlgebraicJacobian(gradients(time, state), model.algebraic)
      if jacobian.isRounding(residuals, state, time) {
        return jacobian.step(residuals) == nil ? failure(.singular) : nil
      }
      guard let step = jacobian.step(residuals) else { return failure(.singular) }
      let places = model.algebraic.map(\.state)
      let isSmall = zip(places, step).allSatisfy { $1.magnitude <= 1e-14 * state[$0].magnitude }
      if isSmall { return nil }
      let weights = zip(places, step).map { 1 / max(state[$0].magnitude, $1.magnitude, 1e-300) }
      func size(_ step: [Double]) -> Double {
        zip(step, weights).reduce(0) { max($0, ($1.0 * $1.1).magnitude) }
      }
      var (factor, next) = (1.0, state)
      while true {
        for (place, change) in zip(places, step) { next[place] = state[place] + factor * change }
        let rest = self.residuals(time, next)
        if rest.allSatisfy(\.isFinite), let left = jacobian.step(rest),
          size(left) <= (1 - factor / 4) * size(step)
        {
          break
        }
        factor /= 2
        // Rounding allows no better point.
        if factor < 1e-6 { return size(step) <= 1e-9 ? nil : failure(.noSolution) }
      }
      state = next
    }
    return failure(.noSolution)
  }

  private func residuals(_ time: Double, _ state: [Double]) -> [Double] {
    let values = values(time, state)
    return model.algebraic.map { values[$0.residual] }
  }

  /// The derivatives of the algebraic states by an unknown, given those of the other states, `block`, and the parameter
  /// that the unknown is, with its size.
  func algebraicSensitivity(
    _ gradients: HybridGradients, _ block: [Double], _ unknown: (parameter: Int?, size: Double)
  ) -> [Double]? {
    var rest = block
    for found in model.algebraic { rest[found.state] = 0 }
    let rates = model.algebraic.map { found in
      let own = unknown.parameter.map { gradients.byParameter(found.residual, $0) } ?? 0
      return gradients.along(found.residual, rest) + own * unknown.size
    }
    return AlgebraicJacobian(gradients, model.algebraic).step(rates)
  }
}

/// The derivatives of the algebraic equations by the algebraic states, with rows and columns of size 1.
private struct AlgebraicJacobian {
  private let gradients: HybridGradients
  private let algebraic: [HybridModel.AlgebraicState]
  private let rows: [[Double]]
  private let rowSizes: [Double]
  private let columnSizes: [Double]

  /// A matrix with a smaller pivot, of rows and columns of size 1, counts as singular.
  private static let smallestPivot = 1e-13

  init(_ gradients: HybridGradients, _ algebraic: [HybridModel.AlgebraicState]) {
    self.gradients = gradients
    self.algebraic = algebraic
    let plain = algebraic.map { equation in
      algebraic.map { gradients.byState(equation.residual, $0.state) }
    }
    func largest(_ values: [Double]) -> Double {
      let size = values.map(\.magnitude).max() ?? 0
      return size > 0 && size.isFinite ? size : 1
    }
    let rowSizes = plain.map(largest)
    let scaled = zip(plain, rowSizes).map { row, size in row.map { $0 / size } }
    let columnSizes = algebraic.indices.map { column in largest(scaled.map { $0[column] }) }
    rows = scaled.map { row in zip(row, columnSizes).map { $0 / $1 } }
    (self.rowSizes, self.columnSizes) = (rowSizes, columnSizes)
  }

  /// The change of the algebraic states that makes residuals vanish; nil if the matrix is singular.
  func step(_ residuals: [Double]) -> [Double]? {
    let sides = zip(residuals, rowSizes).map { -$0 / $1 }
    return SmallLinearSystem.solution(
      of: zip(rows, sides).map { $0 + [$1] }, smallestPivot: Self.smallestPivot
    ).map { zip($0, columnSizes).map { $0 / $1 } }
  }

  /// Whether residuals are as small as the rounding errors of what they depend on.
  func isRounding(_ residuals: [Double], _ state: [Double], _ time: Double) -> Bool {
    zip(algebraic, residuals).allSatisfy { equation, residual in
      let noise = state.indices.reduce((gradients.byTime(equation.residual) * time).magnitude) {
        $0 + (gradients.byState(equation.residual, $1) * state[$1]).magnitude
      }
      return residual.magnitude <= 0x1p-52 * noise
    }
  }
}

extension HybridSolve {
  var isAlgebraic: Bool { !model.algebraic.isEmpty }

  /// Makes the algebraic states, and their sensitivities, those that the other states determine.
  func settleAlgebraic() {
    guard isAlgebraic, isRunning else { return }
    var own = ownState
    if let failure = registers.solveAlgebraic(time, &own) { return fail(failure) }
    for found in model.algebraic { state[found.state] = Scalar(own[found.state]) }
    settleSensitivities()
  }

  func settleSensitivities() {
    guard isAlgebraic, isRunning, !unknowns.sizes.isEmpty else { return }
    let gradients = registers.gradients(time, ownState)
    for unknown in unknowns.sizes.indices {
      let slopes = registers.algebraicSensitivity(
        gradients, block(unknown), (unknowns.parameters[unknown], unknowns.sizes[unknown]))
      for (found, slope) in zip(model.algebraic, slopes ?? []) {
        state[(1 + unknown) * count + found.state] = Scalar(slope)
      }
    }
  }

  func fail(_ failure: AlgebraicFailure) {
    algebraicFailure = failure
    status = .inconsistent(time: time)
  }

  /// Ends the solve, as what it slides along stands in an algebraic equation.
  func failSliding(along place: Int) {
    guard let equation = model.algebraic.first(where: { $0.switches.contains(place) }) else {
      return
    }
    fail(
      AlgebraicFailure(
        source: model.frozen.name, line: equation.line, time: time,
        states: model.algebraic.map { model.frozen.states[$0.state].name },
        values: model.algebraic.map { Double(state[$0.state]) }, reason: .sliding))
  }
}

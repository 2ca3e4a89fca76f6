public import NumericCore
public import Integrators

extension ODESolver {
  /// A solver with an absolute tolerance of its own for each state that this one's does not resolve; `nil` for it resolves all.
  ///
  /// A state whose largest value is below 1,000 absolute tolerances has a relative error of more than 1e-3: concentrations
  /// of 1e-12 mol/l under a tolerance of 1e-9 are noise. Such a state gets `1e-3 · rtol · max |x|`. The maximum is that of a
  /// solution by this solver, so solve again and ask again.
  public func resolving(_ solution: EquationSolution) -> ODESolver? {
    guard case .adaptive(var adaptive) = control, let first = solution.states.first else {
      return nil
    }
    var tolerances = tolerances(states: first.count)
    var isChanged = false
    for state in first.indices {
      let size = solution.states.reduce(0) { max($0, $1[state].magnitude) }
      guard size > 0, size.isFinite, tolerances[state].absolute > 1e-3 * size else { continue }
      tolerances[state].absolute = 1e-3 * tolerances[state].relative * size
      isChanged = isChanged || tolerances[state].absolute > 0
    }
    guard isChanged else { return nil }
    adaptive.norm.tolerances = tolerances
    var solver = self
    solver.control = .adaptive(adaptive)
    return solver
  }

  /// The tolerance of each state; those of equal steps are 0.
  public func tolerances(states count: Int) -> [Tolerance] {
    guard case .adaptive(let adaptive) = control else {
      return Array(repeating: Tolerance(relative: 0, absolute: 0), count: count)
    }
    return adaptive.norm.tolerances.isEmpty
      ? Array(repeating: adaptive.tolerance, count: count) : adaptive.norm.tolerances
  }
}

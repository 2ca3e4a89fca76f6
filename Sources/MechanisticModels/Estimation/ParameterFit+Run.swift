import Integrators
import NumericCore

extension ParameterFit {
  /// Estimates everything that is not known.
  ///
  /// Where a state is so small at the optimum that the tolerance does not resolve it, the fit is repeated from there with a finer one.
  public func run() throws(FitError) -> FitResult {
    var (result, finer) = try once()
    for _ in 0..<2 {
      guard let next = finer else { break }
      (result, finer) = try next.once()
    }
    return result
  }

  /// The result, and the fit that is to follow, `nil` for none.
  private func once() throws(FitError) -> (result: FitResult, next: ParameterFit?) {
    let problem = try FitProblem(self)
    if let result = problem.result(problem.searches()) {
      return (result, problem.refined(at: result))
    }
    if problem.wasStiff { throw .stiff(method: solvingMethod.name) }
    guard problem.wasExhausted else { throw .noSolution }
    guard stepBudget < Self.largestBudget else { throw .tooManySteps(stepBudget) }
    var patient = self
    patient.stepBudget = Self.largestBudget
    return try patient.once()
  }

  /// The steps of a solve where none has a solution within `stepBudget`.
  private static let largestBudget = 100_000

  /// The absolute tolerance is at most this part of a state's largest value.
  private static let leastPrecision = 1e-6

  /// The method that is chosen, or that the equations need.
  var solvingMethod: ODEMethod { method ?? system.defaultMethod }

  var solver: ODESolver {
    let solver = ODESolver(
      method: solvingMethod,
      control: .proportionalIntegral(tolerance, stepBudget: stepBudget))
    guard stateSizes.contains(where: { $0 > 0 }), case .adaptive(var control) = solver.control
    else { return solver }
    // An error of a thousandth of the relative tolerance of the largest value is as good as none.
    control.norm.tolerances = stateSizes.map { size in
      let own = Tolerance(relative: tolerance.relative, absolute: 1e-3 * tolerance.relative * size)
      return size > 0 ? own : tolerance
    }
    return ODESolver(method: solvingMethod, control: .adaptive(control))
  }

  /// The same with tolerances that resolve states of these largest magnitudes, `nil` if they already do.
  func resolving(_ sizes: [Double]) -> ParameterFit? {
    let before = stateSizes.isEmpty ? sizes.map { _ in 0 } : stateSizes
    let own = zip(sizes, before).map { size, before in
      let absolute = before > 0 ? 1e-3 * tolerance.relative * before : tolerance.absolute
      return size > 0 && size.isFinite && absolute > Self.leastPrecision * size ? size : before
    }
    // A tolerance that is not a normal number resolves nothing.
    guard own != before, own.allSatisfy({ $0 == 0 || $0 > 1e-280 }) else { return nil }
    var fit = self
    fit.stateSizes = own
    return fit
  }
}

import Integrators
import NumericCore

/// Solves of an experiment by an explicit method, and by an implicit one where the equations turn out to be stiff.
///
/// A search may lead through values at which equations are stiff that are not so at its start or end. A solve whose steps stability bounded is
/// repeated by `.rodas5P`, and so are those that follow, until one with few steps of the explicit method reaches the end again.
final class SwitchingRegisters {
  /// The step budget of the explicit method, at whose end stiffness is examined.
  private static let firstBudget = 1_500
  /// The same budget after stiff solves.
  private static let trialBudget = 300
  /// The number of solves by the implicit method after which the explicit method is tried again.
  private static let trialInterval = 16

  /// The step budget of the implicit method.
  static let stiffBudget = 2_000

  private let fit: ParameterFit
  private let stiffBudget: Int
  private let make: (ParameterFit) -> SensitivityRegisters
  private lazy var registers = make(fit)
  private lazy var stiff: SensitivityRegisters = {
    var fit = fit
    fit.method = .rodas5P
    return make(fit)
  }()
  private var isStiff = false
  private var sinceTrial = 0
  private(set) var stiffSolves = 0
  /// Whether stability bounded the steps of a solve that had to be given up.
  private(set) var wasStiff = false
  /// Whether a solve took more steps than the budget of the fit.
  private(set) var wasExhausted = false

  /// - Parameters:
  ///   - stiffBudget: of the implicit method where it takes the place of an explicit one.
  ///   - make: the registers of a fit with a method.
  init(
    _ fit: ParameterFit, stiffBudget: Int = SwitchingRegisters.stiffBudget,
    _ make: @escaping (ParameterFit) -> SensitivityRegisters
  ) {
    self.fit = fit
    self.stiffBudget = min(stiffBudget, fit.stepBudget)
    self.make = make
  }

  /// Sizes of the unknowns, by which their sensitivities are scaled.
  var sizes: [Double] { registers.system.sizes }

  /// Whether the method may change.
  private var switches: Bool { fit.method == nil && fit.solvingMethod.isExplicit }

  /// The whole state at the start; nil if it is not finite or there is no steady state.
  func initialState(
    at time: Double, parameters: [Double], initials: [Int: Double]
  ) -> [Double]? {
    (isStiff ? stiff : registers)
      .initialState(at: time, parameters: parameters, initials: initials)
  }

  /// Whole states and observations at the times, the first of which is the start; nil if the equations cannot be solved.
  func walk(
    at times: [Double], parameters: [Double], initials: [Int: Double]
  ) -> SensitivityRegisters.Walk? {
    let solved = { (registers: SensitivityRegisters, budget: Int) in
      let ending = registers.ending(
        at: times, parameters: parameters, initials: initials, budget: budget)
      if case .exhausted = ending, budget == self.fit.stepBudget { self.wasExhausted = true }
      return ending
    }
    guard switches else {
      let ending = solved(registers, fit.stepBudget)
      if case .stiff = ending { wasStiff = true }
      return ending.walk
    }
    sinceTrial += 1
    return isStiff ? stiffWalk(solved) : plainWalk(solved)
  }

  private typealias Solve = (SensitivityRegisters, _ budget: Int) -> SensitivityRegisters.Ending

  /// A solve by the explicit method; by the implicit one where that is stiff.
  private func plainWalk(_ solved: Solve) -> SensitivityRegisters.Walk? {
    let first = solved(registers, Self.firstBudget)
    switch first {
    case .walk(let walk): return walk
    case .failed: return nil
    case .stiff: break
    case .exhausted:
      let second = solved(registers, fit.stepBudget)
      guard case .stiff = second else { return second.walk }
    }
    stiffSolves += 1
    if let walk = solved(stiff, stiffBudget).walk {
      (isStiff, sinceTrial) = (true, 0)
      return walk
    }
    guard case .stiff = first else { return nil }
    // Chaos may look stiff, and takes many short steps of any method.
    return solved(registers, fit.stepBudget).walk
  }

  /// A solve by the implicit method, unless the explicit one is tried again.
  private func stiffWalk(_ solved: Solve) -> SensitivityRegisters.Walk? {
    if sinceTrial % Self.trialInterval == 0,
      case .walk(let walk) = solved(registers, Self.trialBudget)
    {
      isStiff = false
      return walk
    }
    stiffSolves += 1
    if let walk = solved(stiff, stiffBudget).walk { return walk }
    isStiff = false
    return solved(registers, fit.stepBudget).walk
  }
}

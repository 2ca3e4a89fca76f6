import Integrators

/// A system with its sensitivities in the memory in which they are solved, in smooth pieces where the system has jumps.
///
/// Used by one thread at a time.
final class SensitivitySimulation {
  private let system: EquationSystem
  private let inputs: [String: InputSignal]
  private let doses: DoseSchedule
  private let unknowns: HybridSolve<Double>.Unknowns
  private let smooth: CompiledEquations<Double>
  private let pieces: HybridRegisters<Double>?

  /// - Parameter frozen: the sensitivities of the frozen equations, where several simulations share them; `nil` for made here.
  init(
    _ sensitivity: SensitivitySystem, of system: EquationSystem, inputs: [String: InputSignal],
    doses: DoseSchedule = DoseSchedule(), frozen shared: SensitivitySystem? = nil
  ) {
    self.system = system
    self.inputs = inputs
    self.doses = doses
    let parameters = sensitivity.unknowns.map { (unknown: SensitivitySystem.Unknown) -> Int? in
      if case .parameter(let place) = unknown { place } else { nil }
    }
    unknowns = .init(parameters: parameters, sizes: sensitivity.sizes)
    smooth = CompiledEquations(
      derivatives: sensitivity.field, jacobian: sensitivity.fieldJacobian,
      parameters: system.defaultParameters)
    pieces = system.pieces(inputs, doses).map { model in
      let frozen = shared ?? sensitivity.frozen(model)
      return HybridRegisters(
        model, derivatives: frozen.field, jacobian: frozen.fieldJacobian, signals: inputs,
        parameters: system.defaultParameters)
    }
  }

  /// The whole states at the times, of which the first is that of the initial state, and how the solve ended.
  ///
  /// - Parameter isContinued: whether the doses at the first time are in the initial state already.
  func states(
    from initial: [Double], at times: [Double], parameters: [Double], _ solver: ODESolver,
    isContinued: Bool = false
  ) -> (states: [[Double]], status: SolveStatus) {
    guard let pieces else {
      smooth.set(parameters: parameters)
      let (states, report, _) = smooth.solution(
        of: system, from: initial, at: times, inputs: inputs, solver)
      return (states, report.status)
    }
    pieces.begin(parameters: parameters)
    let solve = HybridSolve(
      pieces, from: initial, reset: initial, unknowns: unknowns, solver: solver)
    let states = solve.run(doses, at: times, isContinued: isContinued)
    return (states, solve.status)
  }
}

extension SensitivitySystem {
  /// The sensitivities of the same unknowns in frozen equations.
  func frozen(_ model: HybridModel) -> SensitivitySystem {
    SensitivitySystem(
      model.frozen, unknowns: unknowns, observables: [], isLinearized: fieldJacobian != nil)
  }
}

extension EquationSystem {
  /// The model in smooth pieces if a solve needs it.
  func pieces(_ inputs: [String: InputSignal], _ doses: DoseSchedule) -> HybridModel? {
    guard let hybrid, !hybrid.isSmooth || !inputs.isEmpty || doses != DoseSchedule() else {
      return nil
    }
    return hybrid
  }
}

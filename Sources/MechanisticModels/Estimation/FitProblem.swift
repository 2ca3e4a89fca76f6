import Integrators

/// A fit made ready: unknowns on an unbounded scale, and minus the logarithm of the posterior density with its derivatives.
///
/// Used by one thread at a time.
package final class FitProblem {
  private(set) var fit: ParameterFit
  let observables: [FitObservable]
  let unknowns: [FitUnknown]
  /// The experiments in their order.
  let models: [ExperimentModel]
  package private(set) var start: [Double]
  /// Data of all experiments.
  private(set) var dataCount: Int
  /// Whether there are doses or events, which the adjoint does not have.
  let hasJumps: Bool
  package var solves = 0
  /// What is evaluated at every time of a solve.
  let sources: [SensitivitySystem.Observable]
  /// Constants and predictions, which follow from the unknowns.
  let quantities: DerivedQuantities
  private var systems: [SystemKey: SharedSystem] = [:]
  private var sensitivities: [SwitchingRegisters?]
  private var plain: [SwitchingRegisters?]

  private struct SystemKey: Hashable {
    var structure: ExperimentModel.Structure
    var isLinearized: Bool
  }

  /// What experiments with the same unknowns share.
  private struct SharedSystem {
    var system: SensitivitySystem
    var frozen: SensitivitySystem?
  }

  package var names: [String] { unknowns.map(\.name) }
  package var scales: [ParameterScale] { unknowns.map(\.scale) }
  package var weightDeviations: [Double?] { unknowns.map(\.weightDeviation) }
  /// Whether stability bounded the steps of a solve that had to be given up.
  var wasStiff: Bool { (sensitivities + plain).contains { $0?.wasStiff ?? false } }
  /// Whether a solve took more steps than the budget of the fit.
  var wasExhausted: Bool { (sensitivities + plain).contains { $0?.wasExhausted ?? false } }
  /// Solves by an implicit method because an explicit one found the equations stiff.
  package var stiffSolves: Int {
    (sensitivities + plain).reduce(0) { $0 + ($1?.stiffSolves ?? 0) }
  }

  package init(_ fit: ParameterFit) throws(FitError) {
    self.fit = fit
    guard fit.solvingMethod.isExplicit || fit.search != .gradient else {
      throw .methodWithoutAdjoint(fit.solvingMethod.name)
    }
    let experiments = fit.experiments.experiments
    hasJumps = experiments.contains { $0.doses != DoseSchedule() } || fit.system.hasJumps
    if hasJumps && fit.search == .gradient { throw .jumpsWithoutAdjoint }
    let setup = try FitSetup(fit)
    guard !setup.unknowns.isEmpty else { throw .nothingToEstimate }
    let others = setup.unknowns.count { $0.weightDeviation == nil && $0.prior == nil }
    guard fit.experiments.count > others else {
      throw .tooFewMeasurements(found: fit.experiments.count, unknowns: others)
    }
    if fit.preEquilibrates && fit.system.dependsOnTime { throw .noSteadyStateInTime }
    observables = setup.observables.observables
    sources = setup.observables.sources
    unknowns = setup.unknowns
    models = experiments.indices.map { ExperimentModel($0, setup) }
    for model in models {
      for measurement in model.experiment.measurements where measurement.time < model.start.time {
        throw .dataBeforeStart(
          model.experiment.id, time: measurement.time, start: model.start.time)
      }
    }
    for model in models {
      for prediction in fit.system.predictions where prediction.time < model.start.time {
        throw .predictionBeforeStart(
          prediction.quantity, time: prediction.time, start: model.start.time)
      }
    }
    start = setup.unknowns.map { $0.scale.coordinate($0.start) }
    dataCount = fit.experiments.count
    quantities = DerivedQuantities(fit.system, models, predicted: setup.observables.predicted)
    sensitivities = models.map { _ in nil }
    plain = models.map { _ in nil }
    resolveStates(at: start)
    try leaveOutZeros()
    startSizes()
  }

  /// Sets tolerances that resolve the states of the solves at a point.
  private func resolveStates(at z: [Double]) {
    for _ in 0..<3 {
      guard let sizes = stateSizes(at: z), let finer = fit.resolving(sizes) else { break }
      fit = finer
      plain = models.map { _ in nil }
    }
  }

  /// The largest magnitude of each state, solved or measured; nil if there is no solution.
  private func stateSizes(at z: [Double]) -> [Double]? {
    var sizes = fit.system.states.map { _ in 0.0 }
    for (number, model) in models.enumerated() {
      guard let states = states(of: number, at: model.times, z: z) else { return nil }
      for state in states {
        for place in sizes.indices { sizes[place] = max(sizes[place], state[place].magnitude) }
      }
    }
    return sizes
  }

  /// The fit from its result on, with tolerances that resolve the states there; nil if these do.
  func refined(at result: FitResult) -> ParameterFit? {
    guard !hasNetworks else { return nil }
    let z = unknowns.indices.map { place in
      result[unknowns[place].name].map { unknowns[place].scale.coordinate($0) } ?? start[place]
    }
    guard var finer = stateSizes(at: z).flatMap({ fit.resolving($0) }) else { return nil }
    for estimate in result.estimates { finer.startValues[estimate.name] = estimate.value }
    return finer
  }

  /// Leaves out values of 0 where the curve is 0 and the noise is relative to it: they are met whatever the unknowns are.
  private func leaveOutZeros() throws(FitError) {
    guard let found = predictions(at: start, derivatives: false, part: 1) else { return }
    var places: [Int: Set<Int>] = [:]
    for prediction in found where prediction.value == 0 && prediction.datum.standardError == nil {
      let observable = observables[prediction.datum.observable]
      let isRelative = observable.noise == .proportional || observable.noise == .combined
      let model = models[prediction.experiment]
      let time = model.experiment.measurements[prediction.datum.measurement].time
      if isRelative, prediction.datum.value == .exact(0) {
        places[prediction.experiment, default: []].insert(prediction.datum.measurement)
      } else if observable.noise == .lognormal || observable.noise == .proportional {
        throw .zeroCurve(observable.name, time: time, noise: observable.noise)
      }
    }
    for (number, measurements) in places { models[number].leaveOut(measurements) }
    dataCount = models.reduce(0) { $0 + $1.data.count }
  }

  /// Starts the search for sizes of noise at those of the residuals at the starting point.
  private func startSizes() {
    let searched = unknowns.indices.filter { place in
      guard case .noise(_, argument: 0) = unknowns[place].target else { return false }
      return fit.startValues[unknowns[place].name] == nil
    }
    guard !searched.isEmpty, let found = predictions(at: start, derivatives: false, part: 1) else {
      return
    }
    for place in searched {
      guard case .noise(let observable, _) = unknowns[place].target,
        observables[observable].noise == .combined
      else { continue }
      let squares = found.compactMap { prediction -> Double? in
        guard prediction.datum.observable == observable,
          case .exact(let measured) = prediction.datum.value
        else { return nil }
        return (prediction.value - measured) * (prediction.value - measured)
      }
      let mean = squares.reduce(0, +) / Double(max(squares.count, 1))
      if mean > 0, mean.isFinite {
        start[place] = unknowns[place].scale.coordinate(mean.squareRoot())
      }
    }
  }

  /// The values of all unknowns at a point of the search.
  func values(at z: [Double]) -> [Double] { zip(unknowns, z).map { $0.scale.value($1) } }

  // MARK: Solving

  private func shared(
    _ structure: ExperimentModel.Structure, by method: ODEMethod
  ) -> SharedSystem {
    let key = SystemKey(structure: structure, isLinearized: !method.isExplicit)
    if let found = systems[key] { return found }
    let system = SensitivitySystem(
      fit.system, unknowns: structure.unknowns, observables: sources,
      isLinearized: key.isLinearized)
    let made = SharedSystem(system: system, frozen: fit.system.hybrid.map { system.frozen($0) })
    systems[key] = made
    return made
  }

  func registers(of number: Int, derivatives: Bool) -> SwitchingRegisters {
    if let found = derivatives ? sensitivities[number] : plain[number] { return found }
    let model = models[number]
    let structure = derivatives ? model.structure : .init(unknowns: [])
    let made = SwitchingRegisters(fit) { [unowned self] fit in
      let shared = shared(structure, by: fit.solvingMethod)
      return SensitivityRegisters(shared.system, fit, of: model.experiment, frozen: shared.frozen)
    }
    if derivatives { sensitivities[number] = made } else { plain[number] = made }
    return made
  }

  /// The sources at times of one experiment, `[time][source]`, with derivatives `[source, then the experiment's unknowns × source]`; nil if the
  /// equations cannot be solved.
  ///
  /// - Parameter times: increasing, the first is the start of the solve.
  func solution(
    of number: Int, at times: [Double], values: [Double], derivatives: Bool
  ) -> [[Double]]? {
    let (parameters, initials) = models[number].values(at: values)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    solves += 1
    return registers(of: number, derivatives: derivatives)
      .walk(at: times, parameters: parameters, initials: initials)?.observations
  }

  /// The states at the times of an experiment, `[time][state]`; nil if the equations cannot be solved.
  func states(of number: Int, at times: [Double], z: [Double]) -> [[Double]]? {
    let (parameters, initials) = models[number].values(at: values(at: z))
    return registers(of: number, derivatives: false)
      .walk(at: times, parameters: parameters, initials: initials)?.states
  }

  /// The initial state of an experiment.
  func initialState(of number: Int, z: [Double]) -> [Double] {
    let (parameters, initials) = models[number].values(at: values(at: z))
    let written = fit.system.initialState(parameters: parameters)
    return written.indices.map { initials[$0] ?? written[$0] }
  }

  /// What large weights of networks add to the squared residuals of an observable: this times the sum of their squares.
  func weightPenalty(of observable: FitObservable) -> Double {
    let penalty = fit.networkPenalty * observable.spread
    return penalty * penalty / Double(observables.count)
  }

  /// The sum of the squares of networks' weights.
  func weightSquares(at z: [Double]) -> Double {
    zip(unknowns, z).reduce(0) { $1.0.weightDeviation == nil ? $0 : $0 + $1.1 * $1.1 }
  }
}

public import NumericCore

/// The parameters of each of several experiments, inferred by a GOKU-net that is trained on all of them.
///
/// An encoder reads an experiment as a whole, and the equations give its curves: from known, fixed and bounded initial values, with the
/// doses and conditions of each experiment. What all have in common is learned along, as a population would be. Where a fit of each
/// experiment alone has too few data, this is the better estimate.
///
/// ```swift
/// let data = try FitData("subjects.csv", for: model)
/// let inference = try SubjectInference(EquationMechanism(model), data.experiments)
/// for subject in try inference.run() { print(subject.id, subject.means) }
/// ```
/// - Source: Linial, Ravid, Eytan and Shalit 2021; Kim, Wiseman, Miller, Sontag and Rush 2018.
public struct SubjectInference: Sendable {
  /// What was inferred of one experiment.
  public struct Subject: Sendable {
    /// The id of the experiment.
    public var id: String
    /// Mean and standard deviation of every parameter under the posterior, in the order of the equations.
    public var means, deviations: [Double]
  }

  /// Of the encoder and the networks on all experiments.
  public var iterations = 2_000
  /// Of the posterior of each experiment, from where the encoder puts it: an encoder that reads few series is not exact for each of them.
  public var refinements = 2_000
  /// The first rate of the iterations and of the refinements; it falls to 0 in each.
  public var learningRate = 5e-3
  /// Dimensions of z̃₀ and of θ̃.
  public var latent = 4
  /// The number of hidden units of the encoder.
  public var recurrent = 24
  /// The width of the hidden layers.
  public var hidden = 32
  /// The tolerance of the solves.
  public var tolerance = Tolerance(relative: 1e-5, absolute: 1e-6)
  /// The key of weights and batches.
  public var key = RandomKey(0)
  /// Draws from the posterior for the means.
  public var draws = 64

  /// The equations with the scales of the data.
  package let law: EquationMechanism
  package let experiments: [Experiment]
  package let scales: SubjectScales
  let channels: [EquationGOKU.Channel]
  let tensors: SubjectTensors

  /// - Throws: `Problem` for what a GOKU-net does not have.
  public init(_ law: EquationMechanism, _ experiments: Experiments) throws(Problem) {
    try self.init(law, experiments, scales: nil)
  }

  /// - Parameter scales: those of a trained network; `nil` for those of the experiments.
  package init(
    _ law: EquationMechanism, _ experiments: Experiments, scales: SubjectScales?
  ) throws(Problem) {
    let all = experiments.experiments
    try Self.check(law.system, all)
    let starts = all.map { ParameterFit(law.system, to: experiments).start(of: $0).time }
    for (one, start) in zip(all, starts) {
      for time in one.times where time < start { throw .beforeStart(id: one.id, time: time) }
    }
    let names = scales?.channels ?? experiments.observables
    for name in experiments.observables where !names.contains(name) {
      throw .unknownObservable(name, known: names)
    }
    let channels = try Self.channels(names, law.system)
    let scales = scales ?? SubjectScales(of: all, starts: starts, names, channels, law)
    var scaled = law
    (scaled.timeScale, scaled.stateScales) = (scales.time, scales.states)
    for (place, channel) in channels.enumerated() {
      // A measured state without a written initial value begins about where it is measured.
      guard case .state(let state) = channel, !law.system.states[state].hasInitialValue else {
        continue
      }
      scaled.initialRanges[state] = law.system.states[state].initialRange(
        around: scales.means[place], width: scales.deviations[place])
    }
    self.law = scaled
    self.experiments = all
    self.channels = channels
    self.scales = scales
    tensors = SubjectTensors(
      law: scaled, channels: names, means: scales.means, deviations: scales.deviations,
      starts: starts)
  }

  private static func channels(
    _ names: [String], _ system: EquationSystem
  ) throws(Problem) -> [EquationGOKU.Channel] {
    var channels: [EquationGOKU.Channel] = []
    for name in names {
      if let written = system.observables.first(where: { $0.name == name }),
        written.formula != name || written.isIncrease || (written.noise ?? .normal) != .normal
      {
        throw .observation(name)
      }
      if let state = system.stateIndex(name) {
        channels.append(.state(state))
      } else if let place = system.intermediates.firstIndex(where: { $0.name == name }) {
        channels.append(.intermediate(place))
      } else {
        throw .unknownObservable(name, known: system.measurableNames)
      }
    }
    return channels
  }

  private static func check(
    _ system: EquationSystem, _ experiments: [Experiment]
  ) throws(Problem) {
    if system.hasJumps { throw .events(system.name) }
    if system.isDifferentialAlgebraic { throw .algebraic(system.name) }
    if system.dependsOnTime { throw .dependsOnTime(system.name) }
    for one in experiments {
      if let name = one.inputs.keys.sorted().first { throw .input(name) }
      if let time = one.doses.resets.first { throw .dose(id: one.id, time: time) }
      for dose in one.doses.doses
      where dose.administration != .bolus || dose.steadyState != nil {
        throw .dose(id: one.id, time: dose.time)
      }
      for measurement in one.measurements {
        if measurement.value.isCensored {
          throw .censored(measurement.observable, id: one.id, time: measurement.time)
        }
        if measurement.standardError != nil { throw .standardError(measurement.observable) }
      }
    }
  }
}

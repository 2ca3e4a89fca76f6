/// The units in which a GOKU-net of subjects reads and solves.
public struct SubjectScales: Hashable, Sendable {
  /// Names of what was measured.
  public var channels: [String]
  /// Mean and standard deviation of each.
  public var means, deviations: [Double]
  /// The sizes of the states.
  public var states: [Double]
  /// The equations' time in one unit of the model's.
  public var time: Double

  /// Scales by their parts.
  public init(
    channels: [String], means: [Double], deviations: [Double], states: [Double], time: Double
  ) {
    self.channels = channels
    (self.means, self.deviations) = (means, deviations)
    self.states = states
    self.time = time
  }
}

extension SubjectScales {
  /// The scales of experiments.
  init(
    of experiments: [Experiment], starts: [Double], _ names: [String],
    _ channels: [EquationGOKU.Channel], _ law: EquationMechanism
  ) {
    let values = names.map { name in
      experiments.flatMap(\.measurements).filter { $0.observable == name }.map(\.value.number)
    }
    let means = values.map { $0.reduce(0, +) / Double($0.count) }
    let deviations = zip(values, means).map { values, mean in
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(values.count)).squareRoot()
      return deviation > 0 ? deviation : max(mean.magnitude, 1)
    }
    // A tenth of the longest experiment.
    let lengths = zip(experiments, starts).map { ($0.times.max() ?? $1) - $1 }
    self.init(
      channels: names, means: means, deviations: deviations,
      states: Self.states(law, experiments, channels, deviations),
      time: max(0.1 * (lengths.max() ?? 1), 1e-300))
  }

  /// The spread of measured states; the largest dose into a state; otherwise its written value.
  private static func states(
    _ law: EquationMechanism, _ experiments: [Experiment], _ channels: [EquationGOKU.Channel],
    _ deviations: [Double]
  ) -> [Double] {
    law.system.states.enumerated().map { place, state in
      if let channel = channels.firstIndex(of: .state(place)) { return deviations[channel] }
      let doses = experiments.flatMap(\.doses.doses).filter { $0.compartment == state.name }
      let largest = doses.map(\.amount.magnitude).max() ?? 0
      return largest > 0 ? largest : law.stateScales[place]
    }
  }
}

/// One experiment of a fit, ready to be solved.
final class ExperimentModel {
  struct Datum {
    /// Place of its time, and for an increase that of the interval's start.
    var time: Int
    var since: Int?
    /// Place among the observables.
    var observable: Int
    var value: Measurement.Value
    var standardError: Double?
    /// Place among the measurements of the experiment.
    var measurement: Int
  }

  /// What an experiment's unknowns are among all: the same for many experiments.
  struct Structure: Hashable {
    var unknowns: [SensitivitySystem.Unknown]
  }

  let experiment: Experiment
  let start: FitStart
  /// Increasing, the start first.
  let times: [Double]
  private(set) var data: [Datum]
  /// Measured values that carry no information: see `FitProblem`.
  private(set) var leftOut: [Datum] = []
  let structure: Structure
  /// The place among all unknowns of each of the experiment's own.
  let places: [Int]
  let parameters: [Double]
  let initials: [Int: Double]

  init(_ number: Int, _ setup: FitSetup) {
    let fit = setup.fit
    experiment = fit.experiments.experiments[number]
    parameters = setup.parameters[number]
    initials = setup.initials[number]
    var unknowns: [SensitivitySystem.Unknown] = []
    var places: [Int] = []
    for (place, unknown) in setup.unknowns.enumerated() {
      guard case .local(let target, let own) = unknown.target, own ?? number == number,
        !Self.isKnown(target, fit.system, experiment)
      else { continue }
      unknowns.append(target)
      places.append(place)
    }
    structure = Structure(unknowns: unknowns)
    self.places = places
    let start = fit.start(of: experiment)
    self.start = start
    let layout = Self.layout(experiment, from: start.time, setup.observables)
    (times, data) = (layout.times, layout.data)
  }

  /// Whether a condition of the experiment gives the value.
  private static func isKnown(
    _ unknown: SensitivitySystem.Unknown, _ system: EquationSystem, _ experiment: Experiment
  ) -> Bool {
    switch unknown {
    case .parameter(let place): experiment.conditions[system.parameters[place].name] != nil
    case .initial(let place): experiment.conditions["\(system.states[place].name)(0)"] != nil
    }
  }

  /// The times of a solve, and where the measured values are among them.
  ///
  /// A value that was taken before a dose at its time is that of a time a little earlier.
  private static func layout(
    _ experiment: Experiment, from start: Double, _ observables: FitObservables
  ) -> (times: [Double], data: [Datum]) {
    let measurements = experiment.measurements
    let last = measurements.map(\.time).max() ?? start
    let step = max(
      1e-10 * (last - start), 64 * max(start.magnitude, last.magnitude).ulp, 1e-300)
    func solved(_ measurement: Measurement) -> Double {
      measurement.isBeforeDose ? measurement.time - step : measurement.time
    }
    let names = Dictionary(
      observables.observables.enumerated().map { ($1.name, $0) }
    ) { first, _ in first }
    var begins: [Int: Double] = [:]
    for (place, measurement) in measurements.enumerated() {
      guard let observable = names[measurement.observable], observables[observable].isIncrease
      else { continue }
      let earlier = measurements.lazy
        .filter { $0.observable == measurement.observable && $0.time < measurement.time }
        .map(\.time).max()
      begins[place] = measurement.intervalStart ?? earlier ?? start
    }
    let all = measurements.map(solved) + begins.values + [start]
    var times: [Double] = []
    for time in all.sorted() where times.last.map({ $0 < time }) ?? true { times.append(time) }
    let places = Dictionary(times.enumerated().map { ($1, $0) }) { first, _ in first }
    let data = measurements.enumerated().compactMap { place, measurement -> Datum? in
      guard let observable = names[measurement.observable],
        let time = places[solved(measurement)]
      else { return nil }
      return Datum(
        time: time, since: begins[place].flatMap { places[$0] }, observable: observable,
        value: measurement.value, standardError: measurement.standardError, measurement: place)
    }
    return (times, data)
  }

  /// Leaves measured values out, by their places among the measurements.
  func leaveOut(_ measurements: Set<Int>) {
    leftOut += data.filter { measurements.contains($0.measurement) }
    data.removeAll { measurements.contains($0.measurement) }
  }

  /// Times of the first part of the experiment, at least 2 where there are.
  func count(ofPart part: Double) -> Int {
    part >= 1
      ? times.count
      : min(times.count, max(2, Int((Double(times.count) * part).rounded(.up))))
  }

  /// Parameters and initial values of the experiment at values of all unknowns.
  func values(at values: [Double]) -> (parameters: [Double], initials: [Int: Double]) {
    var (parameters, initials) = (parameters, initials)
    for (unknown, place) in zip(structure.unknowns, places) {
      switch unknown {
      case .parameter(let parameter): parameters[parameter] = values[place]
      case .initial(let state): initials[state] = values[place]
      }
    }
    return (parameters, initials)
  }
}

import NumericCore

/// An observable of a fit: where its value is, and what is known about its noise.
struct FitObservable: Sendable {
  /// An argument of a noise model.
  enum Argument: Sendable {
    /// The size that fits best at each point of the search.
    case profiled
    /// A formula, by its place among the sources.
    case source(Int)
    /// An unknown, by its place among all.
    case unknown(Int)
    case known(Double)
  }

  var name: String
  /// Place of its formula among the sources.
  var source: Int
  var isIncrease: Bool
  var noise: NoiseModel
  var arguments: [Argument] = []
  /// Root mean square of the measured values (their logarithms, if lognormal) about their mean.
  var spread = 1.0

  var isProfiled: Bool {
    arguments.contains { if case .profiled = $0 { true } else { false } }
  }
}

/// The observables of a fit, and the quantities of the equations that they are computed from.
struct FitObservables: Sendable {
  private(set) var observables: [FitObservable] = []
  /// What is evaluated at every time.
  private(set) var sources: [SensitivitySystem.Observable] = []
  /// Places among the sources of what the equations predict.
  private(set) var predicted: [Int] = []

  /// - Parameters:
  ///   - names: of what was measured.
  ///   - noise: of observables that have none in the equations.
  init(
    _ names: [String], of system: EquationSystem, noise: NoiseModel
  ) throws(FitError) {
    for name in names {
      if let written = system.observables.first(where: { $0.name == name }) {
        var observable = FitObservable(
          name: name, source: place(.observation(written.value)), isIncrease: written.isIncrease,
          noise: written.noise ?? noise)
        observable.arguments = written.arguments.map { .source(place(.observation($0))) }
        observables.append(observable)
        continue
      }
      let source = try Self.source(name, system)
      observables.append(
        FitObservable(name: name, source: place(source), isIncrease: false, noise: noise))
    }
    for prediction in system.predictions {
      predicted.append(place(try Self.source(prediction.quantity, system)))
    }
  }

  /// Where the value of a name is.
  private static func source(
    _ name: String, _ system: EquationSystem
  ) throws(FitError) -> SensitivitySystem.Observable {
    if let written = system.observables.first(where: { $0.name == name }) {
      return .observation(written.value)
    }
    if let state = system.stateIndex(name) { return .state(state) }
    if let other = system.intermediates.firstIndex(where: { $0.name == name }) {
      return .intermediate(other)
    }
    throw .unknownColumn(
      name, suggestion: nearestName(to: name, among: system.measurableNames))
  }

  subscript(place: Int) -> FitObservable {
    get { observables[place] }
    set { observables[place] = newValue }
  }

  private mutating func place(_ source: SensitivitySystem.Observable) -> Int {
    if let found = sources.firstIndex(of: source) { return found }
    sources.append(source)
    return sources.count - 1
  }
}

extension EquationSystem {
  /// What data may have columns of: observables, states and intermediates.
  package var measurableNames: [String] {
    var seen: Set<String> = []
    return (observables.map(\.name) + states.map(\.name) + intermediates.map(\.name))
      .filter { seen.insert($0).inserted }
  }
}

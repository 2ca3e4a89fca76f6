import Platform
import NumericCore
import Reports
import BundledData
import MechanisticModels
import Tensors

extension FitsExperiment {
  private static let lorenz = """
    x' = sigma*(y - x)
    y' = x*(rho - z) - y
    z' = x*y - beta*z
    sigma = 5 > 0
    rho = 15 > 0
    beta = 1 > 0
    """

  /// A chaotic orbit from a start far away: one solve over growing stretches, and segments that are drawn together.
  func shooting(_ run: ExperimentRun) throws -> ExperimentResult {
    let noise = 0.5
    let end = run.choose(full: 20.0, quick: 10)
    let system = try EquationSystem(Self.lorenz, name: "lorenz")
    let times = (0...Int(end * 20)).map { 0.05 * Double($0) }
    let truth = system.solution(
      from: [1, 1, 1], at: times, parameters: [10, 28, 8.0 / 3], solver: Self.tightSolver)
    let values = Self.noisy(truth.states, run.key.folding(in: 1)) { $0 + noise * $1 }
    var fit = ParameterFit(system, to: .init(times: times, names: ["x", "y", "z"], values: values))
    fit.key = run.key
    fit.profiles = false
    fit.starts = run.choose(full: 4, quick: 1)
    fit.search = .shooting
    let (shot, shotSeconds) = try timed { try fit.run() }
    run.progress("Lorenz by multiple shooting: \(Figure(shot.standardDeviation))")
    fit.search = .growing
    let (single, singleSeconds) = try timed { try fit.run() }
    run.progress("Lorenz by single shooting: \(Figure(single.standardDeviation))")
    var claims = [
      Claim(
        "Lorenz from (5, 15, 1), multiple shooting, error over the noise",
        ours: shot.standardDeviation / noise, threshold: .atMost(1.1), seconds: shotSeconds),
      Claim(
        "Lorenz from (5, 15, 1), multiple shooting, error of rho (28)",
        ours: abs((shot["rho"] ?? .nan) - 28), threshold: .atMost(0.2), seconds: shotSeconds),
    ]
    // Ten time units are too short to lead a single solve astray.
    if !run.isQuick {
      claims.append(
        Claim(
          "Lorenz from (5, 15, 1), single shooting, error over the noise",
          ours: single.standardDeviation / noise, threshold: .atLeast(3), seconds: singleSeconds))
    }
    return ExperimentResult(
      claims: claims,
      notes: [
        "Lorenz over \(Figure(end)): multiple shooting "
          + shot.estimates.map { "\($0.name) \(Figure($0.value))" }.joined(separator: ", ")
          + "; single shooting "
          + single.estimates.map { "\($0.name) \(Figure($0.value))" }.joined(separator: ", ")
      ])
  }

  static func noisy(
    _ states: [[Double]], _ key: RandomKey, _ change: (Double, Double) -> Double
  ) -> [[Double]] {
    states.enumerated().map { row, state in
      zip(state, key.folding(in: UInt64(row)).normal(state.count, as: Double.self)).map(change)
    }
  }
}

// MARK: - Missing terms

extension FitsExperiment {
  private static let partlyKnown = """
    prey'     = alpha*prey - eaten
    predator' = gained - gamma*predator
    eaten  = network(prey/5, predator/5)
    gained = network(prey/5, predator/5)
    alpha = 1.3 fixed
    gamma = 1.8 fixed
    """

  private static let unknown = """
    prey'     = network(prey/5, predator/5)
    predator' = network(prey/5, predator/5)
    """

  /// Predator and prey whose meeting is not known: the network's term against the true one.
  func universal(_ run: ExperimentRun) throws -> ExperimentResult {
    let law = try EquationSystem(
      """
      prey'     = alpha*prey - beta*prey*predator
      predator' = delta*prey*predator - gamma*predator
      alpha = 1.3
      beta = 0.9
      gamma = 1.8
      delta = 0.8
      prey(0) = 0.44
      predator(0) = 4.6
      """, name: "law")
    let times = (0...60).map { 0.1 * Double($0) }
    let later = (0...120).map { 0.1 * Double($0) }
    let truth = law.solution(at: later, solver: Self.tightSolver).states
    let values = Self.noisy(Array(truth.prefix(times.count)), run.key.folding(in: 2)) {
      $0 * (1 + 0.02 * $1)
    }
    func fitted(_ text: String) throws -> (system: EquationSystem, result: FitResult) {
      let system = try EquationSystem(text, name: "universal")
      var fit = ParameterFit(
        system, to: .init(times: times, names: ["prey", "predator"], values: values))
      fit.key = run.key
      fit.starts = run.choose(full: 4, quick: 1)
      return (system, try fit.run())
    }
    /// The root mean square error over the second half of `later`, over that of a constant.
    func extrapolation(_ model: (system: EquationSystem, result: FitResult)) -> Double {
      let found = model.system.solution(
        from: model.result.initialState, at: later, parameters: model.result.parameters,
        solver: Self.tightSolver
      ).states
      guard found.count == later.count else { return .infinity }
      return Self.relativeError(
        Array(found.dropFirst(times.count)), Array(truth.dropFirst(times.count)), centred: true)
    }
    let (mixed, seconds) = try timed { try fitted(Self.partlyKnown) }
    run.progress("missing terms: error \(Figure(mixed.result.standardDeviation))")
    let blind = try fitted(Self.unknown)
    run.progress("nothing known: error \(Figure(blind.result.standardDeviation))")
    let terms = mixed.system.intermediates(
      at: times, states: Array(truth.prefix(times.count)), parameters: mixed.result.parameters)
    let expected = truth.prefix(times.count).map { [0.9 * $0[0] * $0[1], 0.8 * $0[0] * $0[1]] }
    return ExperimentResult(
      claims: [
        Claim(
          "predator and prey, missing terms, error over their size",
          ours: Self.relativeError(terms, expected, centred: false),
          threshold: .atMost(run.choose(full: 0.1, quick: 0.5)), seconds: seconds),
        Claim(
          "predator and prey, extrapolation over as long again, error over the spread",
          ours: extrapolation(mixed), threshold: .atMost(run.choose(full: 0.3, quick: 1)),
          seconds: seconds),
      ],
      notes: [
        "missing terms: standard deviation of the fit \(Figure(mixed.result.standardDeviation)), of a network that "
          + "has no prior knowledge \(Figure(blind.result.standardDeviation)), whose extrapolation has the error "
          + "\(Figure(extrapolation(blind)))"
      ])
  }

  private static func relativeError(
    _ found: [[Double]], _ truth: [[Double]], centred: Bool
  ) -> Double {
    let columns = truth[0].indices
    var (error, size) = (0.0, 0.0)
    for column in columns {
      let values = truth.map { $0[column] }
      let mean = centred ? values.reduce(0, +) / Double(values.count) : 0
      for (row, value) in zip(found, values) {
        error += (row[column] - value) * (row[column] - value)
        size += (value - mean) * (value - mean)
      }
    }
    return (error / size).squareRoot()
  }
}

// MARK: - Measured inputs

extension FitsExperiment {
  private static func measlesEquations(births: String) -> String {
    """
    s' = births - infection - mu*s
    e' = infection - sigma*e
    i' = sigma*e - gamma*i
    infection = beta*(1 - amplitude*cos(2*pi*(t - phase)))*s*i/population
    cases = report*gamma*i/26
    \(births)
    input population
    beta      = 2000 > 0
    amplitude = 0.2 in 0..1
    phase     = 0.5 in 0..1
    report    = 0.5 in 0..1
    sigma = 45.6 fixed
    gamma = 73 fixed
    mu    = 0.02 fixed
    s(1950) = 120000
    e(1950) = 100
    i(1950) = 60
    span = 1950..1964
    """
  }

  /// Measles in London with births and population as inputs.
  func measles(_ run: ExperimentRun) throws -> ExperimentResult {
    let data = try MeaslesData(town: "London", from: 1950, to: run.choose(full: 1964, quick: 1954))
    func fitted(_ births: String) throws -> FitResult {
      let system = try EquationSystem(Self.measlesEquations(births: births), name: "measles")
      var inputs = ["population": InputSignal(data.population)]
      if system.inputs.contains(where: { $0.name == "births" }) {
        inputs["births"] = InputSignal(data.births)
      }
      var fit = ParameterFit(
        system,
        to: .init(
          times: data.times, names: ["cases"], values: data.cases.map { [$0] }, inputs: inputs),
        noise: .lognormal)
      fit.key = run.key
      fit.starts = run.choose(full: 2, quick: 1)
      fit.search = .growing
      fit.profiles = false
      return try fit.run()
    }
    let (measured, seconds) = try timed { try fitted("input births") }
    run.progress("measles: error \(Figure(measured.standardDeviation))")
    let constant = try fitted("births = 53000 fixed")
    let logarithms = data.cases.map { Double.logarithm($0) }
    let mean = logarithms.reduce(0, +) / Double(logarithms.count)
    let spread = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let explained = 1 - measured.residualSquares / spread
    var claims = [
      Claim(
        "measles in London, explained part of the logarithms' variance", ours: explained,
        threshold: .atLeast(run.choose(full: 0.6, quick: 0.5)), seconds: seconds)
    ]
    // Four years do not tell the share of reported cases.
    if !run.isQuick {
      claims.append(
        Claim(
          "measles in London, share of reported cases", paper: ".488 (He and others 2010)",
          ours: measured["report"] ?? .nan, threshold: .between(0.35, 0.65), seconds: seconds))
    }
    return ExperimentResult(
      claims: claims,
      notes: [
        "measles: log-likelihood with measured births \(Figure(measured.logLikelihood)), with 53,000 births every year "
          + "\(Figure(constant.logLikelihood)); "
          + measured.estimates.map { "\($0.name) \(Figure($0.value))" }.joined(separator: ", ")
      ])
  }
}

extension InputSignal {
  fileprivate init(_ record: MeaslesData.Record) {
    self.init(times: record.times, values: record.values)
  }
}

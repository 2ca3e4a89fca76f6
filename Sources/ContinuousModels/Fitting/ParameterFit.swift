public import NumericCore

/// The estimation of a system's parameters and initial values from measurements.
///
/// Levenberg–Marquardt with exact sensitivities, from several starting points, each on growing stretches of the
/// data: a long oscillation has many local minima, its beginning has few.
public struct ParameterFit: Sendable {
  /// The distribution of the measurement errors.
  public enum Likelihood: String, Sendable, CaseIterable {
    /// Normal errors of one standard deviation: least squares.
    case normal
    /// Normal errors of the logarithms, of one standard deviation.
    case lognormal
    /// Errors by Student's distribution with four degrees of freedom: outliers weigh little.
    case robust
  }

  /// What was measured and when.
  public struct Measurements: Sendable {
    /// Increasing; the first is the time of the initial state.
    public var times: [Double]
    /// Names of states or intermediates, one a column.
    public var names: [String]
    /// `[time][column]`; not-a-number where nothing was measured.
    public var values: [[Double]]

    public init(times: [Double], names: [String], values: [[Double]]) {
      self.times = times
      self.names = names
      self.values = values
    }

    var count: Int { values.reduce(0) { $0 + $1.count { !$0.isNaN } } }
  }

  public var system: EquationSystem
  public var measurements: Measurements
  public var likelihood: Likelihood
  /// Values to start from, by name; others start as written.
  ///
  /// `x(0)` names the initial value of `x`.
  public var startValues: [String: Double]
  /// Known values by name, which are not estimated.
  public var knownValues: [String: Double]
  /// Number of starting points.
  public var starts = 8
  public var key = RandomKey(0)
  /// Tolerances of the solver.
  public var tolerance = Tolerance(relative: 1e-8, absolute: 1e-10)
  /// A solve that has tried so many steps counts as failed: the search then turns elsewhere.
  public var stepBudget = 5_000

  public init(
    _ system: EquationSystem, to measurements: Measurements, likelihood: Likelihood = .normal,
    startValues: [String: Double] = [:], knownValues: [String: Double] = [:]
  ) {
    self.system = system
    self.measurements = measurements
    self.likelihood = likelihood
    self.startValues = startValues
    self.knownValues = knownValues
  }

  /// Estimates everything that is not known.
  public func run() throws(FitError) -> FitResult {
    let problem = try FitProblem(self)
    let outcomes = problem.searches()
    guard let best = outcomes.min(by: { $0.linearization.squares < $1.linearization.squares })
    else { throw .noSolution }
    return problem.result(best, outcomes: outcomes)
  }
}

/// Why a fit cannot begin.
public enum FitError: Error, Equatable, Sendable {
  case unknownName(String, suggestion: String?)
  case unknownColumn(String, suggestion: String?)
  case tooFewMeasurements(found: Int, unknowns: Int)
  case nothingToEstimate
  /// A measurement that is not positive cannot have lognormal errors.
  case notPositive(String, time: Double, value: Double)
  /// The system has an input without a signal.
  case inputWithoutSignal(String)
  /// No starting point gave a solution.
  case noSolution
}

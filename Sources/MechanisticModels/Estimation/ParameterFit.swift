public import Integrators
public import NumericCore

/// The estimation of a system's parameters and initial values from measurements.
///
/// Levenberg–Marquardt with exact sensitivities, from several starting points, each on growing stretches of the
/// data (a long oscillation has many local minima, its beginning has few), or with multiple shooting. Networks in the
/// equations are fitted along with the parameters.
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

  /// How a minimum is searched for.
  public enum Search: String, Sendable, CaseIterable {
    /// Growing stretches, and multiple shooting where these leave a doubt or the equations have networks; gradients by the
    /// adjoint where there are more than 200 unknowns.
    case automatic
    /// Growing stretches of the data, each a start for the next.
    case growing
    /// Segments of the data with states of their own, which are drawn together.
    case shooting
    /// L-BFGS with gradients by the adjoint, on growing stretches: its cost does not grow with the number of unknowns.
    case gradient
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
  /// Measured inputs of the equations by name; an input without one has its default value.
  public var inputs: [String: InputSignal]
  /// Doses beside those of the equations; they may begin before the first measurement only as infusions.
  public var doses = DoseSchedule()
  public var search = Search.automatic
  /// Segments of multiple shooting; nil: one for three measured times, but no more than 240 unknown states.
  public var segments: Int?
  /// What a weight `w` of a network costs: `(penalty · spread of the data · w)²` beside the squared residuals.
  public var networkPenalty = 1e-3
  /// Whether intervals by the profile of the likelihood are computed; never with a network in the equations.
  public var profiles = true
  /// Number of starting points.
  public var starts = 8
  public var key = RandomKey(0)
  /// The method of the solver; sensitivities follow by it as well.
  ///
  /// Stiff equations want `.rodas5P`, which differentiates its own steps exactly, but has no adjoint.
  public var method = ODEMethod.tsitouras5
  /// Tolerances of the solver.
  public var tolerance = Tolerance(relative: 1e-8, absolute: 1e-10)
  /// A solve that has tried so many steps counts as failed: the search then turns elsewhere.
  public var stepBudget = 5_000

  public init(
    _ system: EquationSystem, to measurements: Measurements, likelihood: Likelihood = .normal,
    startValues: [String: Double] = [:], knownValues: [String: Double] = [:],
    inputs: [String: InputSignal] = [:]
  ) {
    self.system = system
    self.measurements = measurements
    self.likelihood = likelihood
    self.startValues = startValues
    self.knownValues = knownValues
    self.inputs = inputs
  }

  /// Estimates everything that is not known.
  public func run() throws(FitError) -> FitResult {
    let problem = try FitProblem(self)
    guard let result = problem.result(problem.searches()) else {
      throw problem.wasStiff ? .stiff(method: method.name) : .noSolution
    }
    return result
  }
}

/// Why a fit cannot begin.
public enum FitError: Error, Equatable, Sendable {
  case unknownName(String, suggestion: String?)
  case unknownColumn(String, suggestion: String?)
  /// A signal for an input that the system does not have.
  case unknownInput(String, suggestion: String?)
  case tooFewMeasurements(found: Int, unknowns: Int)
  case nothingToEstimate
  /// A start or a known value of a parameter lies outside of the bounds in the equations.
  case outOfRange(String, value: Double, lower: Double, upper: Double)
  /// A measurement that is not positive cannot have lognormal errors.
  case notPositive(String, time: Double, value: Double)
  /// The system has an input without a signal.
  case inputWithoutSignal(String)
  /// Gradients by the adjoint were asked for of a method that has none.
  case methodWithoutAdjoint(String)
  /// Gradients by the adjoint were asked for of equations with doses or events.
  case jumpsWithoutAdjoint
  /// No starting point gave a solution, and stability bounded the steps of this method.
  case stiff(method: String)
  /// No starting point gave a solution.
  case noSolution
}

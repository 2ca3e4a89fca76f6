public import NumericCore
public import Integrators

/// The estimation of a system's parameters and initial values from measurements.
///
/// Levenberg–Marquardt steps with exact sensitivities in a trust region between the bounds: from the written start on all data, and
/// beside it on growing stretches of the data (a long oscillation has many local minima, its beginning has few), from points of a
/// Latin hypercube, and by multiple shooting. Networks in the equations are fitted along with the parameters.
public struct ParameterFit: Sendable {
  /// How a minimum is searched for.
  public enum Search: String, Sendable, CaseIterable {
    /// All data, growing stretches and sampled points, and multiple shooting where these leave a doubt or the equations have
    /// networks; gradients by the adjoint where there are more than 200 unknowns.
    case automatic
    /// The same without multiple shooting.
    case growing
    /// The same with multiple shooting always: segments of the data with states of their own, which are drawn together.
    case shooting
    /// L-BFGS with gradients by the adjoint, on growing stretches: its cost does not grow with the number of unknowns.
    case gradient
  }

  /// The equations.
  public var system: EquationSystem
  /// The data.
  public var experiments: Experiments
  /// The noise of observables that have none in the equations.
  public var noise: NoiseModel
  /// Values to start from, by name; others start as written.
  ///
  /// `x(0)` names the initial value of `x`, `sd(x)` the standard deviation of the noise of `x` where that is searched for, `k[e1]` the value of
  /// `k` in the experiment `e1` where it is individual.
  public var startValues: [String: Double]
  /// Known values by name, which are not estimated.
  public var knownValues: [String: Double]
  /// Bounds by name, within those of the equations; infinite where there are none.
  public var bounds: [String: (lower: Double, upper: Double)] = [:]
  /// Prior distributions by name, in place of those in the equations.
  public var priors: [String: Prior] = [:]
  /// Names of parameters and initial values that every experiment has a value of its own of.
  public var individual: Set<String> = []
  /// When the initial values hold; `nil` for see `start(of:)`.
  public var startTime: Double?
  /// Whether every experiment starts from the steady state of its equations without doses.
  public var preEquilibrates = false
  /// How the optimum is sought.
  public var search = Search.automatic
  /// Segments of multiple shooting; `nil` for one for three measured times, but no more than 240 unknown states.
  public var segments: Int?
  /// What a weight `w` of a network costs: `(penalty · spread of the data · w)²` beside the squared residuals.
  public var networkPenalty = 1e-3
  /// Whether intervals by the profile of the likelihood are computed; never with a network in the equations.
  public var profiles = true
  /// Joint draws of the unknowns in the result; bands of trajectories make their own where they need them.
  public var draws = 0
  /// Searches of the first round.
  ///
  /// One from the written start on all data, one on growing stretches, the others from points of a Latin
  /// hypercube. At most twice as many follow where they disagree.
  public var starts = 8
  /// The key of the random starting points.
  public var key = RandomKey(0)
  /// The method of the solver, by which sensitivities follow as well; `nil` for `.tsitouras5`, and `.rodas5P` for algebraic
  /// equations and for each solve that turns out to be stiff.
  ///
  /// `.rodas5P` differentiates its own steps exactly, but has no adjoint.
  public var method: ODEMethod?
  /// Tolerances of the solver; a state that the absolute one does not resolve gets a smaller one of its own.
  public var tolerance = Tolerance(relative: 1e-8, absolute: 1e-10)
  /// A solve that has tried so many steps counts as failed: the search then turns elsewhere.
  ///
  /// Where no starting point has a solution for this reason, 100,000 steps are tried.
  public var stepBudget = 5_000
  /// The largest magnitudes of the states where the absolute tolerance does not resolve them, otherwise 0; empty: it resolves all.
  var stateSizes: [Double] = []

  /// A fit of the parameters and initial values that the equations do not fix.
  public init(
    _ system: EquationSystem, to experiments: Experiments, noise: NoiseModel = .normal,
    startValues: [String: Double] = [:], knownValues: [String: Double] = [:]
  ) {
    self.system = system
    self.experiments = experiments
    self.noise = noise
    self.startValues = startValues
    self.knownValues = knownValues
  }

  /// The prior of a name, by the fit or by the equations.
  func prior(of name: String) -> Prior? { priors[name] ?? system.priors[name] }
}

/// Why a fit cannot begin.
public enum FitError: Error, Equatable, Sendable {
  case unknownName(String, suggestion: String?)
  case unknownColumn(String, suggestion: String?)
  /// A signal for an input that the system does not have.
  case unknownInput(String, suggestion: String?)
  case tooFewMeasurements(found: Int, unknowns: Int)
  case nothingToEstimate
  /// A measurement lies before the start of the solve of its experiment.
  case dataBeforeStart(String, time: Double, start: Double)
  /// A prediction at a time before the start of the solve.
  case predictionBeforeStart(String, time: Double, start: Double)
  /// A known standard deviation that is not positive.
  case standardError(String, time: Double, value: Double)
  /// A count that is negative or not whole, or that no count lies below.
  case notACount(String, time: Double, value: Double)
  /// The curve is 0 where its noise needs a curve that is not.
  case zeroCurve(String, time: Double, noise: NoiseModel)
  /// Every value of an observable is censored, and the size of its noise is unknown.
  case allCensored(String)
  /// Equations that depend on the time have no steady state to start from.
  case noSteadyStateInTime
  /// A start or a known value of a parameter lies outside of the bounds in the equations.
  case outOfRange(String, value: Double, lower: Double, upper: Double)
  /// A measurement that is not positive cannot have lognormal errors.
  case notPositive(String, time: Double, value: Double)
  /// The system has an input without a signal.
  case inputWithoutSignal(String)
  /// Gradients by the adjoint were requested of a method that has none.
  case methodWithoutAdjoint(String)
  /// Gradients by the adjoint were requested of equations with doses or events.
  case jumpsWithoutAdjoint
  /// No starting point gave a solution, and stability bounded the steps of this method.
  case stiff(method: String)
  /// Solves from every starting point take more steps than these.
  case tooManySteps(Int)
  /// No starting point gave a solution, or the equations have none at the best values.
  case noSolution
}

/// What a fit found.
public struct FitResult: Sendable {
  /// An estimated number.
  public struct Estimate: Sendable {
    /// A parameter's name, or `x(0)`.
    public var name: String
    /// The estimate.
    public var value: Double
    /// Standard error of the value; nil if the data do not determine it.
    public var standardError: Double?
    /// 95 % by the curvature at the minimum (Laplace), with Student's t where the size of the errors is estimated; nil if the data do not determine the value.
    public var laplace: ClosedRange<Double>?
    /// 95 % by the profile of the likelihood; nil if it was not computed.
    public var profile: Profile?
    /// Whether the data bound the value on both sides; without a profile: whether there is a curvature.
    public var isIdentified: Bool {
      profile.map { $0.lower.bound != nil && $0.upper.bound != nil } ?? (laplace != nil)
    }
  }

  /// The values at which the profile of the likelihood lies above its threshold.
  public struct Profile: Equatable, Sendable {
    /// The lower end of the profile interval.
    public var lower: ProfileEnd
    /// The upper end of the profile interval.
    public var upper: ProfileEnd
    /// Points of the profile, by value: what a chart of it shows.
    public var curve: [ProfilePoint] = []
  }

  /// The best fit with one value given.
  public struct ProfilePoint: Equatable, Sendable {
    /// The value on the profile.
    public var value: Double
    /// How far twice the log-likelihood lies below its maximum.
    public var drop: Double
  }

  /// One end of a profile interval.
  public enum ProfileEnd: Equatable, Sendable {
    /// Here the likelihood has dropped to the threshold.
    case bound(Double)
    /// It never does: the data set no bound.
    case open
    /// Not known: before it does, the equations have no solution, or the search for the other values ends.
    case lost

    /// The value, where there is one.
    public var bound: Double? { if case .bound(let value) = self { value } else { nil } }
  }

  /// Unknowns that the data do not determine one by one: some changes of them together change no residual.
  public struct UnidentifiedGroup: Equatable, Sendable {
    /// In the order of the estimates.
    public var names: [String]
    /// How many combinations of them the data determine; 0: none has an effect on what was measured.
    public var measuredCombinations: Int
  }

  /// Of everything that was unknown, except weights of networks.
  public var estimates: [Estimate]
  /// Intermediates that follow from the parameters alone, as a half-life does, and the equations' predictions (`predict cp at 24`).
  public var derived: [Estimate]
  /// What trades against each other, by the sensitivities at the best point.
  public var unidentifiedGroups: [UnidentifiedGroup]
  /// All parameters of the system at the best point, weights of networks included; those of the first experiment.
  public var parameters: [Double]
  /// The state at the start of the first experiment.
  public var initialState: [Double]
  /// Maximum-likelihood standard deviation of the errors (of the logarithms, if lognormal).
  public var standardDeviation: Double
  /// Sum of the squared residuals (of the logarithms, if lognormal; weighted, if robust).
  public var residualSquares: Double
  /// The log-likelihood at the optimum, in nats.
  public var logLikelihood: Double
  /// The number of measured values.
  public var measurementCount: Int
  /// Whether the search met its criterion.
  public var hasConverged: Bool
  /// Searches from starting points, and how many of them ended at this minimum.
  public var starts: Int
  /// The number of starts that ended at the optimum.
  public var agreeingStarts: Int
  /// Every search, the best first (a chart of their objectives is a waterfall plot).
  public var searches: [Start]
  /// Minima whose likelihood is so near the best one's that the data do not reject them; the best first.
  public var optima: [Optimum]
  /// What a reader of the estimates has to be told.
  public var findings: [Finding]
  /// Negative logarithm of the likelihood, times the priors' densities, at the best point.
  public var objective: Double
  /// Degrees of freedom of the estimated size of the errors; infinite where it is known.
  public var freedom: Double
  /// Correlations of the estimates by the curvature, `[estimate][estimate]`; nil where the data do not determine one of the two.
  public var correlations: [[Double?]]
  /// By how much the log-likelihood drops, twice, at the ends of a 95 % interval.
  public var profileThreshold: Double
  /// Joint draws of the estimates, each in their order: see `ParameterFit.draws`.
  ///
  /// They are those of the Laplace approximation where the likelihood is one, and otherwise follow its shape.
  public var draws: [[Double]]
  /// Solves of the equations with their sensitivities.
  public var solves: Int
  /// The part of the solves that were left to an implicit method because the equations were stiff.
  public var stiffSolves: Int
  /// Measured and fitted values of every observable of every experiment, with curves and bands between them.
  public var curves: [FitCurve]
  /// The noise of every observable.
  public var noises: [FitNoise]
  /// Where the solve of each experiment starts.
  public var experimentStarts: [FitStartOfExperiment]

  /// The number of experiments.
  public var experimentCount: Int { experimentStarts.count }

  /// The estimated value of a name.
  public subscript(name: String) -> Double? { estimates.first { $0.name == name }?.value }

  /// Whether there is an optimum that was found as well as the data can tell: the search converged, and no value runs away.
  ///
  /// Other optima that fit as well are in `optima` and among the findings.
  public var isTrustworthy: Bool { findings.allSatisfy { !$0.isFatal } }
}

extension FitResult {
  /// A search from one starting point.
  public struct Start: Sendable {
    /// Where it began.
    public enum Origin: String, Sendable {
      /// At the written values, on all data.
      case written
      /// At the written values, on growing stretches of the data.
      case growing
      /// At a point of a Latin hypercube.
      case sampled
      /// Where the segments of multiple shooting met.
      case shooting
      /// At something better that a profile met.
      case profile
    }

    /// Where the search started from.
    public var origin: Origin
    /// Where it ended, as `FitResult.objective`.
    public var objective: Double
    /// Whether the search met its criterion.
    public var hasConverged: Bool
    /// The number of iterations.
    public var iterations: Int
    /// Values where it ended, in the order of the estimates.
    public var values: [Double]
  }

  /// A minimum of the objective.
  public struct Optimum: Sendable {
    /// In the order of the estimates.
    public var values: [Double]
    /// How far its objective lies above the best one's.
    public var objectiveDifference: Double
  }

  /// Where an unknown goes that has no optimum.
  public enum Limit: String, Sendable, Equatable {
    case zero, infinity, minusInfinity
  }

  /// A remark on a fit.
  public enum Finding: Sendable, Equatable {
    /// The search was still moving when it ended.
    case notConverged
    /// The objective falls, or stays flat, as far as this value is followed.
    case diverging(String, to: Limit)
    /// The data press this value against its bound in the equations.
    case atBound(String, bound: Double)
    /// Other optima are as good: see `optima`.
    case severalOptima(count: Int)
    /// Some changes of these together change nothing that was measured; the data determine so many combinations.
    case unidentified([String], measuredCombinations: Int)
    /// Any value fits as well, which its profile confirms.
    case noEffect(String)
    /// Only one of several searches ended at the optimum: there may be a better one.
    case foundOnce(searches: Int)

    /// Whether there is no trustworthy optimum.
    public var isFatal: Bool {
      switch self {
      case .notConverged, .diverging: true
      case .atBound, .severalOptima, .unidentified, .noEffect, .foundOnce: false
      }
    }
  }
}

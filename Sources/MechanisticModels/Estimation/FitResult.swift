/// What a fit found.
public struct FitResult: Sendable {
  /// An estimated number.
  public struct Estimate: Sendable {
    /// A parameter's name, or `x(0)`.
    public var name: String
    public var value: Double
    /// 95 % by the curvature at the minimum (Laplace); nil if the data do not determine the value.
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
    public var lower: ProfileEnd
    public var upper: ProfileEnd
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
  /// What trades against each other, by the sensitivities at the best point.
  public var unidentifiedGroups: [UnidentifiedGroup]
  /// All parameters of the system at the best point, weights of networks included.
  public var parameters: [Double]
  /// The state at the first measured time.
  public var initialState: [Double]
  /// Maximum-likelihood standard deviation of the errors (of the logarithms, if lognormal).
  public var standardDeviation: Double
  /// Sum of the squared residuals (of the logarithms, if lognormal; weighted, if robust).
  public var residualSquares: Double
  public var logLikelihood: Double
  public var measurementCount: Int
  public var hasConverged: Bool
  /// Searches from starting points, and how many of them ended at this minimum.
  public var starts: Int
  public var agreeingStarts: Int
  /// Solves of the equations with their sensitivities.
  public var solves: Int
  /// Values of the measured quantities, `[time][column]`.
  public var predictions: [[Double]]

  /// The estimated value of a name.
  public subscript(name: String) -> Double? { estimates.first { $0.name == name }?.value }
}

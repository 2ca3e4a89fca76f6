/// What a fit found.
public struct FitResult: Sendable {
  /// An estimated number.
  public struct Estimate: Sendable {
    /// A parameter's name, or `x(0)`.
    public var name: String
    public var value: Double
    /// 95 % by the curvature at the minimum (Laplace); nil if the data do not determine the value.
    public var laplace: ClosedRange<Double>?
    /// 95 % by the profile of the likelihood; an end is nil where the data set no bound.
    public var profile: (lower: Double?, upper: Double?)
    /// Whether the profile was computed.
    public var isProfiled: Bool
    /// Whether the data bound the value on both sides; without a profile: whether there is a curvature.
    public var isIdentified: Bool {
      isProfiled ? profile.lower != nil && profile.upper != nil : laplace != nil
    }
  }

  /// Of everything that was unknown, except weights of networks.
  public var estimates: [Estimate]
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

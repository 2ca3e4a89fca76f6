/// A fit's objective at one point of the search.
///
/// The objective `F` is a negative logarithm of a posterior density. Everything that a datum, a prior or a penalty adds to it
/// is one pseudo-residual, so that one Gauss–Newton search serves every likelihood: the gradient of `F` is `JᵀR`, and
/// `JᵀJ` is its Gauss–Newton (expected-information) Hessian. For a log-density `ℓ(y; f)` of a prediction `f` with the
/// expected information `I`, the row is `R = −ℓ′(f)/√I` and `J = √I · ∂f/∂z`.
package struct FitEvaluation: Sendable {
  /// `F`, all constants included, so that likelihoods and information criteria can be compared.
  package var value: Double
  /// `R`, `[row]`.
  package var residuals: [Double]
  /// `J`, `[row, unknown]`, row-major; empty where derivatives were not requested.
  package var jacobian: [Double]
  /// Rows that belong to data; the rows after them belong to priors and penalties.
  package var dataCount: Int

  package init(value: Double, residuals: [Double], jacobian: [Double], dataCount: Int) {
    self.value = value
    self.residuals = residuals
    self.jacobian = jacobian
    self.dataCount = dataCount
  }
}

/// What the search minimizes: a function of unknowns in search coordinates (`ParameterScale` maps them to values).
package protocol FitObjective: AnyObject {
  /// Names of the unknowns.
  var names: [String] { get }
  var scales: [ParameterScale] { get }
  /// The user's starting point, in search coordinates.
  var start: [Double] { get }
  /// Unknowns that describe the noise (a standard deviation, an overdispersion): they take no freedom from the data.
  var noiseUnknowns: Set<Int> { get }
  /// Whether the size of the errors is estimated: intervals then use Student's t and F in place of the normal
  /// distribution and χ².
  var estimatesNoise: Bool { get }
  /// Data that are known to lie within limits only: they carry little information on the size of the errors.
  var censoredCount: Int { get }
  /// The objective at a point; nil where the equations have no solution.
  func evaluate(at z: [Double], derivatives: Bool) -> FitEvaluation?
  /// The objective of the data of the first part of the time (`0…1`), a start for a fit to all of them; nil where these
  /// are too few.
  func restricted(toPart part: Double) -> (any FitObjective)?
  /// Where the unknowns go if the data are cut into segments with states of their own that are drawn together (multiple
  /// shooting), which starts far from a minimum survive; nil where there is none.
  func met(from z: [Double], segments: Int?) -> [Double]?
  /// The standard deviation of the starting value of a network's weight, by unknown; nil for any other unknown.
  var weightDeviations: [Double?] { get }
  /// Quantities that follow from the unknowns; nil where they have no value.
  func derivedValues(at z: [Double]) -> [DerivedValue]?
  /// Solves of the equations until now.
  var solves: Int { get }
}

extension FitObjective {
  package var noiseUnknowns: Set<Int> { [] }
  package var censoredCount: Int { 0 }
  package var weightDeviations: [Double?] { names.map { _ in nil } }
  package func restricted(toPart part: Double) -> (any FitObjective)? { nil }
  package func derivedValues(at z: [Double]) -> [DerivedValue]? { [] }
  package func met(from z: [Double], segments: Int?) -> [Double]? { nil }

  /// Whether the equations have networks to be fitted.
  package var hasNetworks: Bool { weightDeviations.contains { $0 != nil } }
}

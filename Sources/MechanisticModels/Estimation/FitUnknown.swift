/// A number that a fit estimates.
struct FitUnknown: Sendable {
  enum Target: Hashable, Sendable {
    /// A parameter of the equations, or the initial value of a state, in one experiment or in all.
    case local(SensitivitySystem.Unknown, experiment: Int?)
    /// An argument of an observable's noise.
    case noise(observable: Int, argument: Int)
  }

  var name: String
  var target: Target
  /// In the units of the equations.
  var start: Double
  var scale: ParameterScale
  var prior: Prior?
  /// Standard deviation of the starting value of a network's weight; nil for any other unknown.
  var weightDeviation: Double?
}

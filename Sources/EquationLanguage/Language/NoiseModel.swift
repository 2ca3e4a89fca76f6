/// The distribution of the errors of one observable.
///
/// `f` is the value of the equations, `y` the measured one.
public enum NoiseModel: String, Hashable, Sendable, CaseIterable {
  /// `y = f + sd · ε` with `ε` standard normal.
  case normal
  /// `log y = log f + sd · ε`.
  case lognormal
  /// `y = f + cv · |f| · ε`.
  case proportional
  /// `y = f + √(sd² + (cv · f)²) · ε`.
  case combined
  /// `y = f + scale · τ` with `τ` of Student's distribution with four degrees of freedom: outliers weigh little.
  case student
  /// A count of mean `f`.
  case poisson
  /// A count of mean `f` and variance `f + f²/size`.
  case negativeBinomial = "negbinomial"

  /// What the equations and the command call them.
  public static let names = allCases.map(\.rawValue)

  /// What the arguments of the noise are, in their order: all positive.
  public var argumentNames: [String] {
    switch self {
    case .normal, .lognormal: ["sd"]
    case .proportional: ["cv"]
    case .combined: ["sd", "cv"]
    case .student: ["scale"]
    case .poisson: []
    case .negativeBinomial: ["size"]
    }
  }

  /// Whether only counts are possible.
  public var isCount: Bool { self == .poisson || self == .negativeBinomial }
}

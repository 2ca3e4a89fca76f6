import Platform

/// A user's own rule for the size of the next step.
///
/// ```swift
/// struct Cautious: StepController {
///   func factor(after history: StepHistory) -> Double { history.error > 0.1 ? 0.5 : 1.5 }
/// }
/// control.controller = Cautious()
/// ```
public protocol StepController: Hashable, Sendable {
  /// How many times as large the next step is as the last one.
  ///
  /// After a rejected step the factor counts as at most 0.9.
  func factor(after history: StepHistory) -> Double
}

/// The last steps as a controller sees them.
public struct StepHistory: Hashable, BitwiseCopyable, Sendable {
  /// The norm of the error over its tolerance of the step that was tried.
  public let error: Double
  /// That of the accepted step before it, and of the one before that; 1 where there was none.
  public let previousError: Double
  /// The error of the accepted step before the previous one; 1 where there was none.
  public let olderError: Double
  /// The size of the step that was tried over that of the accepted step before it; 1 where there was
  /// none.
  public let ratio: Double
  /// The same of the two accepted steps before.
  public let previousRatio: Double
  /// Whether the step was accepted.
  public let isAccepted: Bool
  /// The error estimate of a step of size `h` is O(h^errorOrder).
  public let errorOrder: Int

  /// The factor of the user's controller of a step control.
  @usableFromInline
  func factor(_ control: StepControl) -> Double {
    let factor = control.adaptive?.controller?.factor(after: self) ?? 1
    precondition(factor > 0 && factor.isFinite, "a step controller returned the factor \(factor)")
    return factor
  }
}

/// A digital filter of the logarithms of errors and step sizes.
///
/// With `r` the norms of the error of this step and the two accepted ones before it, `ρ` the ratios
/// of their sizes and `k` the order of the estimate, the next step is
/// `safety · r₁^(−β₁/k) · r₂^(−β₂/k) · r₃^(−β₃/k) · ρ₁^(−α₂) · ρ₂^(−α₃)` times as large.
///
/// Source: Söderlind, Digital filters in adaptive time-stepping, ACM Trans. Math. Softw. 29 (2003),
/// table 1 and section 4.
public struct StepFilter: Hashable, BitwiseCopyable, Sendable {
  /// The exponent of the error of the step that was tried.
  public var beta1: Double
  /// The exponent of the error of the accepted step before it.
  public var beta2: Double
  /// The exponent of the error of the accepted step before that.
  public var beta3: Double
  /// The exponent of the last ratio of step sizes.
  public var alpha2: Double
  /// The exponent of the ratio before it.
  public var alpha3: Double

  /// A filter with the given exponents, each divided by the order of the error estimate.
  public init(beta: (Double, Double, Double), alpha: (Double, Double) = (0, 0)) {
    (beta1, beta2, beta3) = beta
    (alpha2, alpha3) = alpha
  }

  /// The coefficients of a PID controller, as diffrax writes them (`pcoeff`, `icoeff`, `dcoeff`).
  public init(proportional: Double = 0, integral: Double, derivative: Double = 0) {
    self.init(
      beta: (
        proportional + integral + derivative, -(proportional + 2 * derivative), derivative
      ))
  }

  /// The integral controller: the rule of torchdiffeq and, with other bounds, the default of diffrax.
  public static let integral = StepFilter(integral: 1)
  /// The proportional–integral controller of Hairer and Wanner's `dopri5`, with a stronger damping.
  public static let damped = StepFilter(proportional: 0.2, integral: 0.65)
  /// PI.4.2.
  public static let pi42 = StepFilter(beta: (3 / 5, -1 / 5, 0))
  /// PI.3.3.
  public static let pi33 = StepFilter(beta: (2 / 3, -1 / 3, 0))
  /// PI.3.4, Gustafsson's controller.
  public static let pi34 = StepFilter(beta: (7 / 10, -4 / 10, 0))
  /// A proportional–integral filter (Söderlind 2003, H211 PI).
  public static let h211PI = StepFilter(beta: (1 / 6, 1 / 6, 0))
  /// A smoothing filter for non-smooth problems (Söderlind 2003, H211 b = 4).
  public static let h211b = StepFilter(beta: (1 / 4, 1 / 4, 0), alpha: (1 / 4, 0))
  /// A proportional–integral–derivative filter (Söderlind 2003, H312 PID).
  public static let h312PID = StepFilter(beta: (1 / 18, 1 / 9, 1 / 18))
  /// A smoothing filter of third order (Söderlind 2003, H312 b = 8).
  public static let h312b = StepFilter(
    beta: (1 / 8, 2 / 8, 1 / 8), alpha: (3 / 8, 1 / 8))

  /// Whether it reads more than the errors of the last two steps.
  var needsHistory: Bool { beta3 != 0 || alpha2 != 0 || alpha3 != 0 }
}

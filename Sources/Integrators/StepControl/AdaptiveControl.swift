import Platform
public import NumericCore

/// Steps that keep the estimated error of each below a tolerance.
///
/// A step whose error has a norm of at most 1 is accepted, and `filter`, or the user's own
/// controller, sets the size of the next; a rejected one is tried again with `safety · r^(−1/k)` times
/// the size, within `bounds`.
///
/// ```swift
/// var control = AdaptiveControl(Tolerance(relative: 1e-8, absolute: 1e-10), filter: .h211b)
/// control.norm = .maximum
/// let solver = ODESolver(method: .tsitouras5, control: .adaptive(control))
/// ```
///
/// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4; Hairer,
/// Wanner, II, IV.2.
public struct AdaptiveControl: Sendable {
  /// The number of attempted steps after which a solve ends, unless another one is set.
  public static let defaultStepBudget = 100_000

  /// The accepted error of a step, relative and absolute.
  public var tolerance: Tolerance
  /// The norm of the error over its tolerance.
  public var norm = ErrorNorm.rootMeanSquare
  /// How the next size follows from the errors of the last steps.
  public var filter: StepFilter
  /// Takes the place of `filter` and `bounds`.
  public var controller: (any StepController)?
  /// Bounds of the ratio of two consecutive steps.
  public var bounds: StepBounds
  /// The size of the first step; `nil` for chosen from the field, for one evaluation more.
  public var firstStep: Double?
  /// The smallest step, and what happens where a smaller one is needed; `nil` for the resolution of
  /// the time.
  public var smallestStep: SmallestStep?
  /// The largest step, in units of time.
  public var largestStep: Double
  /// The shortest pulse, as a part of the span, that is found after the solution was a straight
  /// line.
  ///
  /// A right-hand side that is constant for a while gives no hint of what follows: the estimated
  /// error is rounding, and without a bound the steps would grow over it. There, steps are so small
  /// that such a pulse meets an evaluation.
  public var resolvedPart = 1e-3
  /// The largest number of attempted steps.
  public var stepBudget: Int

  /// - Precondition: step sizes and the budget are positive.
  public init(
    _ tolerance: Tolerance, filter: StepFilter = .damped, bounds: StepBounds = StepBounds(),
    firstStep: Double? = nil, largestStep: Double = .infinity,
    stepBudget: Int = AdaptiveControl.defaultStepBudget
  ) {
    precondition(firstStep ?? 1 > 0 && largestStep > 0, "step sizes are positive")
    precondition(stepBudget > 0, "a step budget is positive, not \(stepBudget)")
    self.tolerance = tolerance
    self.filter = filter
    self.bounds = bounds
    self.firstStep = firstStep
    self.largestStep = largestStep
    self.stepBudget = stepBudget
  }
}

extension AdaptiveControl {
  /// Whether the tolerance of a state whose largest component has this magnitude is below a relative
  /// precision.
  func isBelow(_ precision: Double, largest: Double) -> Bool {
    norm.tolerances.isEmpty
      && tolerance.absolute + tolerance.relative * largest < precision * largest
  }
}

/// Bounds of the factor from one step to the next.
public struct StepBounds: Hashable, BitwiseCopyable, Sendable {
  /// Multiplies the factor, so that few steps are rejected.
  public var safety = 0.9
  /// The smallest factor after a rejected step.
  public var smallest = 0.2
  /// The largest factor of a step size.
  public var largest = 10.0
  /// A step shrinks by no more than this factor after it was accepted.
  public var smallestAfterAcceptance = 0.2

  /// The bounds of Hairer, Nørsett and Wanner (Solving ODEs I, II.4).
  public init() {}

  /// Bounds with a safety factor, which multiplies every new size.
  public init(safety: Double, smallest: Double, largest: Double, smallestAfterAcceptance: Double) {
    self.safety = safety
    self.smallest = smallest
    self.largest = largest
    self.smallestAfterAcceptance = smallestAfterAcceptance
  }
}

/// The smallest step of a solve, and what happens there.
public struct SmallestStep: Hashable, BitwiseCopyable, Sendable {
  /// The size in units of time.
  public var size: Double
  /// Whether a step of this size is accepted whatever its error is; otherwise the solve ends with
  /// the status `.stepUnderflow`.
  public var isAccepted: Bool

  /// - Precondition: the size is positive.
  public init(_ size: Double, isAccepted: Bool = false) {
    precondition(size > 0, "a smallest step is positive, not \(size)")
    self.size = size
    self.isAccepted = isAccepted
  }
}

extension AdaptiveControl: Hashable {
  public static func == (left: AdaptiveControl, right: AdaptiveControl) -> Bool {
    left.values == right.values
  }

  public func hash(into hasher: inout Hasher) { values.hash(into: &hasher) }

  /// Everything that makes two controls equal.
  private var values: [AnyHashable] {
    [
      tolerance, norm, filter, controller.map { AnyHashable($0) }, bounds, firstStep, smallestStep,
      largestStep, resolvedPart, stepBudget,
    ]
  }
}

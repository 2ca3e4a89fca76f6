import Platform
public import NumericCore

/// How a solver chooses its steps.
public enum StepControl: Hashable, Sendable {
  /// Equal steps of at most this size between save times; every save time is hit.
  case fixed(Double)
  /// So many equal steps between two save times.
  case steps(perInterval: Int)
  /// Steps that keep the estimated error of each below a tolerance.
  case adaptive(AdaptiveControl)

  /// A proportional–integral controller, which damps the step size; few steps are rejected.
  public static func proportionalIntegral(
    _ tolerance: Tolerance, firstStep: Double? = nil, largestStep: Double = .infinity,
    stepBudget: Int = AdaptiveControl.defaultStepBudget
  ) -> StepControl {
    .adaptive(
      AdaptiveControl(
        tolerance, firstStep: firstStep, largestStep: largestStep, stepBudget: stepBudget))
  }

  /// An integral controller: the rule that torchdiffeq and (with other bounds) diffrax use by
  /// default.
  public static func integral(
    _ tolerance: Tolerance, firstStep: Double? = nil, largestStep: Double = .infinity,
    stepBudget: Int = AdaptiveControl.defaultStepBudget
  ) -> StepControl {
    var bounds = StepBounds()
    bounds.smallestAfterAcceptance = 1
    return .adaptive(
      AdaptiveControl(
        tolerance, filter: .integral, bounds: bounds, firstStep: firstStep,
        largestStep: largestStep, stepBudget: stepBudget))
  }

  /// The control of adaptive steps, or nil.
  public var adaptive: AdaptiveControl? {
    if case .adaptive(let control) = self { control } else { nil }
  }

  /// Whether step sizes follow from error estimates.
  public var isAdaptive: Bool {
    if case .adaptive = self { true } else { false }
  }

  /// The tolerance of adaptive steps; under fixed steps it does not matter.
  @usableFromInline var tolerance: Tolerance {
    adaptive?.tolerance ?? .unused
  }

  /// The norm of errors of a state of this width.
  ///
  /// - Parameter mask: the components that count; `nil` selects all.
  @usableFromInline
  func norm(width: Int, mask: [Bool]? = nil) -> ErrorNorm {
    (adaptive?.norm ?? .rootMeanSquare).repeated(width: width, mask: mask)
  }

  /// How many equal steps an interval of that (signed) length takes, or nil under adaptive control.
  public func fixedStepCount(over length: Double) -> Int? {
    switch self {
    case .fixed(let step):
      precondition(step > 0, "a step size is positive, not \(step)")
      if length == 0 { return 0 }
      // A quotient that is an integer up to rounding is that integer.
      return max(1, Int((abs(length) / step * (1 - 1e-12)).rounded(.up)))
    case .steps(let count):
      precondition(count > 0, "an interval takes at least one step, not \(count)")
      return length == 0 ? 0 : count
    case .adaptive:
      return nil
    }
  }
}

extension Tolerance {
  fileprivate static let unused = Tolerance(relative: 1, absolute: 0)
}

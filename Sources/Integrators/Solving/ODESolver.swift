import Platform
public import NumericCore

/// A method and how it chooses its steps.
public struct ODESolver: Hashable, Sendable {
  /// The method that computes a step.
  public var method: ODEMethod
  /// How the size of a step is chosen.
  public var control: StepControl
  /// Whether a solution holds every step that was tried (`Solution.steps`).
  ///
  /// Without it a step allocates nothing.
  public var recordsSteps = false

  /// - Precondition: under adaptive control the method estimates its error.
  public init(
    method: ODEMethod = .dormandPrince5,
    control: StepControl = .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9))
  ) {
    self.method = method
    self.control = control
    control.check(method)
  }
}

extension StepControl {
  /// Stops a program that combines adaptive steps with a method that has no error estimate.
  @usableFromInline
  func check(_ method: ODEMethod) {
    precondition(
      !isAdaptive || method.isAdaptive,
      "\(method.name) has no error estimate; use fixed steps, or a method such as dopri5")
  }
}

extension ODESolver {
  /// The solver without small steps along straight lines, for fields whose jumps are forced times.
  ///
  /// See `AdaptiveControl.resolvedPart`.
  package var withoutSearchForPulses: ODESolver {
    guard case .adaptive(var adaptive) = control else { return self }
    adaptive.resolvedPart = 1
    var solver = self
    solver.control = .adaptive(adaptive)
    return solver
  }
}

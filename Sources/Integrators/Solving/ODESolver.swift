public import NumericCore

/// A method and how it chooses its steps.
public struct ODESolver: Hashable, Sendable {
  public var method: ODEMethod
  public var control: StepControl

  /// - Precondition: adaptive control wants a method that estimates its error.
  public init(
    method: ODEMethod = .dormandPrince5,
    control: StepControl = .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9))
  ) {
    self.method = method
    self.control = control
    checkAdaptive()
  }

  /// Stops a program that asks a method without error estimate for adaptive steps.
  @usableFromInline
  func checkAdaptive() {
    if case .adaptive = control {
      precondition(method.isAdaptive, "\(method.name) estimates no error: give it fixed steps")
    }
  }
}

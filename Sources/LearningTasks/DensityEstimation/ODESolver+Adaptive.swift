import NumericCore
package import Integrators

extension ODESolver {
  /// Dormand–Prince with equal tolerances.
  package static func adaptive(_ tolerance: Double) -> ODESolver {
    ODESolver(
      method: .dormandPrince5,
      control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance)))
  }
}

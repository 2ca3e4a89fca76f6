package import Tensors

/// The four potentials of density matching: unnormalized targets `p ∝ exp(−U(z))` in two dimensions.
///
/// - Source: Rezende and Mohamed 2015, table 1.
package enum Potential: Int, CaseIterable, Sendable {
  case ring = 1
  case wave, splitWave, shiftedWave

  /// `log ∫ exp(−U)`: over the plane for the ring, over |z₁| ≤ 4 for the others; by quadrature.
  package var logNormalizer: Double {
    switch self {
    case .ring: 1.8775
    case .wave: 2.0824
    case .splitWave: 2.6420
    case .shiftedWave: 2.7110
    }
  }

  /// `U`, `[rows]`, at points `[rows, 2]`.
  package func callAsFunction(_ points: Tensor) -> Tensor {
    let (x, y) = (points.at(0, axis: 1), points.at(1, axis: 1))
    let wave = sin(0.5 * .pi * x)
    switch self {
    case .ring:
      let radius = sqrt(square(x) + square(y) + 1e-12)
      let sides = logSum(-0.5 * square((x - 2) / 0.6), -0.5 * square((x + 2) / 0.6))
      return 0.5 * square((radius - 2) / 0.4) - sides
    case .wave:
      return 0.5 * square((y - wave) / 0.4)
    case .splitWave:
      let bump = 3 * exp(-0.5 * square((x - 1) / 0.6))
      return -logSum(
        -0.5 * square((y - wave) / 0.35), -0.5 * square((y - wave + bump) / 0.35))
    case .shiftedWave:
      let step = 3 * sigmoid((x - 1) / 0.3)
      return -logSum(
        -0.5 * square((y - wave) / 0.4), -0.5 * square((y - wave + step) / 0.35))
    }
  }

  /// `log(exp a + exp b)`, without overflow.
  private func logSum(_ a: Tensor, _ b: Tensor) -> Tensor { max(a, b) + softplus(-abs(a - b)) }
}

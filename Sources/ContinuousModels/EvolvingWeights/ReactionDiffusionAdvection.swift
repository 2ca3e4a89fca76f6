import NeuralNets
public import Tensors

/// Weights that react, diffuse and drift along one of their axes: `∂w/∂t = τ ∂²w/∂x² + υ ∂w/∂x + ρ w`, periodic.
///
/// One step of any length is exact: with `k = 2πj / n`, `ŵ_k ← ŵ_k exp((−τk² + iυk + ρ) δ)`, which is a circular
/// convolution with the real kernel `c_m = (1/n) Σ_k exp((ρ − τk²) δ) cos(k (υδ + m))`. The drift of the Nyquist mode of an even
/// `n` is dropped, so that real weights stay real.
///
/// With `isBounded` the rate is the hyperbolic tangent of that, and a step is one of the classical Runge–Kutta method.
///
/// - Source: Zhang et al. 2019 (the equation); the exact step is derived here.
public struct ReactionDiffusionAdvection: TensorTree {
  /// `τ = softplus(rawDiffusion)`, never negative: negative diffusion is ill-posed.
  public var rawDiffusion: Tensor
  /// `υ`: how fast weights move along their axis, a scalar.
  public var advection: Tensor
  /// `ρ = bound · tanh(rawReaction)`: growth stays bounded.
  public var rawReaction: Tensor
  /// The bound of `ρ`.
  public var reactionBound: Double
  /// Whether no weight changes by more than 1 in a unit of depth.
  public var isBounded: Bool

  /// Scalars `[]`; the default is almost no evolution.
  public init(
    rawDiffusion: Double = -6, advection: Double = 0, rawReaction: Double = 0,
    reactionBound: Double = 2, isBounded: Bool = false, scalarType: ScalarType = .float32
  ) {
    func scalar(_ value: Double) -> Tensor {
      Tensor(rounding: [value], shape: [], to: scalarType)
    }
    self.rawDiffusion = scalar(rawDiffusion)
    self.advection = scalar(advection)
    self.rawReaction = scalar(rawReaction)
    self.reactionBound = reactionBound
    self.isBounded = isBounded
  }

  /// `τ`, a scalar that is not negative.
  public var diffusion: Tensor { softplus(rawDiffusion) }
  /// `ρ`, a scalar within its bound.
  public var reaction: Tensor { reactionBound * tanh(rawReaction) }

  /// The weights `[n, …]` a time `step` later; the equation runs along the first axis.
  public func advanced(_ weights: Tensor, by step: Double) -> Tensor {
    isBounded ? rungeKuttaStep(weights, step) : exactStep(weights, step)
  }

  private func exactStep(_ weights: Tensor, _ step: Double) -> Tensor {
    let modes = Modes(weights.shape[0], weights.scalarType)
    let damping = exp((reaction - diffusion * square(modes.k)) * step)
    let phase = modes.k * modes.places + (advection * step) * (modes.k * modes.drifts)
    return (damping * cos(phase)).mean([0]).convolved(with: weights)
  }

  private func rungeKuttaStep(_ weights: Tensor, _ step: Double) -> Tensor {
    let a = rate(of: weights)
    let b = rate(of: weights + (step / 2) * a)
    let c = rate(of: weights + (step / 2) * b)
    let d = rate(of: weights + step * c)
    return weights + (step / 6) * (a + 2 * b + 2 * c + d)
  }

  /// The right-hand side at the weights `[n, …]`: the same operator, semi-discrete.
  public func rate(of weights: Tensor) -> Tensor {
    let modes = Modes(weights.shape[0], weights.scalarType)
    let phase = modes.k * modes.places
    let symbol =
      (reaction - diffusion * square(modes.k)) * cos(phase)
      - advection * (modes.k * modes.drifts) * sin(phase)
    let rate = symbol.mean([0]).convolved(with: weights)
    return isBounded ? tanh(rate) : rate
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("rawDiffusion", &rawDiffusion)
    visitor("advection", &advection)
    visitor("rawReaction", &rawReaction)
  }
}

/// The Fourier modes of a periodic axis.
private struct Modes {
  /// Wave numbers `[n, 1]`, `2πj / n` for `j` in `−n/2 … n/2`.
  var k: Tensor
  /// 0 for the Nyquist mode of an even `n`, otherwise 1; `[n, 1]`.
  var drifts: Tensor
  /// `[1, n]`.
  var places: Tensor

  init(_ n: Int, _ scalarType: ScalarType) {
    let numbers = (0..<n).map { $0 <= n / 2 ? $0 : $0 - n }
    func tensor(_ values: [Double], _ shape: [Int]) -> Tensor {
      Tensor(rounding: values, shape: shape, to: scalarType)
    }
    k = tensor(numbers.map { 2 * .pi * Double($0) / Double(n) }, [n, 1])
    drifts = tensor(numbers.map { 2 * $0 == n ? 0 : 1 }, [n, 1])
    places = tensor((0..<n).map(Double.init), [1, n])
  }
}

extension Tensor {
  /// Circular convolution of this kernel `[n]` with every column of `[n, …]`.
  fileprivate func convolved(with weights: Tensor) -> Tensor {
    let n = weights.shape[0]
    // Row i of the circulant matrix holds c[(i − j) mod n].
    let indices = (0..<n).flatMap { i in (0..<n).map { Double(((i - $0) % n + n) % n) } }
    let matrix = gathered(
      Tensor(rounding: indices, shape: [n * n], to: scalarType)
    ).reshaped([n, n])
    return matmul(matrix, weights.reshaped([n, weights.type.count / max(n, 1)]))
      .reshaped(weights.shape)
  }
}

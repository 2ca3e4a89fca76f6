public import NumericCore
import NeuralNets
public import Tensors

/// The coupled system of ANODEV2 in general form: `ż = f(z, θ(t))`, `θ̇ = q(θ)`, both stepped together by the classical
/// fourth-order Runge–Kutta method on one grid; θ is one copy for the batch.
///
/// - Source: Zhang et al. 2019, the two defining equations.
public protocol CoupledSystem: TensorTree {
  /// `θ(0)`.
  var initialWeights: [Tensor] { get }
  /// `f(z, θ)`, `[batch, …]` → same.
  func activationRate(_ state: Tensor, _ weights: [Tensor]) -> Tensor
  /// `q(θ)`.
  func weightRate(_ weights: [Tensor]) -> [Tensor]
}

extension CoupledSystem {
  /// `z(1)` from `z(0)` in a number of steps, as tensor operations: differentiable to any order.
  public func state(from initial: Tensor, steps: Int) -> Tensor {
    let h = 1 / Double(steps)
    var (z, weights) = (initial, initialWeights)
    for _ in 0..<steps {
      var slopes: [(z: Tensor, weights: [Tensor])] = []
      for fraction in [0, 0.5, 0.5, 1] {
        let (stage, stageWeights): (Tensor, [Tensor]) =
          slopes.last.map { last in
            (
              z + (fraction * h) * last.z,
              zip(weights, last.weights).map { $0 + (fraction * h) * $1 }
            )
          } ?? (z, weights)
        slopes.append((activationRate(stage, stageWeights), weightRate(stageWeights)))
      }
      func mean(_ part: (Int) -> Tensor) -> Tensor {
        (h / 6) * (part(0) + 2 * part(1) + 2 * part(2) + part(3))
      }
      z = z + mean { slopes[$0].z }
      weights = weights.indices.map { i in weights[i] + mean { slopes[$0].weights[i] } }
    }
    return z
  }
}

/// `ż = θ z` with `vec θ̇ = P vec θ`: the smallest system that shows what evolving weights add.
///
/// No autonomous planar flow maps `z` to `diag(−1, −2) z`; with `θ̇ = π(Jθ − θJ)` this one does.
public struct LinearCoupledSystem: CoupledSystem {
  /// `[d, d]`.
  public var initial: Tensor
  /// `[d², d²]`; `nil` for the weights stay (a plain neural ODE).
  public var evolution: Tensor?

  /// A system with normally distributed parameters of the given standard deviations;
  /// `evolutionDeviation: nil` keeps the weights constant.
  public init(
    dimension d: Int, deviation: Double = 1.5, evolutionDeviation: Double? = 0.1, key: RandomKey,
    scalarType: ScalarType = .float64
  ) {
    let keys = key.split(2)
    func drawn(_ shape: [Int], _ deviation: Double, _ key: RandomKey) -> Tensor {
      Initializer.normal(standardDeviation: deviation)(
        shape, fanIn: 1, fanOut: 1, key: key, scalarType: scalarType)
    }
    initial = drawn([d, d], deviation, keys[0])
    evolution = evolutionDeviation.map { drawn([d * d, d * d], $0, keys[1]) }
  }

  public var initialWeights: [Tensor] { [initial] }

  public func activationRate(_ state: Tensor, _ weights: [Tensor]) -> Tensor {
    state.matrixMultiplied(by: weights[0], transposingRight: true)
  }

  public func weightRate(_ weights: [Tensor]) -> [Tensor] {
    guard let evolution else { return weights.map { .zeros(like: $0) } }
    let flat = weights[0].reshaped([-1, 1])
    return [matmul(evolution, flat).reshaped(weights[0].shape)]
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("initial", &initial)
    visitor("evolution", &evolution)
  }
}

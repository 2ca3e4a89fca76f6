package import NumericCore
import NeuralNets
import Programs
package import Tensors

/// Pendulums of different lengths, seen through a fixed random map to a vector.
///
/// `θ′ = ω`, `ω′ = −(10 / l) sin θ − b ω`; l uniform in 1 … 2 m, |θ₀| < π / 6, |ω₀| < 1 / s; frames of 0.05 s; the
/// observation is `W₂ tanh(W₁ [sin θ, cos θ] + b₁)`, each feature with mean 0 and variance 1, plus noise.
package struct PendulumSeries: Sendable {
  package static let interval = 0.05
  package static let features = 16

  /// `[frame, series, feature]`, with noise and without.
  package var observed, clean: Tensor
  /// In metres, one for each series.
  package var lengths: [Double]

  package init(count: Int, frames: Int, friction: Double, noise: Double = 0.05, key: RandomKey) {
    let keys = key.split(5)
    let draws = keys[0].uniform(3 * count, as: Double.self)
    lengths = (0..<count).map { 1 + draws[3 * $0] }
    var angles = [Double](repeating: 0, count: frames * count)
    for i in 0..<count {
      var angle = (2 * draws[3 * i + 1] - 1) * Double.pi / 6
      var velocity = 2 * draws[3 * i + 2] - 1
      for frame in 0..<frames {
        angles[frame * count + i] = angle
        for _ in 0..<5 {
          (angle, velocity) = Self.step(
            angle, velocity, length: lengths[i], friction: friction, h: Self.interval / 5)
        }
      }
    }
    clean = Self.emission(Tensor(angles, shape: [frames, count, 1]), keys)
    observed =
      (clean + noise * keys[4].normal([frames, count, Self.features])).evaluated()
  }

  /// The observations of angles, each feature standardized over all frames.
  private static func emission(_ angles: Tensor, _ keys: [RandomKey]) -> Tensor {
    let inner = keys[1].normal([2, 16], scalarType: .float64)
    let bias = keys[2].normal([16], scalarType: .float64)
    let outer = keys[3].normal([16, features], scalarType: .float64)
    let inputs = concatenate([sin(angles), cos(angles)], axis: -1)
    let x = tanh(inputs.matrixMultiplied(by: inner) + bias).matrixMultiplied(by: outer)
    let centered = x - x.mean([0, 1])
    return (centered / sqrt(square(centered).mean([0, 1]))).converted(to: .float32).evaluated()
  }

  /// A classical Runge–Kutta step; at 0.01 s its error is below 1e-9.
  private static func step(
    _ angle: Double, _ velocity: Double, length: Double, friction: Double, h: Double
  ) -> (Double, Double) {
    func slope(_ y: SIMD2<Double>) -> SIMD2<Double> {
      SIMD2(y[1], -10 / length * Double.sine(y[0]) - friction * y[1])
    }
    let y = SIMD2(angle, velocity)
    let k1 = slope(y)
    let k2 = slope(y + h / 2 * k1)
    let k3 = slope(y + h / 2 * k2)
    let k4 = slope(y + h * k3)
    let next = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return (next[0], next[1])
  }
}

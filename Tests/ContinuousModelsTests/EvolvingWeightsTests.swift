import Platform
import NumericCore
import ContinuousModels
import Programs
import Transforms
import Tensors
import Testing

struct EvolvingWeightsTests {
  private let n = 8

  private func weights() -> Tensor {
    Tensor(RandomKey(3).normal(n * 3, as: Double.self), shape: [n, 3])
  }

  private func equation(
    diffusion: Double, advection: Double, reaction: Double
  ) -> ReactionDiffusionAdvection {
    // softplus(raw) = diffusion; a raw value of −800 is a diffusion of 0.
    let raw = diffusion == 0 ? -800 : Double.logarithm(Double.exponential(diffusion) - 1)
    return ReactionDiffusionAdvection(
      rawDiffusion: raw, advection: advection, rawReaction: reaction, scalarType: .float64)
  }

  @Test func `the exact step is the flow of the semi-discrete equation`() {
    let equation = equation(diffusion: 0.3, advection: 0.7, reaction: 0.2)
    var w = weights()
    let exact = equation.advanced(w, by: 0.5).values
    // 200 classical Runge–Kutta steps of 0.0025: an error of about (h |λ|)⁵ · steps < 1e-9.
    let h = 0.5 / 200
    for _ in 0..<200 {
      let a = equation.rate(of: w)
      let b = equation.rate(of: w + (h / 2) * a)
      let c = equation.rate(of: w + (h / 2) * b)
      let d = equation.rate(of: w + h * c)
      w = (w + (h / 6) * (a + 2 * b + 2 * c + d)).evaluated()
    }
    for (x, y) in zip(w.values, exact) { #expect(abs(x - y) < 1e-8) }
  }

  @Test func `diffusion alone keeps the sum`() {
    let w = weights()
    let after = equation(diffusion: 0.4, advection: 0, reaction: 0).advanced(w, by: 1)
    for (x, y) in zip(after.sum([0]).values, w.sum([0]).values) { #expect(abs(x - y) < 1e-12) }
  }

  @Test func `a drift by a whole number of places permutes`() {
    let w = weights()
    // An odd length, so that no mode is without a phase.
    let odd = w.sliced(0..<7, axis: 0).evaluated()
    let after = equation(diffusion: 0, advection: 2, reaction: 0).advanced(odd, by: 1).values
    let before = odd.values
    for place in 0..<7 {
      for column in 0..<3 {
        #expect(abs(after[place * 3 + column] - before[(place + 2) % 7 * 3 + column]) < 1e-12)
      }
    }
  }

  @Test func `no evolution gives the constant weights' gradient and value`() {
    let plain = LinearCoupledSystem(dimension: 2, evolutionDeviation: nil, key: RandomKey(5))
    var frozen = plain
    frozen.evolution = Tensor.zeros([4, 4], scalarType: .float64)
    let points = Tensor([1.0, 0, 0, 1], shape: [2, 2])
    #expect(
      plain.state(from: points, steps: 10).values == frozen.state(from: points, steps: 10).values)
  }

  @Test func `the coupled gradient agrees with central differences`() {
    let system = LinearCoupledSystem(dimension: 2, deviation: 0.5, key: RandomKey(6))
    let points = Tensor([1.0, 0, 0, 1], shape: [2, 2])
    let lossAndGradient = valueAndGrad { (model: LinearCoupledSystem, points: Tensor) in
      square(model.state(from: points, steps: 5)).sum()
    }
    let gradient = lossAndGradient(system, points).gradient.tensors.flatMap(\.values)
    let values = system.tensors.map(\.values)
    var place = 0
    for (number, own) in values.enumerated() {
      for i in own.indices {
        func loss(_ shift: Double) -> Double {
          var moved = own
          moved[i] += shift
          var tensors = system.tensors
          tensors[number] = Tensor(moved, shape: tensors[number].shape)
          return lossAndGradient(system.replacingTensors(with: tensors), points).loss
        }
        // Differences of fourth order with h = 1e-3: error about 1e-12 · the fifth derivative, and rounding.
        let h = 1e-3
        let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * h)
        #expect(abs(gradient[place] - difference) < 1e-6 * max(1, abs(difference)))
        place += 1
      }
    }
  }
}

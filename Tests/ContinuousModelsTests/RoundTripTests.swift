import Platform
import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

/// `dz/dt = λ z` for any number of features.
private struct Growth: TensorField {
  var rate: Tensor

  init(_ rate: Double) { self.rate = Tensor([rate]) }

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { rate * state }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rate", &rate) }
}

/// `a = −x` of position and velocity: a spring.
private struct Spring: TensorField {
  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    -1 * state.sliced(0..<state.shape[1] / 2, axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {}
}

/// The way through a depth and back, and flows of second order, against closed forms.
struct RoundTripTests {
  private func steps(_ count: Int) -> ODESolver {
    ODESolver(method: .rungeKutta4, control: .steps(perInterval: count))
  }

  /// One step of the classical method multiplies by this, `q = λ h`.
  private func growth(_ q: Double) -> Double {
    1 + q + q * q / 2 + q * q * q / 6 + q * q * q * q / 24
  }

  @Test(arguments: [(-10, 20, 1), (-20, 20, 1), (-20, 100, 1), (-3, 4, 2)])
  func `the way back misses by the product of the steps' factors`(
    rate: Double, count: Int, time: Double
  ) throws {
    let depth = Depth.continuous(Flow(of: Growth(rate), solver: steps(count)), time: time)
    let start = Tensor([1.0, -2], shape: [2, 1])
    let back = try #require(depth.roundTrip(start)).values
    let q = rate * time / Double(count)
    let factor = Double.power(growth(q) * growth(-q), Double(count))
    // Some hundred roundings.
    for (value, start) in zip(back, [1.0, -2]) { #expect(abs(value - start * factor) < 1e-12) }
  }

  @Test func `a spring of second order swings as the cosine`() throws {
    let field = SecondOrderField(acceleration: Spring())
    let depth = Depth.secondOrder(Flow(of: field, solver: steps(200)), time: 2)
    let end = depth(Augmentation.secondOrder(Tensor([1.0, -0.5, 3, 0], shape: [2, 2]))).values
    let (x, v) = (Double.cosine(2), -Double.sine(2))
    let expected = [x, -0.5 * x, v, -0.5 * v, 3 * x, 0, 3 * v, 0]
    // An error of h⁵ / 120 in each of 200 steps of 0.01.
    for (value, expected) in zip(end, expected) { #expect(abs(value - expected) < 3e-9) }
  }

  @Test(arguments: [1, 3])
  func `a recurrent state misses its start by the product of Euler's factors`(count: Int) throws {
    var network = MLP(sizes: [1, 1], key: RandomKey(1), scalarType: .float64)
    network.layers[0] = Linear(weight: Tensor([-0.8], shape: [1, 1]), bias: nil)
    let dynamics = HiddenDynamics.steps(count, of: LatentField(network: network))
    let (starts, gaps) = ([1.0, -2, 0.5], [0.0, 0.7, 2])
    let back = try #require(
      dynamics.roundTrip(Tensor(starts, shape: [3, 1]), over: Tensor(gaps, shape: [3, 1]))
    ).values
    for (row, value) in back.enumerated() {
      let q = -0.8 * gaps[row] / Double(count)
      #expect(abs(value - starts[row] * Double.power(1 - q * q, Double(count))) < 1e-14)
    }
    #expect(
      HiddenDynamics.constant.roundTrip(
        Tensor([1.0], shape: [1, 1]), over: Tensor([1.0], shape: [1, 1])) == nil)
  }

  @Test func `residual blocks have no way back`() {
    let depth = Depth.residual([
      DenseBlock(width: 2, hidden: 2, takesTime: false, key: RandomKey(1))
    ])
    #expect(depth.roundTrip(Tensor([Float(1), 2], shape: [1, 2])) == nil)
  }

  @Test(arguments: [1, 2, 5])
  func `evolving weights meet the way back with the weights of its depths`(count: Int) {
    // One place on the ring: w(t) = w(0) exp(ρ t), without diffusion or drift.
    let equation = ReactionDiffusionAdvection(rawReaction: 0.3, scalarType: .float64)
    let model = EvolvingClassifier(
      stem: nil, weight: .evolving(Tensor([0.7], shape: [1, 1]), equation),
      bias: .evolving(Tensor([-0.2]), equation),
      head: Linear(weight: Tensor([1.0], shape: [1, 1]), bias: nil), steps: count)
    let rho = 2 * Double.hyperbolicTangent(0.3)
    var z = 1.5
    func rate(_ z: Double, _ depth: Int) -> Double {
      let growth = Double.exponential(rho * Double(depth) / Double(count))
      return Double.hyperbolicTangent((0.7 * z - 0.2) * growth) / Double(count)
    }
    for depth in 0..<count { z += rate(z, depth) }
    let start = Tensor([1.5], shape: [1, 1])
    #expect(abs(model(start).values[0] - z) < 1e-12)
    for depth in (1...count).reversed() { z -= rate(z, depth) }
    #expect(abs(model.roundTrip(start).values[0] - z) < 1e-12)
  }

  @Test func `a bounded equation of one weight is its closed form, to fourth order`() {
    // ẇ = tanh(ρ w): sinh(ρ w) = sinh(ρ w₀) exp(ρ t).
    let equation = ReactionDiffusionAdvection(
      rawReaction: 0.8, isBounded: true, scalarType: .float64)
    let rho = 2 * Double.hyperbolicTangent(0.8)
    let start = 0.4
    func sinh(_ x: Double) -> Double { (Double.exponential(x) - Double.exponential(-x)) / 2 }
    let s = sinh(rho * start) * Double.exponential(rho)
    let exact = Double.logarithm(s + (s * s + 1).squareRoot()) / rho
    let errors = [4, 8, 16].map { substeps in
      let path = DepthWeights.evolving(Tensor([start], shape: [1, 1]), equation)
        .path(steps: 2, substeps: substeps)
      return abs(path[2].values[0] - exact)
    }
    #expect(errors[0] < 1e-5)
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      // 16 in the limit.
      #expect(coarse > 11 * fine && coarse < 22 * fine)
    }
  }
}

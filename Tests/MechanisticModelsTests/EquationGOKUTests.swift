import NumericCore
import ContinuousModels
import MechanisticModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

private let oscillator = """
  x' = v
  v' = -(stiffness*x + damping*v)*mass/2
  energy = v^2 + stiffness*x^2
  stiffness = 4 in 1..9
  damping = 0 >= 0
  mass = 2 fixed
  x(0) = 1
  v(0) = 0
  """

private func system(_ text: String = oscillator) throws -> EquationSystem {
  try EquationSystem(text, name: "oscillator")
}

private func model(
  _ law: EquationMechanism, _ channels: [EquationGOKU.Channel], scalarType: ScalarType = .float64
) -> EquationGOKU {
  var sizes = EquationGOKU.Sizes(features: 2, summary: 0)
  (sizes.recurrent, sizes.latent, sizes.hidden) = (3, 2, 4)
  return EquationGOKU(
    law, channels: channels, means: channels.map { _ in 0.5 },
    deviations: channels.map { _ in 2 }, sizes: sizes,
    solver: ODESolver(
      method: .dormandPrince5,
      control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9))),
    key: RandomKey(3), scalarType: scalarType)
}

private func latent(_ seed: UInt64, _ batch: Int = 3) -> Tensor {
  RandomKey(seed).normal([batch, 2], scalarType: .float64)
}

/// Three series, each with times of its own.
private let query = LatentQuery(
  times: Tensor([0, 0.3, 1, 0, 0.5, 2, 0, 0.1, 0.2], shape: [3, 3]))

@Suite struct EquationGOKUTests {
  @Test func `initial values lie within their bounds`() throws {
    let text = "x' = -k*x\ny' = k*x\nz' = x\nk = 1\nx(0) = 3 > 0\ny(0) = 1 in 0..4\nz(0) = 2\n"
    let law = EquationMechanism(try system(text))
    #expect(
      law.initialRanges == [
        .beyond(0, size: 3), .between(0, 4, centre: 1), .around(2, width: 2),
      ])
  }

  @Test func `parameters have their written values unless others are given`() throws {
    let law = EquationMechanism(try system())
    #expect(law.names(.own) == ["stiffness", "damping"])
    #expect(law.names(.known) == ["mass"])
    #expect(law.parameters.map(\.range.centre) == [4, 0.1, 2])
  }

  @Test(arguments: [
    (UnknownRange(centre: 3, lower: 1, upper: 9), 1.0, 9.0),
    (UnknownRange(centre: 3, lower: 1, upper: .infinity), 1.0, Double.infinity),
    (UnknownRange(centre: -3, lower: -.infinity, upper: -1), -.infinity, -1.0),
    (UnknownRange(centre: 1, lower: 1, upper: 9), 1.0, 9.0),
  ])
  func `values never leave their range, and rise with the coordinate or fall`(
    range: UnknownRange, lower: Double, upper: Double
  ) throws {
    var law = EquationMechanism(try system())
    law.parameters[0].range = range
    // Inferred coordinates of any size: networks whose weights are drawn five times too large.
    var wild = model(law, [.state(0)])
    wild.parameterMap = wild.parameterMap.map { map in
      map.replacingTensors(with: map.tensors.map { (5 * $0).evaluated() })
    }
    let values = wild.parameters(from: latent(5, 64)).sliced(0..<1, axis: 1).values
    #expect(values.allSatisfy { lower <= $0 && $0 <= upper })
    #expect(Set(values).count > 8)
    #expect(lower < range.centre && range.centre < upper)
  }

  @Test func `a shared parameter is the same in every row, a known one its value`() throws {
    var law = EquationMechanism(try system())
    law.parameters[1].role = .shared
    let values = model(law, [.state(0)]).parameters(from: latent(6)).values
    #expect(values[1] == values[4] && values[4] == values[7])
    #expect([2, 5, 8].allSatisfy { values[$0] == 2 })
    #expect(values[0] != values[3])
  }

  @Test func `trajectories solve the equations in their own units and time`() throws {
    var law = EquationMechanism(try system(), timeScale: 3)
    law.stateScales = [10, 0.1]
    let net = model(law, [.state(0), .intermediate(0)])
    let decoded = net.decoded(state: latent(1), parameters: latent(2), query)
    let initial = net.decoded(
      state: latent(1), parameters: latent(2),
      LatentQuery(times: Tensor([0, 0, 0, 0, 0, 0], shape: [3, 2]))
    ).states.values
    let parameters = decoded.parameters.values
    let times = query.times.values
    for row in 0..<3 {
      let solved = try system().solution(
        from: Array(initial[2 * row..<2 * row + 2]), at: (0..<3).map { 3 * times[3 * row + $0] },
        parameters: Array(parameters[3 * row..<3 * row + 3]),
        solver: ODESolver(
          method: .dormandPrince5,
          control: .proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-11))))
      for time in 0..<2 {
        let place = (time * 3 + row) * 2
        let (x, v) = (solved.states[time + 1][0], solved.states[time + 1][1])
        // The model's solver keeps 1e-9 of states whose unit is up to 10, over a few periods.
        #expect(abs(decoded.states.values[place] - x) < 1e-6)
        #expect(abs(decoded.states.values[place + 1] - v) < 1e-6)
        let energy = v * v + parameters[3 * row] * x * x
        #expect(abs(decoded.mean.values[place] - (x - 0.5) / 2) < 1e-6)
        #expect(abs(decoded.mean.values[place + 1] - (energy - 0.5) / 2) < 1e-5 * max(1, energy))
      }
    }
  }

  @Test func `the gradient is the limit of differences`() throws {
    var law = EquationMechanism(try system())
    law.parameters[1].role = .shared
    let net = model(law, [.state(0), .learned])
    let observed = ObservedSequence(
      features: RandomKey(7).normal([4, 3, 2], scalarType: .float64),
      mask: Tensor([1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1], shape: [4, 3, 1]),
      gaps: .zeros([4, 3, 1], scalarType: .float64))
    let lossAndGradient = valueAndGrad { (net: EquationGOKU, noise: Tensor) in
      let posterior = net.posterior(of: observed, summary: nil)
      let decoded = net.decoded(
        state: posterior.state.sample(noise: noise),
        parameters: posterior.parameters.sample(noise: noise), query)
      return (square(decoded.mean) * exp(-decoded.logVariance) + decoded.logVariance).sum()
        + posterior.divergence.sum()
    }
    let noise = latent(9).evaluated()
    let gradient = lossAndGradient(net, noise).gradient.tensors
    let direction = net.tensors.enumerated().map {
      RandomKey(8).folding(in: UInt64($0.offset)).normal($0.element.shape, scalarType: .float64)
    }
    func loss(_ step: Double) -> Double {
      let moved = zip(net.tensors, direction).map { ($0 + step * $1).evaluated() }
      return lossAndGradient(net.replacingTensors(with: moved), noise).loss
    }
    let slope = zip(gradient, direction).reduce(0.0) { $0 + ($1.0 * $1.1).sum().values[0] }
    let difference = (loss(1e-4) - loss(-1e-4)) / 2e-4
    // Steps that the tolerance chooses change with the parameters: 1e-9 / 1e-4 of a loss of about ten.
    #expect(abs(slope - difference) < 1e-4 * max(1, abs(slope)))
  }

  @Test func `weights of a network are shared and begin at random`() throws {
    let text = "x' = -rate*x + network(x, 3)\nrate = 1 > 0\nx(0) = 1"
    let law = EquationMechanism(try system(text))
    #expect(law.names(.own) == ["rate"])
    let weights = model(law, [.state(0)]).shared!.values
    #expect(weights.count == law.names(.shared).count && Set(weights).count == weights.count)
  }
}

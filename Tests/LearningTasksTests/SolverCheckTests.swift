import Platform
import NumericCore
import TimeSeries
import LearningTasks
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing
import Training

/// A latent ODE `z' = k z` in one dimension, of which the decoder says `z` with deviation 1, and its examples.
private func linear(
  rate: Float, steps: Double
) throws -> (forecaster: SeriesForecaster, examples: [SeriesExample]) {
  let folder = "/tmp/neural-ode-tests-solver-check-\(SystemProcess.number)"
  try Files.createDirectory(folder)
  let rows = (0..<400).map { "\($0),\(Double.sine(Double($0) / 8))" }
  try Files.writeAtomically("time,x\n" + rows.joined(separator: "\n"), to: folder + "/sine.csv")
  var recipe = ForecastRecipe.forFile(folder + "/sine.csv")
  (recipe.history, recipe.future, recipe.stride) = (24, 12, 12)
  (recipe.horizons, recipe.gaps) = ([6, 12], [6])
  recipe.network.latent = 1
  let data = try ForecastData(recipe)
  let parts = LatentBatchBuilder(
    clock: data.clock, channelCount: 1, latentCount: 1)
  var model = recipe.network.model(for: parts, key: RandomKey(2))
  model.flow.field = LatentField(network: affine(1, [rate]))
  model.flow.solver = ODESolver(method: .euler, control: .fixed(1 / steps))
  model.decoder.network = affine(1 + parts.contextCount, [1, 0])
  let examples = data.testWindows.prefix(6).map {
    SeriesExample(forecasting: $0, history: data.plan.history)
  }
  return (
    SeriesForecaster(
      .latentODE(
        LatentForecaster(model: model, builder: parts, normalization: data.normalization))),
    examples
  )
}

/// One layer whose first input has the given weights and whose further ones have none.
private func affine(_ inputs: Int, _ weights: [Float]) -> MLP {
  let rest = [Float](repeating: 0, count: (inputs - 1) * weights.count)
  return MLP(layers: [
    Linear(weight: Tensor(weights + rest, shape: [inputs, weights.count]), bias: nil)
  ])
}

@Suite(.serialized) struct SolverCheckTests {
  @Test func `the round trip by one step of Euler's method is that of its formula`() throws {
    // Forwards (1 + k), back (1 − k): a state misses itself by k² of its size.
    let (forecaster, examples) = try linear(rate: 0.5, steps: 1)
    let check = try #require(forecaster.solverCheck(on: examples))
    let states = forecaster.forecasts(examples).compactMap { $0.states.first?.first }
    let size = (states.reduce(0) { $0 + $1 * $1 } / Double(states.count)).squareRoot()
    let largest = states.map(abs).max() ?? 0
    let error = try #require(check.reconstructionError)
    // Single precision.
    #expect(abs(error - 0.25 * largest / size) < 1e-5)
  }

  @Test
  func `the shift falls with the step by the method's order, and without a field it is 0`()
    throws
  {
    func shift(rate: Float, steps: Double) throws -> Double {
      let (forecaster, examples) = try linear(rate: rate, steps: steps)
      return try #require(forecaster.solverCheck(on: examples)).shift
    }
    #expect(try shift(rate: 0, steps: 1) == 0)
    // What is warned of has its fix.
    let (wild, examples) = try linear(rate: 3, steps: 1)
    let sentence = try #require(wild.solverCheck(on: examples)).sentence
    #expect(
      sentence.hasSuffix("an accurate solution differs; train with a smaller network.tolerance"))
    let (coarse, fine) = (try shift(rate: 0.5, steps: 8), try shift(rate: 0.5, steps: 32))
    // First order: a fourth, up to terms of the next one.
    #expect(coarse > 0 && (0.2...0.3).contains(fine / coarse))
  }

  @Test func `a recurrent network solves no equation, and an ODE-RNN does`() throws {
    let (forecaster, examples) = try linear(rate: 0.5, steps: 1)
    guard case .latentODE(let latent) = forecaster.network else { return }
    func check(_ kind: ODERNN.Kind) -> SolverCheck? {
      let model = ForecastNetwork().recurrent(kind, for: latent.builder, key: RandomKey(1))
      return SeriesForecaster(
        .recurrent(
          .odeRNN,
          RecurrentForecaster(
            model: model, builder: RecurrentBatchBuilder(latent.builder),
            normalization: latent.normalization))
      ).solverCheck(on: examples)
    }
    for kind in ODERNN.Kind.allCases {
      #expect((check(kind) != nil) == (kind == .odeRNN), "\(kind)")
    }
  }
}

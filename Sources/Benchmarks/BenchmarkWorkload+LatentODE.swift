import Platform
import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

extension BenchmarkWorkload {
  /// W2: training a latent ODE on noisy spirals.
  static let latentSpirals = BenchmarkWorkload(
    "W2",
    summary:
      "latent ODE: 1000 spirals of 100 points, RNN 25, latent 4, field 4-20-20-4 ELU, Adam 1e-2, "
      + "float32, rtol 1e-7, atol 1e-9"
  ) { repetitions in
    let problem = LatentSpiralProblem()
    let tolerance = Tolerance(relative: 1e-7, absolute: 1e-9)
    let variants: [(String, ODESolver, Adjoint)] = [
      (
        "dopri5, backprop",
        ODESolver(method: .dormandPrince5, control: .integral(tolerance)), .discrete
      ),
      (
        "rk4, backprop",
        ODESolver(method: .threeEighths4, control: .steps(perInterval: 1)), .discrete
      ),
      (
        "dopri5, adjoint",
        ODESolver(method: .dormandPrince5, control: .integral(tolerance)), .backsolve()
      ),
    ]
    return variants.map { problem.figure($0, solver: $1, adjoint: $2, repetitions) }
  }
}

/// The problem of W2: spirals, initial weights and noise for 15 iterations, from the seed of the peers' scripts.
private struct LatentSpiralProblem {
  private let model: LatentSpirals
  private let times: [Double]
  private let batches: [SpiralBatch]
  /// `[time, series, 2]`.
  private let values: Tensor

  init() {
    let (iterations, series, count, all) = (15, 1000, 100, 1000)
    let (latent, hidden, recurrent) = (4, 20, 25)
    var random = NumPyGenerator(seed: 202)
    let stop = 6 * Double.pi
    let grid = (0..<all).map { stop * Double($0) / Double(all - 1) }
    times = grid.prefix(count).map { Double(Float($0)) }
    let offsets = random.integers(count, all - 2 * count, count: series)
    let sides = random.integers(0, 2, count: series)
    let noise = random.normal(0, 0.3, count: series * count * 2)
    var points: [Double] = []
    for row in 0..<series {
      for step in 0..<count {
        let angle = grid[offsets[row] + step]
        let rest = stop + 1 - angle
        let (x, y) =
          sides[row] == 1
          ? (15 / rest * Double.cosine(rest) - 5, 15 / rest * Double.sine(rest))
          : (0.3 * angle * Double.cosine(angle) + 5, 0.3 * angle * Double.sine(angle))
        let at = (row * count + step) * 2
        points += [x + noise[at], y + noise[at + 1]]
      }
    }
    values = Tensor(rounding: points, shape: [series, count, 2], to: .float32)
      .transposed([1, 0, 2]).evaluated()
    func linear(_ inputs: Int, _ outputs: Int) -> Linear {
      let bound = 1 / Double(inputs).squareRoot()
      return Linear(
        weight: Tensor(
          rounding: random.uniform(-bound, bound, count: inputs * outputs),
          shape: [inputs, outputs], to: .float32),
        bias: Tensor(
          rounding: random.uniform(-bound, bound, count: outputs), shape: [outputs], to: .float32))
    }
    let field = [linear(latent, hidden), linear(hidden, hidden), linear(hidden, latent)]
    let joined = linear(2 + recurrent, recurrent)
    let cell = RNNCell(
      input: Linear(weight: joined.weight.sliced(0..<2, axis: 0).evaluated(), bias: joined.bias),
      recurrent: Linear(
        weight: joined.weight.sliced(2..<2 + recurrent, axis: 0).evaluated(), bias: nil))
    let head = linear(recurrent, 2 * latent)
    let decoder = [linear(latent, hidden), linear(hidden, 2)]
    model = LatentSpirals(
      encoder: BackwardRNN(unit: .elman(cell), head: PosteriorHead(network: MLP(layers: [head]))),
      field: LatentField(network: MLP(layers: field, activation: .elu)),
      decoder: GaussianDecoder(
        network: MLP(layers: decoder, activation: .relu), noise: .fixed(0.3)))
    batches = (0..<iterations).map { _ in
      SpiralBatch(
        noise: Tensor(
          rounding: random.normal(0, 1, count: series * latent), shape: [series, latent],
          to: .float32))
    }
  }

  func figure(
    _ name: String, solver: ODESolver, adjoint: Adjoint, _ repetitions: Int
  ) -> BenchmarkFigure {
    let loop = TrainingBenchmark<LatentSpirals, SpiralBatch>(
      workload: "W2", batches: batches, warmUp: 2, reported: batches.count)
    let (values, times) = (values, times)
    let ones = Tensor.ones(Array(values.shape.dropLast()) + [1], scalarType: .float32)
    let gaps = Tensor.zeros(ones.shape, scalarType: .float32)
    let objective = EvidenceLowerBound()
    return loop.figure(
      name, model: model, optimizer: Adam(for: model, learningRate: 1e-2),
      repetitions: repetitions,
      settings: [
        ("solver", solver.method.name), ("rtol", "1e-7"), ("atol", "1e-9"), ("scalar", "float32"),
      ]
    ) { model, batch in
      let observations = ObservedSequence(features: values, mask: ones, gaps: gaps)
      let posterior = model.encoder.posterior(of: observations, summary: nil)
      let flow = Flow(of: model.field, solver: solver, adjoint: adjoint)
      let result = flow(posterior.sample(noise: batch.noise), at: times)
      let (mean, logVariance) = model.decoder(result.states)
      let (logLikelihood, divergence) = objective.terms(
        posterior: posterior, mean: mean, logVariance: logVariance, targets: values, weights: ones)
      return LossAndAuxiliary(
        (divergence - logLikelihood).mean(), auxiliary: result.statistics.map { [$0] } ?? [])
    }
  }
}

private struct LatentSpirals: TensorTree {
  var encoder: BackwardRNN
  var field: LatentField
  var decoder: GaussianDecoder

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("encoder", &encoder)
    visitor("field", &field)
    visitor("decoder", &decoder)
  }
}

private struct SpiralBatch: TensorTree {
  /// `[series, latent]`.
  var noise: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("noise", &noise) }
}

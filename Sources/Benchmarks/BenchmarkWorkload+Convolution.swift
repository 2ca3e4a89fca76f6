import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

extension BenchmarkWorkload {
  /// W4: training a classifier whose body is a convolutional ODE block.
  static let convolutionalBlock = BenchmarkWorkload(
    "W4",
    summary:
      "convolutional ODE block: 64 channels, 6×6, two 3×3 convolutions with time and group norm, "
      + "batch 128, momentum 0.9, float32, rtol = atol = 1e-3"
  ) { repetitions in
    let problem = ConvolutionProblem()
    let variants: [(String, Adjoint)] = [("backprop", .discrete), ("adjoint", .backsolve())]
    return variants.map { problem.figure($0, adjoint: $1, min(repetitions, 10)) }
  }
}

/// The problem of W4: initial weights and 6 batches, from the seed of the peers' scripts.
private struct ConvolutionProblem {
  private let block: ConvolutionalBlock
  private let head: Linear
  private let batches: [LabelledImages]

  init() {
    let (iterations, batch, channels, side, classes) = (6, 128, 64, 6, 10)
    var random = NumPyGenerator(seed: 404)
    func tensor(_ values: [Double], _ shape: [Int]) -> Tensor {
      Tensor(rounding: values, shape: shape, to: .float32)
    }
    let bound = 1 / Double((channels + 1) * 9).squareRoot()
    let convolutions = (0..<2).map { _ in
      let weight = random.uniform(-bound, bound, count: channels * (channels + 1) * 9)
      let bias = random.uniform(-bound, bound, count: channels)
      // Theirs is [out, in, y, x] with the time first, ours [y, x, in, out] with the time last.
      let kernel = tensor(weight, [channels, channels + 1, 3, 3]).transposed([2, 3, 1, 0])
      let time = kernel.sliced(0..<1, axis: 2)
      return Convolution2D(
        weight: concatenate([kernel.sliced(1..<channels + 1, axis: 2), time], axis: 2).evaluated(),
        bias: tensor(bias, [channels]), padding: 1)
    }
    var block = ConvolutionalBlock(
      channels: channels, groups: 32, takesTime: true, key: RandomKey(0))
    block.convolutions = convolutions
    self.block = block
    let spread = 1 / Double(channels).squareRoot()
    head = Linear(
      weight: tensor(
        random.uniform(-spread, spread, count: channels * classes), [channels, classes]),
      bias: tensor(random.uniform(-spread, spread, count: classes), [classes]))
    let size = channels * side * side
    let templates = random.normal(0, 1, count: classes * size)
    let labels = random.integers(0, classes, count: iterations * batch)
    batches = (0..<iterations).map { index in
      let labels = labels[index * batch..<(index + 1) * batch]
      let pixels = labels.flatMap { label in
        random.normal(0, 1, count: size).enumerated().map {
          templates[label * size + $0] * 0.5 + $1
        }
      }
      let images = tensor(pixels, [batch, channels, side, side]).transposed([0, 2, 3, 1])
      return LabelledImages(
        images: images.evaluated(), labels: tensor(labels.map(Double.init), [batch]))
    }
  }

  func figure(_ name: String, adjoint: Adjoint, _ repetitions: Int) -> BenchmarkFigure {
    let solver = ODESolver(
      method: .dormandPrince5, control: .integral(Tolerance(relative: 1e-3, absolute: 1e-3)))
    let model = BlockClassifier(
      flow: Flow(of: block, solver: solver, adjoint: adjoint),
      norm: GroupNorm(groups: 32, channels: 64), head: head)
    let loop = TrainingBenchmark<BlockClassifier, LabelledImages>(
      workload: "W4", batches: batches, warmUp: 1, reported: batches.count)
    return loop.figure(
      name, model: model, optimizer: SGD(for: model, learningRate: 0.1, momentum: 0.9),
      repetitions: repetitions,
      settings: [
        ("solver", "dormandPrince5, integral control"), ("rtol", "1e-3"), ("atol", "1e-3"),
        ("scalar", "float32"),
      ]
    ) { model, batch in
      let result = model.flow(batch.images, at: [0, 1])
      let features = relu(model.norm(result.final)).mean([1, 2])
      return LossAndAuxiliary(
        crossEntropy(model.head(features), target: batch.labels),
        auxiliary: result.statistics.map { [$0] } ?? [])
    }
  }
}

private struct BlockClassifier: TensorTree {
  var flow: Flow<ConvolutionalBlock>
  var norm: GroupNorm
  var head: Linear

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("flow", &flow)
    visitor("norm", &norm)
    visitor("head", &head)
  }
}

private struct LabelledImages: TensorTree {
  /// `[batch, height, width, channel]`.
  var images: Tensor
  /// `[batch]`.
  var labels: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("images", &images)
    visitor("labels", &labels)
  }
}

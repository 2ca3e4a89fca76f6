import NumericCore
import Reports
import LearningTasks
import ContinuousModels
import Integrators
import NeuralNets
import Tensors
import Training

/// Maximum likelihood of digits: a free-form flow behind the affine map that makes the training images' covariance one.
///
/// An untrained flow is then about as good as a Gaussian of full covariance; training stops where validation images are
/// likeliest.
struct DigitsTraining {
  let digits: DequantizedDigits
  let whitening: GaussianBaseline
  var seed: UInt64
  var iterations = 2500
  var hidden = [128, 128]
  var steps = 6
  var learningRate = 2e-3
  var weightDecay = 1e-2

  init(_ digits: DequantizedDigits, seed: UInt64) {
    self.digits = digits
    self.seed = seed
    whitening = GaussianBaseline(
      PointTable(
        source: "", columns: (0..<DequantizedDigits.dimension).map { "\($0)" },
        values: DequantizedDigits.dequantized(digits.training, key: RandomKey(seed))))
  }

  /// A flow in units of the whitened images.
  struct Model {
    var flow: ContinuousNormalizingFlow<TimeConditionedMLP>
    let whitening: GaussianBaseline

    /// The audit of dequantized images, row-major, in nats an image.
    func audit(on images: [Double]) -> LikelihoodAudit {
      let width = DequantizedDigits.dimension
      let white = Tensor(
        whitening.whitened(images).map(Float.init), shape: [images.count / width, width])
      return flow.audit(on: white).shifted(by: whitening.logScale)
    }

    /// Images drawn from the density.
    func samples(_ count: Int, key: RandomKey) -> [Double] {
      let base = key.normal([count, DequantizedDigits.dimension])
      return whitening.restored(flow.samples(from: base, solver: flow.solver))
    }
  }

  func run(progress: @escaping @Sendable (String) -> Void) throws -> Model {
    let width = DequantizedDigits.dimension
    let (digits, whitening) = (self.digits, self.whitening)
    let training = PointSource.resampled(dimension: width) { rows, key in
      let pixels = rows.flatMap { digits.training[$0 * width..<($0 + 1) * width] }
      return whitening.whitened(DequantizedDigits.dequantized(pixels, key: key)).map(Float.init)
    }
    let held = whitening.whitened(
      DequantizedDigits.dequantized(digits.validation, key: RandomKey(seed).folding(in: 3)))
    let initial = ContinuousNormalizingFlow(
      TimeConditionedMLP(dimension: width, hidden: hidden, key: RandomKey(seed).folding(in: 1)),
      dimension: width,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: steps)))
    let options = TrainingOptions(
      length: .steps(iterations), batchSize: 256, shardSize: 128, threads: 2, seed: seed,
      gradientClip: 10, validationInterval: .steps(max(iterations / 20, 1)),
      checkpointInterval: .steps(iterations))
    let state = try fit(
      initial, DensityEvaluator(solver: initial.solver),
      on: DensityData(training, count: digits.training.count / width, estimate: .rademacher),
      validation: DensityData(
        .table(dimension: width, held.map(Float.init)), count: held.count / width),
      learningRate: .cosine(from: learningRate, over: iterations), weightDecay: weightDecay,
      options: options,
      observer: TrainingObserver(onStep: { record in
        guard let validation = record.validation else { return }
        progress(
          "digits: step \(record.step), training \(Figure(record.loss + whitening.logScale)), "
            + "validation \(Figure(validation + whitening.logScale))")
      }))
    return Model(flow: state.best, whitening: whitening)
  }
}

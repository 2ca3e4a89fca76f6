import NumericCore
package import ContinuousModels
import Integrators
import NeuralNets
import Tensors
package import Training

/// Flow matching of a free-form flow: three hidden layers of 64 units, batches of 512, coupled in blocks of 64.
package struct FlowMatchingTraining {
  package typealias Model = ContinuousNormalizingFlow<TimeConditionedMLP>

  package var source: PointSource
  package var iterations: Int
  package var seed: UInt64
  package var hidden = [64, 64, 64]
  package var waveCount = 0
  package var conditioning = TimeConditioning.concatSquash
  /// The largest wave number of the waves, in radians per unit of the data.
  package var highestWave = 30.0
  package var batchSize = 512
  package var blockSize = 64
  package var isCoupled = true
  package var learningRate = 3e-3
  package var threads = 2
  /// Rows of the table; `nil` for fresh points.
  package var rows: Int?

  package init(_ source: PointSource, iterations: Int, seed: UInt64) {
    self.source = source
    self.iterations = iterations
    self.seed = seed
  }

  package func run(
    observer: TrainingObserver<TimeConditionedMLP> = TrainingObserver()
  ) throws -> Model {
    var (trainer, state) = start()
    _ = try trainer.train(&state, observer: observer)
    return Model(
      state.model, dimension: source.dimension, orientation: .baseToData,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 25)))
  }

  /// The training before its first step.
  package func start() -> (
    trainer: Trainer<CompiledLoss<TimeConditionedMLP, FlowMatchingBatch>, FlowMatchingData>,
    state: TrainingState<TimeConditionedMLP>
  ) {
    let field = TimeConditionedMLP(
      dimension: source.dimension, hidden: hidden, conditioning: conditioning,
      waveCount: waveCount, highestWave: highestWave,
      key: RandomKey(seed).folding(in: 1))
    let options = TrainingOptions(
      length: .steps(iterations), batchSize: batchSize, shardSize: blockSize, threads: threads,
      seed: seed, validationInterval: .steps(iterations),
      checkpointInterval: .steps(max(iterations / 10, 1)), logInterval: 100)
    let trainer = Trainer(
      CompiledLoss<TimeConditionedMLP, FlowMatchingBatch> { flowMatchingLoss($0, $1) },
      training: FlowMatchingData(source, count: rows ?? batchSize, isCoupled: isCoupled),
      options: options)
    let optimizer = Adam(
      for: field, learningRate: .cosine(from: learningRate, over: iterations))
    return (trainer, TrainingState(model: field, optimizer: optimizer))
  }
}

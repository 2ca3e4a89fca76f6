package import ContinuousModels
import Integrators
package import NeuralNets
import Transforms
package import Tensors
package import Training

/// Trains latent ODEs and recurrent networks on sparse series.
package struct SequenceTraining: Sendable {
  package var iterations: Int
  package var batchSize: Int
  package var seed: UInt64
  package var threads = 2

  package init(iterations: Int, batchSize: Int, seed: UInt64) {
    self.iterations = iterations
    self.batchSize = batchSize
    self.seed = seed
  }

  /// The negative evidence lower bound of the seen rows of the grid's `times`.
  package func fit<Recognition>(
    _ model: LatentODE<Recognition>, on data: LatentSequenceData, times: [Double],
    optimizer: any Optimizer
  ) throws -> LatentODE<Recognition> {
    let loss = CompiledLoss<LatentODE<Recognition>, LatentSequenceBatch> { model, batch in
      let prediction = model.prediction(
        batch.series.observations, LatentQuery(onGrid: times), noise: batch.noise)
      let (likelihood, divergence) = EvidenceLowerBound().terms(
        posterior: prediction.posterior, mean: prediction.decoded.mean,
        logVariance: prediction.decoded.logVariance, targets: batch.targets,
        weights: batch.weights.broadcast(to: batch.targets.shape))
      return (batch.divergenceWeight * divergence - likelihood).mean()
    }
    return try fit(model, loss, data, optimizer)
  }

  /// The mean squared error of what a network expects of the rows that were seen.
  package func fit(
    _ network: ODERNN, on data: RecurrentData, optimizer: any Optimizer
  ) throws -> ODERNN {
    let loss = CompiledLoss<ODERNN, RecurrentBatch> { network, batch in
      let prediction = network.prediction(batch.series, replacing: batch.replacing)
      return meanSquaredError(
        prediction.mean, target: batch.series.values, weights: batch.series.mask)
    }
    return try fit(network, loss, data, optimizer)
  }

  /// Any loss, in two shards.
  package func fit<Evaluator: ShardEvaluator, Data: TrainingData>(
    _ model: Evaluator.Model, _ loss: Evaluator, _ data: Data, _ optimizer: any Optimizer
  ) throws -> Evaluator.Model where Data.Batch == Evaluator.Batch {
    let options = TrainingOptions(
      length: .steps(iterations), batchSize: batchSize, shardSize: (batchSize + 1) / 2,
      threads: threads, seed: seed, gradientClip: 10, validationInterval: .steps(iterations),
      checkpointInterval: .steps(iterations))
    var state = TrainingState(model: model, optimizer: optimizer)
    _ = try Trainer(loss, training: data, options: options).train(&state)
    return state.model
  }
}

extension LatentQuery {
  /// Times that a batch shares; the first of them is also the start.
  package init(onGrid times: [Double]) {
    self.init(times: Tensor([times[0]] + times))
  }
}

extension LatentODE {
  /// Means `[row, series, channel]` along the posterior's mean, evaluations of the field, and the posterior.
  package func reconstruction(
    of series: IrregularSeries, at times: [Double]
  ) -> (means: Tensor, posterior: DiagonalNormal, statistics: Tensor) {
    let run = CompiledFunction<Pair<LatentODE, IrregularSeries>> { pair in
      let prediction = pair.first.prediction(
        pair.second.observations, LatentQuery(onGrid: times), noise: nil)
      return [
        prediction.decoded.mean, prediction.posterior.mean,
        prediction.posterior.standardDeviation,
        prediction.decoded.statistics ?? .zeros([1]),
      ]
    }
    let results = run(Pair(self, series))
    return (
      results[0], DiagonalNormal(mean: results[1], standardDeviation: results[2]), results[3]
    )
  }
}

extension ODERNN {
  /// What the network expects at every row, `[row, series, channel]`, compiled.
  package func expectations(_ series: IrregularSeries, replacing: Tensor? = nil) -> Tensor {
    let run = CompiledFunction<Pair<ODERNN, RecurrentBatch>> { pair in
      [pair.first.prediction(pair.second.series, replacing: pair.second.replacing).mean]
    }
    return run(Pair(self, RecurrentBatch(series: series, replacing: replacing)))[0]
  }
}

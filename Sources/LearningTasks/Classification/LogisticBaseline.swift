import NumericCore
import NeuralNets
import Programs
import Tensors
import Training

/// Multinomial logistic regression, the baseline of classifiers.
enum LogisticBaseline {
  /// Trained on the training rows, stopped by the validation rows, measured on the test rows.
  static func evaluation(_ split: ClassifierSplit, threads: Int) throws -> ClassifierEvaluation {
    let (normalization, width) = (split.training.normalization, split.training.width)
    let evaluator = CompiledLoss<Linear, LabelledPoints> { model, batch in
      let rows = batch.points.shape[0]
      return crossEntropy(
        model(batch.points.reshaped([rows, width])), target: batch.targets)
    }
    let model = Linear(
      width, split.training.classes.count, key: RandomKey(0))
    let size = 256
    let perEpoch = max(1, split.training.count / size)
    let epochs = max(4, min(200, 3000 / perEpoch))
    let state = try fit(
      model, evaluator,
      on: LabelledRows(data: split.training, normalization: normalization),
      validation: LabelledRows(data: split.validation, normalization: normalization),
      learningRate: .cosine(from: 1e-2, over: epochs * perEpoch),
      options: TrainingOptions(
        length: .epochs(epochs), batchSize: size, shardSize: size, threads: threads,
        checkpointInterval: .epochs(epochs + 1), logInterval: 1000))
    let best = state.bestValidation == nil ? state.model : state.best
    return ClassifierEvaluation(of: split.test, normalization) { batch in
      best(batch.reshaped([batch.shape[0], width]))
    }
  }
}

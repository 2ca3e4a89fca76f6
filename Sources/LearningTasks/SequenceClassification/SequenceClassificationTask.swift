import NumericCore
import TimeSeries
import ContinuousModels
import NeuralNets
import Transforms
import Tensors
import Training

extension SeriesClassRecipe {
  /// A classifier with drawn parameters.
  func initialModel(channels: Int, covariates: Int, classes: Int) -> SeriesClassifier {
    let keys = RandomKey(UInt64(seed)).folding(in: 100).split(2)
    let network = ODERNN(
      model.recurrent ?? .odeRNN,
      ODERNN.Sizes(channels: channels, hidden: hidden, field: [field], steps: fieldSteps),
      key: keys[0])
    return SeriesClassifier(
      network: network,
      head: LabelHead(
        network: MLP(sizes: [2 * hidden + covariates, head, classes], key: keys[1])))
  }

  /// Cross entropy of the class, and the likelihood of each row given the rows before it.
  var evaluator: CompiledLoss<SeriesClassifier, SeriesClassBatch> {
    let weight = expectationWeight
    return CompiledLoss(auxiliaryNames: ["crossEntropy", "accuracy"]) { model, batch in
      let (logits, expected) = model(batch.series, covariates: batch.covariates)
      let loss = crossEntropy(logits, target: batch.labels)
      let own = (logits * oneHot(batch.labels, classes: logits.shape[1])).sum([1])
      let misses = (logits.maximum([1]) .> own).mean()
      let surprise = gaussianNegativeLogLikelihood(
        expected.mean, target: batch.series.values, logVariance: expected.logVariance,
        weights: batch.series.mask)
      return LossAndAuxiliary(loss + weight * surprise, auxiliary: [loss, 1 - misses])
    }
  }
}

/// Classification of whole time series.
public struct SequenceClassificationTask: LearningTask {
  public var recipe: SeriesClassRecipe

  public init(_ recipe: SeriesClassRecipe) { self.recipe = recipe }

  /// Figures on the test series.
  public struct Evaluation: Sendable {
    package var classifier: ClassifierEvaluation
    /// The check of the flow between rows; `nil` if no equation is solved there.
    package var flow: FlowCheck?
    package var baselines: [(name: String, evaluation: ClassifierEvaluation)]
  }

  public func examples() throws -> SeriesClassData { try SeriesClassData(recipe) }

  public func warnings(about data: SeriesClassData) -> [String] { data.warnings.map(\.sentence) }

  public func recipe(for data: SeriesClassData) -> SeriesClassRecipe {
    var recipe = recipe
    recipe.reading.statics = data.form.covariates.names
    return recipe
  }

  public func trainings(
    on data: SeriesClassData, threads: Int
  ) throws -> [TaskTraining<SequenceClassifier>] {
    let model = recipe.initialModel(
      channels: data.form.normalization.channels.count, covariates: data.form.covariates.width,
      classes: data.classes.count)
    let perEpoch = max(1, data.training.count / recipe.batchSize)
    let total = recipe.epochs.map { $0 * perEpoch } ?? recipe.steps
    let interval = TrainingInterval.steps(max(1, total / 20))
    let options = TrainingOptions(
      length: recipe.epochs.map { .epochs($0) } ?? .steps(recipe.steps),
      batchSize: recipe.batchSize, shardSize: (recipe.batchSize + 1) / 2, threads: threads,
      seed: UInt64(recipe.seed), gradientClip: 5, validationInterval: interval,
      checkpointInterval: interval, logInterval: 10)
    let trainer = Trainer(
      recipe.evaluator,
      training: SeriesClassRows(data, data.training, rowLimit: recipe.rowLimit),
      validation: SeriesClassRows(data, data.validation, rowLimit: recipe.rowLimit),
      options: options)
    let start = TrainingState(
      model: model,
      optimizer: Adam(
        for: model, learningRate: .cosine(from: recipe.learningRate, over: trainer.totalSteps),
        weightDecay: recipe.weightDecay))
    let (recipe, form, classes) = (recipe, data.form, data.classes)
    return [
      TaskTraining(trainer, from: start, recipe: recipe) {
        SequenceClassifier(recipe: recipe, form: form, classes: classes, model: $0.best)
      }
    ]
  }

  public func evaluate(
    _ model: SequenceClassifier, beside others: [SequenceClassifier], on data: SeriesClassData,
    threads: Int
  ) throws -> Evaluation {
    Evaluation(
      classifier: model.evaluation(on: data, data.test),
      flow: model.flowCheck(
        on: data.test.map { data.series[$0] }, data.test.map { data.labels[$0] }),
      baselines: try SeriesClassBaselines.evaluations(data, threads: threads))
  }
}

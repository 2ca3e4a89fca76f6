import TimeSeries
import ContinuousModels
import NeuralNets
import NumericCore
import Programs
import Tensors
package import Training

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

  /// Cross entropy of the class, and beside it how well each row is expected from the rows before it.
  var evaluator: CompiledLoss<SeriesClassifier, SeriesClassBatch> {
    let weight = expectationWeight
    return CompiledLoss(auxiliaryNames: ["crossEntropy", "accuracy"]) { model, batch in
      let (logits, expected) = model(batch.series, covariates: batch.covariates)
      let loss = crossEntropy(logits, labels: batch.labels)
      let own = (logits * oneHot(batch.labels, classes: logits.shape[1])).sum([1])
      let misses = (logits.maximum([1]) .> own).mean()
      let surprise = gaussianNegativeLogLikelihood(
        batch.series.values, mean: expected.mean, logVariance: expected.logVariance,
        weights: batch.series.mask)
      return LossAndAuxiliary(loss + weight * surprise, auxiliary: [loss, 1 - misses])
    }
  }
}

/// Trains a classifier of series and leaves a run folder.
package struct SeriesClassRun: Sendable {
  package var recipe: SeriesClassRecipe
  package var directory: String
  package var threads: Int
  /// Whether a checkpoint in the folder is continued.
  package var resumes: Bool
  /// Hears what becomes of the run folder.
  package var whenNoticed: @Sendable (RunFolder.Notice) -> Void = { _ in }

  package init(
    recipe: SeriesClassRecipe, directory: String, threads: Int, resumes: Bool = false
  ) {
    self.recipe = recipe
    self.directory = directory
    self.threads = threads
    self.resumes = resumes
  }

  /// What a run leaves.
  package struct Outcome: Sendable {
    package var file: SeriesClassModelFile
    package var data: SeriesClassData
    /// On the test series.
    package var evaluation: ClassifierEvaluation
    /// Whether the steps follow the flow between rows; nil: no equation is solved there.
    package var flow: FlowCheck?
    package var baselines: [(name: String, evaluation: ClassifierEvaluation)]
    package var parameterCount: Int
    package var steps: Int
    package var trainingSeconds: Double
    package var history: [Training.StepRecord]
    /// Owned until the report is written.
    var folder: RunFolder
  }

  /// Trains and evaluates on the recipe's data, read already.
  package func run(
    on data: SeriesClassData, progress: ProgressReporter? = nil, stop: StopRequest? = nil
  ) throws -> Outcome {
    var recipe = recipe
    recipe.reading.statics = data.form.covariates.names
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
    let folder = RunFolder(directory, resumes: resumes, whenNoticed: whenNoticed)
    var one = try RunTraining(trainer, from: start, recipe: recipe, folder: folder)
    try folder.begin(recipe, isContinued: one.isContinued)
    try one.run(progress: progress, stop: stop)
    let state = one.state
    let file = SeriesClassModelFile(
      recipe: recipe, form: data.form, classes: data.classes, model: state.best)
    try file.write(to: RunFolder.model(in: directory))
    return Outcome(
      file: file, data: data, evaluation: file.evaluation(on: data, data.test),
      flow: file.flowCheck(
        on: data.test.map { data.series[$0] }, data.test.map { data.labels[$0] }),
      baselines: try SeriesClassBaselines.evaluations(data, threads: threads),
      parameterCount: model.parameterCount, steps: state.step, trainingSeconds: state.wall,
      history: one.history.filter { $0.validation != nil || $0.step % 10 == 0 }, folder: folder)
  }
}

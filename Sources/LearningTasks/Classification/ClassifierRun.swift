package import Tables
import NeuralNets
import NumericCore
import Programs
import Tensors
package import Training

/// Trains a classifier and leaves a run folder.
package struct ClassifierRun: Sendable {
  package var recipe: ClassifierRecipe
  /// The run folder; nil: nothing is written.
  package var directory: String?
  package var threads: Int
  /// Whether a checkpoint in the folder is continued.
  package var resumes: Bool
  /// Hears what becomes of the run folder.
  package var whenNoticed: @Sendable (RunFolder.Notice) -> Void = { _ in }

  package init(
    recipe: ClassifierRecipe, directory: String?, threads: Int, resumes: Bool = false
  ) {
    self.recipe = recipe
    self.directory = directory
    self.threads = threads
    self.resumes = resumes
  }

  /// What a run leaves.
  package struct Outcome: Sendable {
    package var file: ClassifierModelFile
    package var split: ClassifierSplit
    /// On the test rows.
    package var evaluation: ClassifierEvaluation
    /// Whether the depth is a flow that its solver follows; nil for residual blocks.
    package var flow: FlowCheck?
    /// Multinomial logistic regression on the same rows.
    package var logistic: ClassifierEvaluation
    package var parameterCount: Int
    package var steps: Int
    package var stepsPerEpoch: Int
    package var trainingSeconds: Double
    package var history: [Training.StepRecord]
    /// Owned until the report is written.
    var folder: RunFolder?
  }

  /// Trains and evaluates; bad data, and a checkpoint that does not fit, are found before anything is written.
  package func run(
    progress: ProgressReporter? = nil, stop: StopRequest? = nil
  ) throws -> Outcome {
    try recipe.check()
    let split = try recipe.split()
    try recipe.check(for: split.training)
    var recipe = recipe
    recipe.label = split.training.label ?? recipe.label
    let normalization = split.training.normalization
    let options = TrainingOptions(
      length: .epochs(recipe.epochs), batchSize: recipe.batchSize,
      shardSize: (recipe.batchSize + 1) / 2, threads: threads, seed: UInt64(recipe.seed),
      gradientClip: 5, validationInterval: .epochs(1), checkpointInterval: .epochs(1),
      logInterval: 10)
    let trainer = Trainer(
      Self.evaluator,
      training: LabelledRows(
        data: split.training, normalization: normalization, crop: recipe.crop,
        mirrors: recipe.mirrors),
      validation: LabelledRows(data: split.validation, normalization: normalization),
      options: options)
    let model = recipe.initialModel(
      shape: split.training.shape, classes: split.training.classes.count)
    let state = TrainingState(
      model: model,
      optimizer: Adam(
        for: model, learningRate: .cosine(from: recipe.learningRate, over: trainer.totalSteps),
        weightDecay: recipe.weightDecay))
    let folder = directory.map { RunFolder($0, resumes: resumes, whenNoticed: whenNoticed) }
    var one = try RunTraining(trainer, from: state, recipe: recipe, folder: folder)
    try folder?.begin(recipe, isContinued: one.isContinued)
    try one.run(progress: progress, stop: stop)
    let trained = one.state
    let file = ClassifierModelFile(
      recipe: recipe, normalization: normalization, shape: split.training.shape,
      classes: split.training.classes,
      model: trained.bestValidation == nil ? trained.model : trained.best)
    if let directory { try file.write(to: RunFolder.model(in: directory)) }
    return Outcome(
      file: file, split: split, evaluation: file.evaluation(on: split.test),
      flow: file.flowCheck(on: split.test),
      logistic: try LogisticBaseline.evaluation(split, threads: threads),
      parameterCount: model.parameterCount, steps: trained.step,
      stepsPerEpoch: trainer.stepsPerEpoch, trainingSeconds: trained.wall,
      history: one.history.filter { $0.validation != nil || $0.step % 20 == 0 }, folder: folder)
  }

  static let evaluator = CompiledLoss<ClassifierModel, LabelledPoints>(
    auxiliaryNames: ["accuracy"]
  ) { model, batch in
    let logits = model(batch.points)
    let own = (logits * oneHot(batch.targets, classes: logits.shape[1])).sum([1])
    let misses = (logits.maximum([1]) .> own).mean()
    return LossAndAuxiliary(
      crossEntropy(logits, labels: batch.targets), auxiliary: [1 - misses])
  }
}

/// Rows for training, for choosing the best model, and for the test.
package struct ClassifierSplit: Sendable {
  package var training: LabelledData
  package var validation: LabelledData
  package var test: LabelledData
}

extension ClassifierRecipe {
  /// The recipe's rows, in parts; the test part of an image folder is its own.
  package func split() throws(DataError) -> ClassifierSplit {
    let (rest, given) = try read()
    if file != nil { try rest.checkForTraining() }
    let key = RandomKey(UInt64(seed)).folding(in: 50)
    var order = key.permutation(rest.count)
    var test = given
    if test == nil {
      let count = max(1, Int(Double(rest.count) * testShare))
      test = rest.rows(order.prefix(count))
      order.removeFirst(count)
    }
    let validation = max(1, Int(Double(order.count) * validationShare))
    return ClassifierSplit(
      training: rest.rows(order.dropFirst(validation)),
      validation: rest.rows(order.prefix(validation)), test: test ?? rest)
  }

  private func read() throws(DataError) -> (LabelledData, LabelledData?) {
    guard let file else { return (try LabelledData.digits(), nil) }
    if isOfImages(file) { return try LabelledData.imageFolder(file) }
    return (try LabelledData(path: file, label: label), nil)
  }
}

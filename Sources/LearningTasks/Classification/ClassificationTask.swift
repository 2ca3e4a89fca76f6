import NumericCore
package import Tables
import NeuralNets
import Transforms
import Tensors
import Training

/// Classification of the rows of a table, or of images.
public struct ClassificationTask: LearningTask {
  public var recipe: ClassifierRecipe

  public init(_ recipe: ClassifierRecipe) { self.recipe = recipe }

  /// Figures on the test rows.
  public struct Evaluation: Sendable {
    package var classifier: ClassifierEvaluation
    /// The check of the flow's solver; `nil` for residual blocks.
    package var flow: FlowCheck?
    /// Multinomial logistic regression on the same rows.
    package var logistic: ClassifierEvaluation
  }

  public func examples() throws -> ClassifierSplit {
    try recipe.check()
    let split = try recipe.split()
    try recipe.check(for: split.training)
    return split
  }

  public func recipe(for split: ClassifierSplit) -> ClassifierRecipe {
    var recipe = recipe
    recipe.label = split.training.label ?? recipe.label
    return recipe
  }

  public func trainings(
    on split: ClassifierSplit, threads: Int
  ) throws -> [TaskTraining<RowClassifier>] {
    let normalization = split.training.normalization
    let (shape, classes) = (split.training.shape, split.training.classes)
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
    let model = recipe.initialModel(shape: shape, classes: classes.count)
    let state = TrainingState(
      model: model,
      optimizer: Adam(
        for: model, learningRate: .cosine(from: recipe.learningRate, over: trainer.totalSteps),
        weightDecay: recipe.weightDecay))
    let recipe = recipe
    return [
      TaskTraining(trainer, from: state, recipe: recipe) { trained in
        RowClassifier(
          recipe: recipe, normalization: normalization, shape: shape, classes: classes,
          model: trained.bestValidation == nil ? trained.model : trained.best)
      }
    ]
  }

  public func evaluate(
    _ model: RowClassifier, beside others: [RowClassifier], on split: ClassifierSplit, threads: Int
  ) throws -> Evaluation {
    Evaluation(
      classifier: model.evaluation(on: split.test), flow: model.flowCheck(on: split.test),
      logistic: try LogisticBaseline.evaluation(split, threads: threads))
  }

  static let evaluator = CompiledLoss<ClassifierModel, LabelledPoints>(
    auxiliaryNames: ["accuracy"]
  ) { model, batch in
    let logits = model(batch.points)
    let own = (logits * oneHot(batch.targets, classes: logits.shape[1])).sum([1])
    let misses = (logits.maximum([1]) .> own).mean()
    return LossAndAuxiliary(
      crossEntropy(logits, target: batch.targets), auxiliary: [1 - misses])
  }
}

/// Rows for training, validation and test.
public struct ClassifierSplit: Sendable {
  package var training: LabelledData
  package var validation: LabelledData
  package var test: LabelledData
}

extension ClassifierRecipe {
  /// The recipe's rows, split; an image folder has its own test part.
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

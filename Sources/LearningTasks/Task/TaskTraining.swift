public import Tensors
public import Training

/// One training of a task: a trainer, its initial state, and the conversion of its best state into
/// a model.
public struct TaskTraining<Model: ArchivedModel>: Sendable {
  /// The result of a training.
  struct Trained {
    var model: Model
    var history: [StepRecord]
    var steps: Int
    var stepsPerEpoch: Int
    var seconds: Double
  }

  /// A training whose checkpoint has been read.
  struct Started {
    /// Whether a checkpoint is continued.
    var isContinued: Bool
    var run: (ProgressReporter?, StopRequest?) throws -> Trained
  }

  /// The name of its checkpoint and model in the run folder.
  let name: String
  private let start: @Sendable (RunFolder?) throws -> Started

  /// Describes a training.
  ///
  /// - Parameters:
  ///   - trainer: the training loop with its loss and data.
  ///   - state: the state at the start.
  ///   - recipe: the configuration, which must agree with that of a checkpoint.
  ///   - name: the name of its checkpoint and model in the run folder; `nil` for the run's own
  ///     model.
  ///   - model: the model of a trained state.
  public init<Evaluator: ShardEvaluator, Data: TrainingData>(
    _ trainer: Trainer<Evaluator, Data>, from state: TrainingState<Evaluator.Model>,
    recipe: Model.Recipe, name: String? = nil,
    model: @escaping @Sendable (TrainingState<Evaluator.Model>) -> Model
  ) where Data.Batch == Evaluator.Batch {
    let name = name ?? RunFolder.main
    self.name = name
    start = { folder in
      var training = try RunTraining(
        trainer, from: state, recipe: recipe, folder: folder, name: name)
      return Started(isContinued: training.isContinued) { progress, stop in
        try training.run(progress: progress, stop: stop)
        return Trained(
          model: model(training.state), history: training.history, steps: training.state.step,
          stepsPerEpoch: trainer.stepsPerEpoch, seconds: training.state.wall)
      }
    }
  }

  /// A training of a network on rows by Adam, with a loss written in tensors.
  ///
  /// - Parameters:
  ///   - network: the network at the start.
  ///   - rows: tensors whose first axis is the rows.
  ///   - recipe: the configuration, which must agree with that of a checkpoint.
  ///   - steps: the number of updates.
  ///   - learningRate: the step size.
  ///   - loss: a scalar, the mean over the given rows.
  ///   - model: the model of the trained network.
  public init<Network: TensorTree, Rows: TensorTree>(
    of network: Network, on rows: Rows, recipe: Model.Recipe, steps: Int,
    learningRate: Schedule = 1e-3, loss: @escaping @Sendable (Network, Rows) -> Tensor,
    model: @escaping @Sendable (Network) -> Model
  ) {
    let trainer = Trainer(
      CompiledLoss(loss), training: RowData(rows), options: TrainingOptions(length: .steps(steps)))
    let start = TrainingState(
      model: network, optimizer: Adam(for: network, learningRate: learningRate))
    self.init(trainer, from: start, recipe: recipe) { model($0.model) }
  }

  /// Reads the checkpoint of the folder if it is continued; writes nothing.
  func started(in folder: RunFolder?) throws -> Started { try start(folder) }
}

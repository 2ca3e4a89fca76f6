import Platform
public import Tensors

extension Trainer {
  /// Trains on a thread of its own without blocking the caller.
  ///
  /// Cancelling the task stops the training after its current step: the result is then the state so far, which can be
  /// continued, with the status `interrupted`.
  /// - Parameter onStep: receives the record of every step, on the training's thread.
  /// - Throws: errors of the evaluator and the data.
  public func train(
    from state: TrainingState<Model>, onStep: (@Sendable (StepRecord) -> Void)? = nil
  ) async throws -> (state: TrainingState<Model>, status: TrainingStatus) {
    let stop = StopRequest()
    return try await withTaskCancellationHandler {
      try await onThread {
        var state = state
        let observer = TrainingObserver<Model>(onStep: onStep, stop: stop)
        let status = try train(&state, observer: observer)
        return (state, status)
      }
    } onCancel: {
      stop.request()
    }
  }

  /// The records of a training, one per step; the last element is the final state.
  ///
  /// The training begins with the first request for an element. Ending the iteration early, or cancelling its task, stops it
  /// after the current step.
  public func progress(
    from state: TrainingState<Model>
  ) -> AsyncThrowingStream<TrainingProgressEvent<Model>, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let (state, status) = try await train(from: state) { continuation.yield(.step($0)) }
          continuation.yield(.ended(state, status))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

/// An element of `Trainer.progress(from:)`.
public enum TrainingProgressEvent<Model: TensorTree>: Sendable {
  /// A step of the training.
  case step(StepRecord)
  /// The end of the training.
  case ended(TrainingState<Model>, TrainingStatus)
}

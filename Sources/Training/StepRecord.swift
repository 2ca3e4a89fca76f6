package import Serialization

/// The figures of one training step: a line of `metrics.jsonl`.
public struct StepRecord: Sendable {
  /// An unusual event of a step.
  public enum Event: String, Hashable, Sendable {
    /// Loss or gradient was not finite; the model was not updated.
    case skipped
    /// The last good model was restored, and the learning rate was halved.
    case rolledBack
  }

  /// Number of steps, including this one.
  public var step: Int
  /// The epoch of the step, counted from 1.
  public var epoch: Int
  /// Seconds of training, including earlier runs of a resumed training.
  public var wall: Double
  /// The loss of the batch before the update.
  public var loss: Double
  /// The rate of the update.
  public var learningRate: Double
  /// The global norm of the gradient before clipping.
  public var gradientNorm: Double
  /// Further means over the batch, by name.
  public var auxiliary: [(name: String, value: Double)]
  /// The validation loss, for steps that end with a validation.
  public var validation: Double?
  /// Further means over the validation set, by name.
  public var validationAuxiliary: [(name: String, value: Double)] = []
  /// An unusual event; `nil` for an ordinary step.
  public var event: Event?

  package init(
    step: Int, epoch: Int, wall: Double, loss: Double, learningRate: Double, gradientNorm: Double,
    auxiliary: [(name: String, value: Double)]
  ) {
    self.step = step
    self.epoch = epoch
    self.wall = wall
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.auxiliary = auxiliary
  }

  /// Reads a line of the log; `nil` for an incomplete line.
  init?(_ line: ArraySlice<UInt8>) {
    guard let value = try? JSONValue(parsing: Array(line)), let object = value.object,
      let step = value["step"]?.integer, step > 0
    else { return nil }
    func number(_ name: String) -> Double { value[name]?.number ?? .nan }
    func numbers(_ object: JSONObject) -> [(name: String, value: Double)] {
      object.members.compactMap { member in
        Self.keys.contains(member.key) ? nil : (member.key, member.value.number ?? .nan)
      }
    }
    self.init(
      step: step, epoch: value["epoch"]?.integer ?? 1, wall: number("wall"), loss: number("loss"),
      learningRate: number("learningRate"), gradientNorm: number("gradientNorm"),
      auxiliary: numbers(object))
    validation = value["validation"]?.number
    validationAuxiliary = value["validationMetrics"]?.object.map(numbers) ?? []
    event = value["event"]?.string.flatMap(Event.init)
  }

  private static let keys: Set<String> = [
    "step", "epoch", "wall", "loss", "learningRate", "gradientNorm", "validation",
    "validationMetrics", "event",
  ]

  /// The auxiliary value of a name.
  public func auxiliary(_ name: String) -> Double? {
    auxiliary.first { $0.name == name }?.value
  }

  /// One JSON object: `step, epoch, wall, loss, learningRate, gradientNorm`, the auxiliary names,
  /// and, where they apply, `validation`, `validationMetrics` and `event`.
  package var json: JSONValue {
    var object: JSONObject = [
      "step": JSONValue(step), "epoch": JSONValue(epoch),
      "wall": .number((wall * 1000).rounded() / 1000), "loss": .number(loss),
      "learningRate": .number(learningRate), "gradientNorm": .number(gradientNorm),
    ]
    for (name, value) in auxiliary { object[name] = .number(value) }
    if let validation { object["validation"] = .number(validation) }
    if !validationAuxiliary.isEmpty {
      var metrics = JSONObject()
      for (name, value) in validationAuxiliary { metrics[name] = .number(value) }
      object["validationMetrics"] = .object(metrics)
    }
    if let event { object["event"] = .string(event.rawValue) }
    return .object(object)
  }
}

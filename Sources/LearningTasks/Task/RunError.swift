import NumericCore

/// Why a training or prediction ended without a result.
public enum RunError: Error, Sendable {
  /// The data lack a channel of the model.
  case channelsDiffer(model: [String], data: [String])
  /// A time of a prediction that rounds to the time before it, or to the last observation; `offset`
  /// is the requested one, if there was a request.
  case timesCoincide(offset: Double?, now: Double)
  /// The number of forecasts that are not finite or have no positive deviation, of all forecasts.
  case forecastsNotFinite(model: String, lost: Int, all: Int)
  /// Loss or gradient stayed non-finite.
  case diverged(step: Int)
  /// A signal stopped the training; its checkpoint continues it.
  case interrupted(signal: Int, run: String)
}

extension RunError: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .channelsDiffer(let model, let data):
      "the model has the channels \(model.joined(separator: ", ")), the data have "
        + "\(data.joined(separator: ", ")); rename or choose the columns"
    case .timesCoincide(nil, let now):
      "the last observation is at \(shortText(now)), and later times round to it; write the times from a "
        + "later origin, or in a larger unit"
    case .timesCoincide(let offset?, let now):
      "\(shortText(offset)) after the last observation, at \(shortText(now)), rounds to the time before it; omit it"
    case .forecastsNotFinite(let model, let lost, let all):
      "\(lost) of \(all) forecasts of the \(model) are not finite; check columns and units of the data, or train the "
        + "model again"
    case .diverged(let step):
      "training diverged: until step \(step) the loss was not finite; lower the learning rate, or write very large and "
        + "very small columns and times in other units"
    case .interrupted(_, let run):
      "training stopped; its checkpoint in \(run) can be continued"
    }
  }
}

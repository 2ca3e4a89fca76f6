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

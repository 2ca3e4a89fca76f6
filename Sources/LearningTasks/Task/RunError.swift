/// Why a training or a use of a model ended without a result.
public enum RunError: Error, Sendable {
  /// The data lack a channel of the model.
  case channelsDiffer(model: [String], data: [String])
  /// A time of a prediction that rounding makes the same as the one before it, or as the last reading; `offset` is the
  /// requested one, if one was requested.
  case timesCoincide(offset: Double?, now: Double)
  /// Forecasts that are not finite or have no positive deviation, and how many there are in all.
  case forecastsNotFinite(model: String, lost: Int, all: Int)
  /// Loss or gradient stayed non-finite.
  case diverged(step: Int)
  /// A signal came; the checkpoint continues.
  case interrupted(signal: Int, run: String)
}

import Platform
public import Serialization

/// The clock of a model: the conversion of the data's times to the model's own.
public struct ModelClock: Hashable, Sendable {
  /// The length of a window; the model's time runs from 0 to `ModelClock.length` over it.
  public var window: Double
  /// The usual distance of two observations, the scale for features of nearby observations.
  public var spacing: Double

  /// A clock for windows of a length with observations at a typical distance.
  public init(window: Double, spacing: Double) {
    precondition(
      window > 0 && spacing > 0, "a window of \(window) and a spacing of \(spacing) are positive")
    self.window = window
    self.spacing = spacing
  }

  /// A window lasts 6 units: a few radians for a field with slopes of order one.
  public static let length = 6.0

  /// Durations in units of the model, strictly increasing.
  ///
  /// Times that rounding would make equal differ by one unit in the last place; overflow stays
  /// finite.
  func increasing(_ durations: [Double]) -> [Double] {
    var last = -Double.infinity
    return durations.map {
      last = max(min(units($0), 1e300), last.nextUp)
      return last
    }
  }

  /// A duration in units of the model.
  public func units(_ duration: Double) -> Double { duration / window * ModelClock.length }
}

extension StoredModel {
  /// The clock of a document; `nil` for windows that are not positive or contain too many spacings.
  public static func clock(_ document: JSONValue) -> ModelClock? {
    guard let window = document["window"]?.number, let spacing = document["spacing"]?.number,
      (1e-30...1e30).contains(window), (1e-30...1e30).contains(spacing), window / spacing <= 1e9
    else { return nil }
    return ModelClock(window: window, spacing: spacing)
  }
}

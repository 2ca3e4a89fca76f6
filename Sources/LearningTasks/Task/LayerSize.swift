/// A lower bound of the memory of layers whose size a setting determines.
public struct LayerSize: Sendable {
  public var weights: Double
  /// Numbers saved per example of a batch for the gradient.
  public var activations: Double

  /// Numbers of weights and of activations that one layer takes.
  public init(weights: Double = 0, activations: Double = 0) {
    self.weights = weights
    self.activations = activations
  }

  /// Bytes per weight in training.
  ///
  /// These are the weight, its best value, two moments of the optimizer, the gradients of two
  /// shards and their sum, and temporary copies; measured values are 41 (residual blocks) to 300
  /// bytes (recurrent networks).
  static let bytesOfWeight = 40.0

  /// In units of four-byte numbers.
  public var bytes: Double { Self.bytesOfWeight * weights + 4 * activations }

  /// The smallest number of examples of a batch that are processed at once.
  static func examples(_ batchSize: Int) -> Double { Double(min(batchSize, 32)) }
}

/// The weights of a layer between two of these widths.
func product(_ inputs: Int, _ outputs: Int) -> Double { Double(inputs) * Double(outputs) }

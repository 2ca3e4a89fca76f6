/// Numbers that a training holds for the layers whose size a setting decides, from below.
public struct LayerSize: Sendable {
  public var weights: Double
  /// What is kept of the examples of one batch for the gradient.
  public var activations: Double

  public init(weights: Double = 0, activations: Double = 0) {
    self.weights = weights
    self.activations = activations
  }

  /// What a weight takes.
  ///
  /// It and the best so far, two moments of the optimizer, the gradients of two shards and their sum, copies on the way: measured are 41 (residual blocks) to 300 (recurrent networks) bytes.
  static let bytesOfWeight = 40.0

  /// In numbers of four bytes.
  public var bytes: Double { Self.bytesOfWeight * weights + 4 * activations }

  /// Examples of a batch that are in work at once at least, if there are as many.
  static func examples(_ batchSize: Int) -> Double { Double(min(batchSize, 32)) }
}

/// The weights of a layer between two of these widths.
func product(_ inputs: Int, _ outputs: Int) -> Double { Double(inputs) * Double(outputs) }

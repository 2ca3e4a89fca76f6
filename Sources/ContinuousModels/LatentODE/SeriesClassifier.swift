import Platform
import NeuralNets
public import Tensors

/// A recurrent network over irregular times with a head for the class of the whole series.
///
/// With the states `h₊ᵢ` after the rows of a series, the head reads the last one, their mean over
/// the observed rows, and the static covariates: `logits = head([h₊ₙ, mean h₊ᵢ, c])`. Padding and
/// queries leave the state unchanged and do not count in the mean.
/// - Source: Rubanova, Chen and Duvenaud 2019, section 5, who read the last state alone; the mean
///   also represents early rows of long series.
public struct SeriesClassifier: TensorTree {
  /// Reads the series.
  public var network: ODERNN
  /// `[batch, 2 · hidden + covariate]` → `[batch, class]`.
  public var head: LabelHead

  /// - Precondition: the head reads two states of the network at least.
  public init(network: ODERNN, head: LabelHead) {
    precondition(
      head.network.inputCount >= 2 * network.unit.hiddenCount,
      "a head of \(head.network.inputCount) inputs cannot read twice \(network.unit.hiddenCount)")
    self.network = network
    self.head = head
  }

  /// Logits of the classes, `[batch, class]`, and the network's predictions of every row.
  ///
  /// Covariates are `[batch, covariate]`, `nil` if there are none.
  public func callAsFunction(
    _ series: IrregularSeries, covariates: Tensor? = nil
  ) -> (logits: Tensor, expected: ODERNN.Prediction) {
    let expected = network.prediction(series)
    let mask = series.rowMask
    let count = mask.sum([0])
    let mean = (expected.after * mask).sum([0]) / max(count, Tensor.ones(count.shape))
    let last = expected.after.at(series.rowCount - 1)
    let read = [last, mean] + (covariates.map { [$0] } ?? [])
    return (head(concatenate(read, axis: 1)), expected)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("network", &network)
    visitor("head", &head)
  }
}

public import Tensors

/// What a recurrent network is told at a row of a series.
///
/// Values and mask of every channel, and if wanted the time since each was last observed. Where a channel is missing from a
/// row, its value is 0, or imputed.
public struct RowReader: TensorTree {
  /// A guess at a missing value: `δ x_last + (1 − δ) x_mean` with `δ = exp(−softplus(rate) · elapsed)`.
  ///
  /// - Source: Che, Purushotham, Cho, Sontag and Liu 2018, equations 4 and 5.
  public struct Imputation: TensorTree {
    /// `[channel]`, learned.
    public var rate: Tensor
    /// `[channel]`, the mean of the training data; learned from there on.
    public var mean: Tensor

    public init(rate: Tensor, mean: Tensor) {
      self.rate = rate
      self.mean = mean
    }

    public mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("rate", &rate)
      visitor("mean", &mean)
    }
  }

  public var channelCount: Int
  /// Whether it is told the time since each channel was last observed.
  public var readsElapsed: Bool
  public var imputation: Imputation?

  public init(channelCount: Int, readsElapsed: Bool, imputation: Imputation? = nil) {
    self.channelCount = channelCount
    self.readsElapsed = readsElapsed
    self.imputation = imputation
  }

  /// Width of what it gives.
  public var featureCount: Int { (readsElapsed ? 3 : 2) * channelCount }

  /// Features `[…, feature]` of rows whose four tensors are `[…, channel]`; where the mask is 0 a value may be anything.
  public func callAsFunction(
    values: Tensor, mask: Tensor, elapsed: Tensor, previous: Tensor
  ) -> Tensor {
    var guess = Tensor.zeros(values.shape, scalarType: values.scalarType)
    if let imputation {
      let share = exp(-(softplus(imputation.rate) * elapsed))
      guess = imputation.mean + share * (previous - imputation.mean)
    }
    let values = select(mask, values, guess)
    return concatenate([values, mask] + (readsElapsed ? [elapsed] : []), axis: -1)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("imputation", &imputation)
  }
}

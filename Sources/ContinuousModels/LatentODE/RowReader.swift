public import Tensors

/// The inputs of a recurrent network at a row of a series.
///
/// They are values and mask of every channel, and optionally the time since each was last observed.
/// The value of a missing channel is 0, or imputed.
public struct RowReader: TensorTree {
  /// A guess at a missing value: `δ x_last + (1 − δ) x_mean` with `δ = exp(−softplus(rate) · elapsed)`.
  ///
  /// - Source: Che, Purushotham, Cho, Sontag and Liu 2018, equations 4 and 5.
  public struct Imputation: TensorTree {
    /// `[channel]`, learned.
    public var rate: Tensor
    /// `[channel]`, the mean of the training data; learned from there on.
    public var mean: Tensor

    /// A decay with given rates toward given means, both `[channel]`.
    public init(rate: Tensor, mean: Tensor) {
      self.rate = rate
      self.mean = mean
    }

    public mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("rate", &rate)
      visitor("mean", &mean)
    }
  }

  /// The time inputs.
  public enum Timing: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// How long ago each channel was last observed.
    case sinceLast
    /// How long it is to the series' next row, so that the state can tell what will be there.
    case untilNext
  }

  /// The number of channels of a row.
  public var channelCount: Int
  /// What the unit receives about the time of a row.
  public var timing: Timing
  /// What takes the place of missing values; `nil` for 0.
  public var imputation: Imputation?

  /// A reader of rows with the given number of channels.
  public init(channelCount: Int, timing: Timing, imputation: Imputation? = nil) {
    self.channelCount = channelCount
    self.timing = timing
    self.imputation = imputation
  }

  /// Number of output features.
  public var featureCount: Int {
    switch timing {
    case .none: 2 * channelCount
    case .sinceLast: 3 * channelCount
    case .untilNext: 2 * channelCount + 1
    }
  }

  /// Features `[row, batch, feature]` of all rows; where the mask is 0 a value may be anything.
  public func callAsFunction(_ series: IrregularSeries) -> Tensor {
    features(
      values: series.values, mask: series.mask, elapsed: series.elapsed,
      previous: series.previous, gaps: series.gaps)
  }

  /// Features `[batch, feature]` of one row with the given values of all channels.
  func features(of values: Tensor, at row: Int, in series: IrregularSeries) -> Tensor {
    features(
      values: values, mask: .ones(values.shape, scalarType: values.scalarType),
      elapsed: series.elapsed.at(row), previous: series.previous.at(row),
      gaps: series.gaps.at(row))
  }

  private func features(
    values: Tensor, mask: Tensor, elapsed: Tensor, previous: Tensor, gaps: Tensor
  ) -> Tensor {
    var guess = Tensor.zeros(values.shape, scalarType: values.scalarType)
    if let imputation {
      let share = exp(-(softplus(imputation.rate) * elapsed))
      guess = imputation.mean + share * (previous - imputation.mean)
    }
    let parts = [select(mask, values, guess), mask]
    switch timing {
    case .none: return concatenate(parts, axis: -1)
    case .sinceLast: return concatenate(parts + [elapsed], axis: -1)
    case .untilNext: return concatenate(parts + [gaps], axis: -1)
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("imputation", &imputation)
  }
}

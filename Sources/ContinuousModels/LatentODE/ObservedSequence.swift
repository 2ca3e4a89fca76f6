import Platform
public import Tensors

/// The input of an encoder: rows of values at irregular times, for a batch of series.
///
/// Rows are in order of time. A series that is shorter than the others has rows whose mask is 0;
/// they may be anywhere and are ignored.
public struct ObservedSequence: TensorTree {
  /// The features of each row: values, gaps, or others that the encoder was made for.
  ///
  /// `[row, batch, feature]`.
  public var features: Tensor
  /// 1 where the row holds an observation, 0 where it is padding or hidden.
  ///
  /// `[row, batch, 1]`.
  public var mask: Tensor
  /// Time from each row to its series' next row; 0 at the last one, and at rows that are not the series' own.
  ///
  /// `[row, batch, 1]`.
  public var gaps: Tensor

  /// - Precondition: the shapes agree.
  public init(features: Tensor, mask: Tensor, gaps: Tensor) {
    precondition(
      features.rank == 3 && mask.shape == Array(features.shape.prefix(2)) + [1]
        && gaps.shape == mask.shape,
      "observations need features [row, batch, feature], mask and gaps [row, batch, 1], got "
        + "\(features.shape), \(mask.shape), \(gaps.shape)")
    self.features = features
    self.mask = mask
    self.gaps = gaps
  }

  /// The number of rows.
  public var rowCount: Int { features.shape[0] }
  /// The number of series.
  public var batchCount: Int { features.shape[1] }
  /// The number of features of a row.
  public var featureCount: Int { features.shape[2] }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("features", &features)
    visitor("mask", &mask)
    visitor("gaps", &gaps)
  }
}

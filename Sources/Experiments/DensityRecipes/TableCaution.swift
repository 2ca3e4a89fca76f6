/// What makes a density of a table hard to learn or to read, though it can be trained.
package enum TableCaution: Hashable, Sendable {
  /// Rows that were left out for an empty cell.
  case incompleteRows(Int)
  /// A column of few different values, whose density is a comb of spikes.
  case fewValues(column: String, count: Int)
  /// A column whose standard deviation is that of a few far values.
  case outliers(column: String, middle: ClosedRange<Double>, farthest: Double)

  package var sentence: String {
    switch self {
    case .incompleteRows(let count): "\(count) rows with an empty cell were left out"
    case .fewValues(let column, let count):
      "column '\(column)' has only \(count) different values: a density makes spikes of them, and "
        + "its nats depend on how sharp the spikes are"
    case .outliers(let column, let middle, let farthest):
      "half of column '\(column)' is within \(Figure(middle.lowerBound)) to "
        + "\(Figure(middle.upperBound)), but it reaches \(Figure(farthest)): remove the outliers or "
        + "take logarithms, or the middle is one point to the model"
    }
  }
}

extension PointTable {
  /// What a reader of the table's density should know.
  package var cautions: [TableCaution] {
    var found: [TableCaution] = []
    if incompleteRows > 0 { found.append(.incompleteRows(incompleteRows)) }
    let deviations = normalization.deviations
    for (place, name) in columns.enumerated() {
      let values = column(place).sorted()
      let distinct = zip(values, values.dropFirst()).reduce(1) { $0 + ($1.0 == $1.1 ? 0 : 1) }
      if distinct * 20 < count { found.append(.fewValues(column: name, count: distinct)) }
      let middle = values[count / 4]...values[count - 1 - count / 4]
      let width = middle.upperBound - middle.lowerBound
      if width > 0, deviations[place] > 20 * width {
        let (low, high) = (values[0], values[count - 1])
        let center = (middle.lowerBound + middle.upperBound) / 2
        found.append(
          .outliers(
            column: name, middle: middle, farthest: high - center > center - low ? high : low))
      }
    }
    return found
  }
}

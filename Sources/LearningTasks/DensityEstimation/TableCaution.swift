import TimeSeries
import Reports

/// A property of a table that makes its density hard to learn or to interpret.
package enum TableCaution: Hashable, Sendable {
  /// The number of skipped rows with an empty cell.
  case incompleteRows(Int)
  /// A column of few distinct values, whose density is a comb of spikes.
  case fewValues(column: String, count: Int)
  /// A column whose standard deviation is dominated by a few extreme values.
  case outliers(column: String, middle: ClosedRange<Double>, farthest: Double)
  /// A column that others determine almost exactly, and its remaining fraction of variance.
  case nearlyDependent(column: String, on: [String], part: Double)

  package var sentence: String {
    switch self {
    case .incompleteRows(let count):
      "\(count) \(count == 1 ? "row with an empty cell was" : "rows with an empty cell were") left out"
    case .nearlyDependent(let column, let others, let part):
      "column '\(column)' nearly follows from \(others.map { "'\($0)'" }.joined(separator: ", ")) ("
        + "\(Figure(part)) of its variance is independent): the density is nearly singular, and its nats mainly measure that part; "
        + "leave a column out with --set data.columns, or replace it by a difference"
    case .fewValues(let column, let count):
      "column '\(column)' has only \(count) distinct values: a density has spikes there, and "
        + "its nats depend on their width"
    case .outliers(let column, let middle, let farthest):
      "half of column '\(column)' is within \(Figure(middle.lowerBound)) to "
        + "\(Figure(middle.upperBound)), but it reaches \(Figure(farthest)): remove the outliers or "
        + "take logarithms, otherwise the model does not resolve the middle"
    }
  }
}

extension PointTable {
  /// The cautions about a table.
  package var cautions: [TableCaution] {
    var found: [TableCaution] = []
    if incompleteRows > 0 { found.append(.incompleteRows(incompleteRows)) }
    let normalization = normalization
    let deviations = normalization.deviations
    if let near = GaussianBaseline(normalized(normalization)).nearDependence(below: 1e-3) {
      found.append(
        .nearlyDependent(
          column: columns[near.column], on: near.on.map { columns[$0] }, part: near.part))
    }
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

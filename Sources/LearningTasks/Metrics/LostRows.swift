/// Rows of an evaluation for which a model gives no finite number: they lie far from all of its training.
///
/// Figures are those of the other rows.
public struct LostRows: Hashable, Sendable {
  public var count: Int
  /// Rows, lost ones among them.
  public var all: Int
  /// What the rows are: `row`, `series`.
  public var noun = "row"

  public init(_ isFinite: [Bool], noun: String = "row") {
    count = isFinite.count { !$0 }
    all = isFinite.count
    self.noun = noun
  }

  /// Whether no row is left to measure.
  public var isTotal: Bool { count == all && all > 0 }

  /// What a reader should be told; nil: no row is lost.
  public var sentence: String? {
    let nouns = noun == "row" ? "rows" : noun
    let place = "so far from those of the training that the model gives no finite number there"
    if count == 0 { return nil }
    if isTotal { return "all \(all) \(nouns) lie \(place); check columns and units" }
    return
      "\(count) of \(all) \(nouns) \(count == 1 ? "lies" : "lie") \(place); the figures are those of the others"
  }
}

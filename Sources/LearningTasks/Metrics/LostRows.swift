/// Rows of an evaluation without a finite result, because they are far from all
/// training data.
///
/// Figures are those of the other rows.
public struct LostRows: Hashable, Sendable {
  public var count: Int
  /// All rows, including lost ones.
  public var all: Int
  /// The noun for the rows: `row`, `series`.
  public var noun = "row"

  /// Counts the rows whose results are not finite; `noun` is used in messages.
  public init(_ isFinite: [Bool], noun: String = "row") {
    count = isFinite.count { !$0 }
    all = isFinite.count
    self.noun = noun
  }

  /// Whether every row is lost.
  public var isTotal: Bool { count == all && all > 0 }

  /// The warning; `nil` if no row is lost.
  public var sentence: String? {
    let nouns = noun == "row" ? "rows" : noun
    let place = "too far from the training data for a finite result"
    if count == 0 { return nil }
    if isTotal { return "all \(all) \(nouns) are \(place); check columns and units" }
    return
      "\(count) of \(all) \(nouns) \(count == 1 ? "is" : "are") \(place); the figures omit them"
  }
}

/// The candidate that someone who wrote `word` most likely meant, or nil if none is near.
///
/// Near: a common beginning, or at most one edit for every three characters (and always one). An edit inserts,
/// deletes or replaces a character, or swaps two neighbours (optimal string alignment distance).
func suggestion(for word: String, among candidates: [String]) -> String? {
  let word = word.lowercased()
  if word.count >= 3, let longer = candidates.first(where: { $0.lowercased().hasPrefix(word) }) {
    return longer
  }
  let scored = candidates.map { ($0, editDistance(Array(word), Array($0.lowercased()))) }
  guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3) else {
    return nil
  }
  return best.0
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var row = [i + 1]
    for (j, y) in b.enumerated() {
      var cost = min(last[j] + (x == y ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}

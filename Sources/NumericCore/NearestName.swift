/// The candidate closest to a misspelled word; `nil` if none is close.
///
/// A candidate is close if one of the two, of three characters or more, is a prefix of the other,
/// or if there is at most one edit for every three characters (one is always allowed). An edit
/// inserts, deletes or replaces a character, or swaps two neighbours (optimal string alignment
/// distance). Case is ignored.
package func nearestName(to word: String, among candidates: [String]) -> String? {
  let word = word.lowercased()
  let akin = candidates.first { candidate in
    let candidate = candidate.lowercased()
    return min(word.count, candidate.count) >= 3
      && (candidate.hasPrefix(word) || word.hasPrefix(candidate))
  }
  if let akin { return akin }
  let scored = candidates.map { ($0, editDistance(Array(word), Array($0.lowercased()))) }
  guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3),
    best.1 < word.count
  else { return nil }
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

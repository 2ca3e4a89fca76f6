import NumericCore

/// The candidate that someone who wrote `word` most likely meant, or nil if none is near.
func suggestion(for word: String, among candidates: [String]) -> String? {
  nearestName(to: word, among: candidates)
}

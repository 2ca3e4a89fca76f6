import Reports

extension Report {
  /// What is odd about the data of a training; nothing if nothing is.
  mutating func dataWarnings(_ warnings: [String]) {
    if warnings.isEmpty { return }
    section("Odd about the data") { $0.list(warnings) }
  }
}

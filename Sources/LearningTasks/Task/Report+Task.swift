import Reports

extension Report {
  /// A section of data warnings; none without warnings.
  mutating func dataWarnings(_ warnings: [String]) {
    if warnings.isEmpty { return }
    section("Odd about the data") { $0.list(warnings) }
  }
}

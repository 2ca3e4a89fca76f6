/// One claim of a paper, measured: the paper's figure beside ours, and whether ours is good enough.
package struct Claim: Hashable, Sendable {
  /// What is measured and in which unit, as a line of a table: "moons, test NLL (nats)".
  package var claim: String
  /// The figure as printed in the paper; nil where it prints none.
  package var paper: String?
  /// Our figure.
  package var ours: Double
  package var threshold: Threshold
  /// Wall time that this figure took, training included; `nil` for that of the whole experiment.
  package var seconds: Double?

  package init(
    _ claim: String, paper: String? = nil, ours: Double, threshold: Threshold,
    seconds: Double? = nil
  ) {
    self.claim = claim
    self.paper = paper
    self.ours = ours
    self.threshold = threshold
    self.seconds = seconds
  }

  package var passed: Bool { threshold.allows(ours) }
}

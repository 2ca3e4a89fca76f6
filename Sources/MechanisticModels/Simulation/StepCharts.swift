import Integrators
import Reports

/// Charts of the steps that a solve has tried: their sizes and their estimated errors.
struct StepCharts {
  private let accepted: [StepTrial]
  private let rejected: [StepTrial]

  /// Points of a line, and of rejected steps: a page does not grow with the number of steps.
  static let pointLimit = 800

  init(_ steps: [StepTrial]) {
    accepted = steps.filter(\.isAccepted)
    rejected = steps.filter { !$0.isAccepted }
  }

  /// Sizes over time, and the estimated error of each step as a part of what the tolerance allows.
  var charts: [Chart] {
    guard accepted.count > 2 else { return [] }
    return [sizes] + (errors.map { [$0] } ?? [])
  }

  private var sizes: Chart {
    chart("Step sizes", "h", caption: count) { $0.size.magnitude }
  }

  private var errors: Chart? {
    guard accepted.contains(where: { ($0.error ?? 0) > 0 }) else { return nil }
    var chart = chart(
      "Estimated errors", "error / tolerance",
      caption: "Of each step; above 1 a step is rejected and tried again with a smaller size."
    ) { $0.error ?? .nan }
    chart.marks.append(Mark(.horizontalRule(1), color: .muted, emphasis: .dashed))
    return chart
  }

  private var count: String {
    accepted.count > Self.pointLimit
      ? "The smallest and the largest of each group of \(Self.groupSize(accepted.count)) steps."
      : ""
  }

  private func chart(
    _ title: String, _ name: String, caption: String, value: (StepTrial) -> Double
  ) -> Chart {
    let line = Self.thinned(points(accepted, value))
    var marks = [Mark.line("accepted", x: line.map(\.x), y: line.map(\.y))]
    let tries = Self.thinned(points(rejected, value))
    if !tries.isEmpty {
      marks.append(.points("rejected", x: tries.map(\.x), y: tries.map(\.y), color: .second))
    }
    return Chart(
      title, x: Axis("t"), y: Axis(name, scale: .logarithmic), width: .half, height: 240,
      caption: caption, marks: marks)
  }

  /// A logarithmic axis has positive numbers only.
  private func points(
    _ steps: [StepTrial], _ value: (StepTrial) -> Double
  ) -> [(x: Double, y: Double)] {
    steps.map { (x: $0.time + 0.5 * $0.size, y: value($0)) }.filter { $0.y > 0 && $0.y.isFinite }
  }

  private static func groupSize(_ count: Int) -> Int { (2 * count + pointLimit - 1) / pointLimit }

  /// The smallest and the largest value of each group of neighbours.
  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    if points.count <= pointLimit { return points }
    let size = groupSize(points.count)
    return stride(from: 0, to: points.count, by: size).flatMap { start in
      let group = points[start..<min(start + size, points.count)]
      let ends = [group.min { $0.y < $1.y }, group.max { $0.y < $1.y }].compactMap { $0 }
      return ends.sorted { $0.x < $1.x }
    }
  }
}

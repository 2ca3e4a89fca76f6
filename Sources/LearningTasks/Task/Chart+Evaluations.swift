import Reports
import Training

extension Chart {
  /// Evaluations of the field per gradient over the training; `nil` if nothing was solved.
  static func evaluations(of history: [StepRecord], width: Width = .half) -> Chart? {
    let records = history.filter { $0.auxiliary("forwardEvaluations") != nil }
    if records.isEmpty { return nil }
    func line(_ title: String, _ name: String, _ color: SeriesColor) -> Mark {
      .line(
        title, x: records.map { Double($0.step) }, y: records.map { $0.auxiliary(name) ?? .nan },
        color: color)
    }
    return Chart(
      "Evaluations of the field", x: Axis("step"), y: Axis("evaluations a row"), width: width,
      caption: "Forward: of the field. Backward: products with its Jacobian.",
      marks: [
        line("forward", "forwardEvaluations", .first),
        line("backward", "backwardEvaluations", .second),
      ])
  }
}

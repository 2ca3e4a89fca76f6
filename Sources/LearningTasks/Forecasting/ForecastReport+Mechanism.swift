import Serialization
import Reports
import MechanisticModels

// The parameters that a GOKU-net inferred.
extension ForecastReport {
  func parameters(_ inferred: InferredParameters, _ section: inout ReportSection) {
    section.text(
      "Parameters of the known equations as the model infers them from each series. The standard deviation is that of "
        + "the posterior of one window, together with the differences between windows; all series are in "
        + "parameters.csv.")
    section.parameters(inferred, part: "test", caption: "Series of the test part.")
  }

  func mechanismSettings(_ law: MechanismForecaster, _ section: inout ReportSection) {
    section.formula(
      .row(
        .name("z").sub(.number("0")), .sign(","), .name("θ"), .sign("∼"), .name("q"),
        .words(" (GRUs, both ways),  "), .fraction(.name("dz"), .name("dt")), .sign("="),
        .call("f", .name("z; θ")), .words(",  "), .name("x(t)"), .sign("∼"),
        .call("N", .name("g(z)"), .name("σ²"))))
    let parameters = law.model.law
    func list(_ role: EquationMechanism.Role) -> String {
      let names = parameters.names(role)
      return names.isEmpty ? "none" : names.prefix(12).joined(separator: ", ")
    }
    section.text(
      "The equations are known. Inferred from each series: \(list(.own)), and the initial state; shared by all series: "
        + "\(list(.shared)); given: \(list(.known)). \(outcome.parameterCount) numbers are learned; best of "
        + "\(data.recipe.validations) validations.")
    section.code(parameters.system.text)
    section.code(data.recipe.json.text(indented: true))
  }
}

extension ReportSection {
  /// A table of inferred parameters, and a chart of each over the series.
  mutating func parameters(
    _ inferred: InferredParameters, part: String = "", caption: String = ""
  ) {
    // An experiment is one window.
    let width = InferredParameters.header.count - (part.isEmpty ? 1 : 0)
    let rows = inferred.rows(of: part).map { $0.prefix(width).map { Table.Cell($0) } }
    table(Table(Array(InferredParameters.header.prefix(width)), rows: rows, caption: caption))
    let own = inferred.lines.filter { !$0.isShared }
    for name in Set(own.map(\.parameter)).sorted().prefix(8) {
      let lines = own.filter { $0.parameter == name }
      let places = lines.indices.map(Double.init)
      chart(
        Chart(
          name, x: Axis("series, in the order of the file"), y: Axis(name), width: .half,
          height: 220,
          marks: [
            .band(
              "± 1 sd", x: places, low: lines.map { $0.mean - $0.deviation },
              high: lines.map { $0.mean + $0.deviation }),
            .points("mean", x: places, y: lines.map(\.mean)),
          ]))
    }
  }
}

import Platform
import NumericCore
public import Reports

/// What a report of a fit shows: estimates, data with curves and bands, residuals, profiles, correlations and the starts.
public struct FitPage: Sendable {
  /// The fit that the page shows.
  public var fit: ParameterFit
  public var result: FitResult
  /// The file of the data.
  public var source: String
  /// The unit of the time, where there is one.
  public var timeUnit: String
  /// Remarks about the fit, one sentence each.
  public var remarks: [String]

  /// Charts of data and of profiles beyond these are left out.
  private static let chartLimit = 60

  /// A page of a fit and its result.
  public init(
    _ fit: ParameterFit, _ result: FitResult, source: String = "", timeUnit: String = "",
    remarks: [String] = []
  ) {
    self.fit = fit
    self.result = result
    self.source = source
    self.timeUnit = timeUnit
    self.remarks = remarks
  }

  /// The page.
  public func report() -> Report {
    let name = String(fit.system.name.split(separator: "/").last ?? "")
    let title = fit.system.title.isEmpty ? "Parameter estimates" : fit.system.title
    var report = Report(
      title: name, subtitle: source.isEmpty ? title : "\(title); data: \(source)")
    report.section("Result") { section in
      section.facts(facts)
      section.list(remarks)
      section.table(
        estimates(
          result.estimates, "The 95 % intervals are those of the profile where there is one."))
      if !result.derived.isEmpty {
        section.heading("Quantities that follow from the parameters")
        section.table(estimates(result.derived, ""))
      }
      section.heading("Noise")
      section.table(noiseTable)
    }
    report.section("Data and curves") { section in
      for chart in dataCharts { section.chart(chart) }
      let left = result.curves.count - Self.chartLimit
      if left > 0 { section.text("\(left) further curves are not shown.") }
    }
    report.section("Residuals") { section in
      for chart in residualCharts { section.chart(chart) }
    }
    let profiles = profileCharts
    if !profiles.isEmpty {
      report.section("Profiles") { section in
        section.text(
          "How far twice the log-likelihood drops when one value is given and all others are fitted; the dashed line is the "
            + "threshold of the 95 % interval.")
        for chart in profiles { section.chart(chart) }
      }
    }
    if let correlations {
      report.section("Correlations") { $0.chart(correlations) }
    }
    report.section("Starts") { section in
      section.chart(waterfall)
      if result.optima.count > 1 { section.table(optimaTable) }
    }
    report.section("Equations") { $0.code(fit.system.text) }
    return report
  }

  // MARK: Result

  private var facts: [ReportSection.Fact] {
    let count = Double(result.measurementCount)
    let unknowns = Double(
      result.estimates.count + result.noises.reduce(0) { $0 + $1.estimatedSizes(in: result) })
    let aic = 2 * unknowns - 2 * result.logLikelihood
    let bic = unknowns * .logarithm(count) - 2 * result.logLikelihood
    return [
      .init("Status", result.isTrustworthy ? "trusted" : "not trusted"),
      .init(
        "Measurements", "\(result.measurementCount)",
        note: result.experimentCount > 1 ? "\(result.experimentCount) experiments" : ""),
      .init("Log-likelihood", "\(Figure(result.logLikelihood))"),
      .init("AIC", "\(Figure(aic))", note: "BIC \(Figure(bic))"),
      .init("Starts", "\(result.agreeingStarts) of \(result.starts)", note: "ended here"),
    ]
  }

  /// What stands in brackets in the comment at a name.
  private func unit(of name: String) -> String {
    let plain = String(name.prefix { $0 != "[" })
    let note =
      fit.system.parameters.first { $0.name == plain }?.note
      ?? fit.system.states.first { "\($0.name)(0)" == plain }?.note
      ?? fit.system.intermediates.first { $0.name == plain }?.note ?? ""
    guard let open = note.firstIndex(of: "["), let close = note[open...].firstIndex(of: "]") else {
      return ""
    }
    return String(note[note.index(after: open)..<close])
  }

  private func estimates(_ estimates: [FitResult.Estimate], _ caption: String) -> Table {
    let units = estimates.map { unit(of: $0.name) }
    let hasUnits = units.contains { !$0.isEmpty }
    return Table(
      ["name", "value"] + (hasUnits ? ["unit"] : []) + [
        "standard error", "95 % Laplace", "95 % profile",
      ],
      rows: zip(estimates, units).map { estimate, unit in
        [.init(estimate.name), .init("\(Figure(estimate.value))")]
          + (hasUnits ? [.init(unit)] : []) + [
            .init(estimate.standardError.map { "\(Figure($0))" } ?? "–"),
            .init(
              estimate.laplace.map { "\(Figure($0.lowerBound)) … \(Figure($0.upperBound))" } ?? "–"),
            .init(estimate.profile.map { $0.text } ?? "–"),
          ]
      }, caption: caption)
  }

  private var noiseTable: Table {
    Table(
      ["observable", "noise", "size", "measurements", "censored"],
      rows: result.noises.map { noise in
        [
          .init(noise.observable), .init(noise.noise.rawValue),
          .init(
            noise.noise.argumentNames.compactMap { name in
              noise.sizes[name].map { "\(name) \(Figure($0))" }
            }.joined(separator: ", ")), .init("\(noise.measurements)"), .init("\(noise.censored)"),
        ]
      })
  }

  // MARK: Curves

  private var time: Axis { Axis("t", unit: timeUnit) }

  private var dataCharts: [Chart] {
    result.curves.prefix(Self.chartLimit).map { $0.chart(time, unit: unit(of: $0.observable)) }
  }

  // MARK: Residuals

  private var residualCharts: [Chart] {
    result.noises.flatMap { noise -> [Chart] in
      let points = result.curves.filter { $0.observable == noise.observable }.flatMap(\.points)
        .filter { $0.residual != nil }
      guard points.count > 1 else { return [] }
      let residuals = points.compactMap(\.residual)
      let zero = Mark(.horizontalRule(0), color: .muted, emphasis: .dashed)
      let axis = Axis("residual / its deviation")
      let sorted = residuals.sorted()
      let normal = sorted.indices.map {
        normalQuantile((Double($0) + 0.5) / Double(sorted.count))
      }
      let ends = [min(normal[0], sorted[0]), max(normal.last ?? 0, sorted.last ?? 0)]
      return [
        Chart(
          "\(noise.observable) over time", x: time, y: axis, width: .third, height: 220,
          marks: [zero, .points(x: points.map(\.time), y: residuals)]),
        Chart(
          "\(noise.observable) over the fitted value", x: Axis("fitted"), y: axis, width: .third,
          height: 220, marks: [zero, .points(x: points.map(\.fitted), y: residuals)]),
        Chart(
          "\(noise.observable), normal quantiles", x: Axis("normal quantile"), y: axis,
          width: .third, height: 220,
          marks: [
            .line(x: ends, y: ends, color: .muted, emphasis: .dashed),
            .points(x: normal, y: sorted),
          ]),
      ]
    }
  }

  // MARK: Profiles, correlations, starts

  private var profileCharts: [Chart] {
    (result.estimates + result.derived).compactMap { estimate -> Chart? in
      guard let curve = estimate.profile?.curve, curve.count > 2 else { return nil }
      let values = curve.map(\.value)
      let isWide = values.allSatisfy { $0 > 0 } && (values.last ?? 0) > 30 * (values.first ?? 1)
      let ceiling = 2 * result.profileThreshold
      let shown = curve.filter { $0.drop.isFinite && $0.drop <= ceiling }
      return Chart(
        estimate.name,
        x: Axis(
          estimate.name, unit: unit(of: estimate.name), scale: isWide ? .logarithmic : .linear),
        y: Axis("drop"), width: .third, height: 200,
        marks: [
          Mark(.horizontalRule(result.profileThreshold), color: .muted, emphasis: .dashed),
          Mark(.verticalRule(estimate.value), color: .muted, emphasis: .faint),
          .line(x: shown.map(\.value), y: shown.map(\.drop)),
          .points(x: shown.map(\.value), y: shown.map(\.drop)),
        ])
    }.prefix(Self.chartLimit).map { $0 }
  }

  private var correlations: Chart? {
    let names = result.estimates.map(\.name)
    guard names.count > 1, names.count <= 60, result.correlations.count == names.count else {
      return nil
    }
    // The first row of a heat map is at the bottom; each cell is a block, for pictures are smoothed.
    let block = 24
    let values = result.correlations.reversed().flatMap { row in
      [[Double]](
        repeating: row.flatMap { [Double](repeating: $0 ?? .nan, count: block) }, count: block)
    }
    let edge = Double(names.count)
    return Chart(
      "Correlations of the estimates",
      x: Axis(range: -0.5...edge - 0.5, ticks: names.enumerated().map { .init(Double($0), $1) }),
      y: Axis(
        range: -0.5...edge - 0.5,
        ticks: names.reversed().enumerated().map { .init(Double($0), $1) }),
      width: names.count > 8 ? .full : .half, height: nil,
      caption: "By the curvature at the optimum; blank where the data do not determine a value.",
      marks: [
        Mark(.heatMap(values: values, x: -0.5...edge - 0.5, y: -0.5...edge - 0.5, .diverging))
      ])
  }

  /// How far the ends of the searches lie above the best one.
  private var waterfall: Chart {
    let best = result.searches.map(\.objective).min() ?? 0
    let sorted = result.searches.sorted { $0.objective < $1.objective }
    let ranks = sorted.indices.map { Double($0 + 1) }
    // A logarithmic axis has no zero.
    let heights = sorted.map { max($0.objective - best, 1e-6) }
    return Chart(
      "Ends of the searches", x: Axis("rank"),
      y: Axis("objective above the best", scale: .logarithmic), width: .half, height: 220,
      caption: "Differences below 1e-6 are shown as 1e-6.",
      marks: [.line(x: ranks, y: heights, color: .muted), .points(x: ranks, y: heights)])
  }

  private var optimaTable: Table {
    Table(
      result.estimates.map(\.name) + ["objective above the best"],
      rows: result.optima.map { optimum in
        optimum.values.map { .init("\(Figure($0))") }
          + [.init("\(Figure(optimum.objectiveDifference))")]
      }, caption: "Optima that the data do not distinguish.")
  }
}

extension FitNoise {
  /// Sizes that the data gave and that are no estimates of their own.
  func estimatedSizes(in result: FitResult) -> Int {
    sizes.keys.count { name in
      !result.estimates.contains { $0.name == "\(name)(\(observable))" }
    }
  }
}

extension FitResult.Profile {
  /// Both ends for a reader.
  public var text: String {
    switch (lower, upper) {
    case (.bound(let lower), .bound(let upper)): "\(Figure(lower)) … \(Figure(upper))"
    case (.bound(let lower), _): "≥ \(Figure(lower))"
    case (_, .bound(let upper)): "≤ \(Figure(upper))"
    case (.open, .open): "open"
    default: "not known"
    }
  }
}

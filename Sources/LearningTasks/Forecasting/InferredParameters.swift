package import Serialization
import NumericCore
import Reports
import Tables
import TimeSeries
import MechanisticModels

/// The parameters that a GOKU-net infers for each series.
public struct InferredParameters: Sendable {
  /// One parameter of one series.
  public struct Line: Hashable, Sendable {
    /// The id of the series.
    public var series: String
    /// `training`, `validation`, `test`, or empty for data without parts.
    public var part: String
    /// The name of the parameter.
    public var parameter: String
    /// Whether all series share the parameter.
    public var isShared: Bool
    /// Mean over draws from the posteriors of the series' windows.
    public var mean: Double
    /// Deviation over draws of a window and differences between windows together.
    public var deviation: Double
    /// The number of windows that the figures are averaged over.
    public var windows: Int
  }

  /// The figures, series by series.
  public var lines: [Line]

  /// Figures of given lines.
  public init(lines: [Line]) { self.lines = lines }

  /// The posteriors over windows of some series; known parameters are omitted.
  init(
    _ forecaster: MechanismForecaster, windows: [(part: String, windows: [Window])], history: Double
  ) {
    lines = []
    for (part, windows) in windows {
      var order: [String] = []
      var members: [String: [Window]] = [:]
      for window in windows {
        let id = window.history.id
        if members[id] == nil { order.append(id) }
        members[id, default: []].append(window)
      }
      for id in order {
        let all = members[id] ?? []
        let every = max(1, all.count / Self.windowLimit)
        let chosen = stride(from: 0, to: all.count, by: every).map { all[$0] }
        add(id, part, chosen.map { SeriesExample(forecasting: $0, history: history) }, forecaster)
      }
    }
  }

  /// The posteriors over examples, one per series.
  init(_ forecaster: MechanismForecaster, count: Int, example: (Int) throws -> SeriesExample)
    rethrows
  {
    lines = []
    for number in 0..<count {
      let example = try example(number)
      add(example.visible.id, "", [example], forecaster)
    }
  }

  private static let windowLimit = 32

  private mutating func add(
    _ id: String, _ part: String, _ examples: [SeriesExample], _ forecaster: MechanismForecaster
  ) {
    let found = forecaster.parameters(of: examples)
    let count = Double(found.count)
    let law = forecaster.model.law
    for (place, parameter) in law.parameters.enumerated()
    where parameter.role != .known && law.system.parameters[place].weightDeviation == nil {
      let means = found.map { $0.means[place] }
      let mean = means.reduce(0, +) / count
      let within = found.reduce(0) { $0 + $1.deviations[place] * $1.deviations[place] } / count
      let between = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      lines.append(
        Line(
          series: id, part: part, parameter: parameter.name, isShared: parameter.role == .shared,
          mean: mean, deviation: (within + between).squareRoot(), windows: found.count))
    }
  }

  /// The header of the table.
  public static let header = ["series", "parameter", "mean", "sd", "windows"]

  /// Rows of a table, the first 40 of a part; shared parameters once, for the series `all`.
  public func rows(of part: String, limit: Int = 40) -> [[String]] {
    var seen: Set<String> = []
    let chosen = lines.filter { line in
      line.part == part && (!line.isShared || seen.insert(line.parameter).inserted)
    }
    return chosen.prefix(limit).map { line in
      [
        line.isShared ? "all" : line.series, line.parameter, NumberText.significant(line.mean, 4),
        line.isShared ? "–" : NumberText.significant(line.deviation, 2),
        line.isShared ? "–" : String(line.windows),
      ]
    }
  }

  /// `id,part,parameter,mean,sd,windows`, every line.
  public var csv: String {
    "id,part,parameter,mean,sd,windows\n"
      + lines.map { line in
        [
          csvCell(line.series), line.part, line.parameter, csvCell(line.mean),
          csvCell(line.deviation), String(line.windows),
        ].joined(separator: ",") + "\n"
      }.joined()
  }

  package var json: JSONValue {
    .array(
      lines.map { line in
        [
          "series": .string(line.series), "part": .string(line.part),
          "parameter": .string(line.parameter), "shared": .bool(line.isShared),
          "mean": .number(line.mean), "sd": .number(line.deviation),
          "windows": JSONValue(line.windows),
        ]
      })
  }
}

extension ForecastData {
  /// The inferred parameters of every series of the data.
  func inferredParameters(by forecaster: SeriesForecaster) -> InferredParameters? {
    guard case .law(let law) = forecaster.network else { return nil }
    let parts = [("training", Part.training), ("validation", .validation), ("test", .test)]
    return InferredParameters(
      law, windows: parts.map { ($0.0, windows(of: $0.1)) }, history: plan.history)
  }
}

extension Forecaster {
  /// The inferred parameters of every series of the data; `nil` for another model.
  public func inferredParameters(of data: ForecastData) -> InferredParameters? {
    data.inferredParameters(by: forecaster)
  }
}

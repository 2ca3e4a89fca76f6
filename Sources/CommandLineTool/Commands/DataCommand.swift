import Serialization
import NumericCore
import TimeSeries
import Tables
import BundledData
import Reports
import ArgumentParsing

/// `neural-ode data`: the bundled data sets, and a summary of a user's file.
struct DataCommand: Command {
  static let page = CommandPage(
    verb: "data",
    summary: "Lists the bundled data sets, prints one, or checks a file of yours.",
    discussion:
      "Without a name, every bundled file with its licence and source. With a name, the file's "
      + "text. With --check, the name is a CSV file of yours (or a bundled one), wide (time,x1,x2) or long "
      + "(id,time,channel,value), plain or gzip, its cells separated by commas, semicolons (with decimal commas), tabs or "
      + "bars: what it holds is shown, or what is wrong with it.",
    examples: ["data", "data co2.csv", "data --check my.csv --window 6"])

  @Argument(value: "file", help: "A bundled file's name, or with --check a path.")
  var name: String?
  @Flag(help: "Reads the file as a series of measurements and shows what it holds.") var check
  @Option(help: "With --check: the length of a window that must fit in every series.")
  var window: Double?
  @Option(value: "name", help: "With --check: the column of times.") var time: String?
  @Option(value: "name", help: "With --check: the column of series ids.") var id: String?
  @Option(help: "With --check: the channels to look at.") var channels: NameList?
  @Option(help: "With --check: words that mean a missing value.") var missing: NameList?
  @Option(help: "With --check: what is done with several rows at one time.")
  var duplicates: TimeSeriesOptions.Duplicates?
  @Option(help: "With --check: the order of day and month in dates such as 5/4/2024.") var dates:
    DateOrder?

  func validate() throws(UsageError) {
    if check && name == nil {
      throw .combination("--check needs a file", fix: "write its path")
    }
    if window != nil && !check {
      throw .combination("--window needs --check", fix: "add --check")
    }
  }

  func run(_ console: Console) throws {
    guard let name else {
      console.table(
        ["name", "licence", "source", "what"],
        BundledData.entries.map { [$0.name, $0.licence, $0.source, $0.summary] })
      console.emit(.array(BundledData.entries.map(description)))
      return
    }
    if check {
      var options = TimeSeriesOptions(
        timeColumn: time, idColumn: id, channels: channels?.names,
        duplicates: duplicates ?? .refuse, missing: missing?.names ?? [])
      options.dates = dates
      options.findsAttributes = channels == nil
      let file = try TimeSeriesFile.named(name, options)
      try show(channels == nil ? file.separatingConstants(except: []) : file, console)
      return
    }
    let contents = try BundledData.contents(of: name)
    console.print(String(decoding: contents, as: UTF8.self).trimmingNewline)
    if let entry = BundledData.entries.first(where: { $0.name == name }) {
      console.emit(description(entry))
    }
  }

  private func show(_ file: TimeSeriesFile, _ console: Console) throws {
    for warning in file.warnings { console.note("warning: " + warning.sentence) }
    try file.validate()
    if let window {
      let plan = WindowPlan(history: window, future: 0, stride: window, tolerance: 0)
      for series in file.series { try plan.validate(series, source: file.source) }
    }
    let summary = SeriesSummary(of: file)
    let unit = file.axis == .number ? "" : " hours"
    let leftOut = summary.leftOut > 0 ? " (\(summary.leftOut) of one row left out)" : ""
    console.print("series \(summary.series)\(leftOut), rows \(summary.rows)")
    console.print("times  \(summary.start) to \(summary.end)")
    console.print(
      "steps  median \(NumberText.significant(summary.medianStep, 4))\(unit), "
        + "longest gap \(NumberText.significant(summary.longestGap, 4))\(unit)")
    console.print()
    console.table(
      ["channel", "observed", "missing", "minimum", "mean", "maximum", "longest gap"],
      summary.channels.map { channel in
        let moments = [channel.minimum, channel.mean, channel.maximum, channel.longestGap]
        return [channel.name, "\(channel.observed)", "\(channel.missing)"]
          + moments.map { NumberText.significant($0, 4) }
      })
    if !file.attributes.isEmpty {
      console.print()
      console.table(
        ["one value a series", "series with it", "values"],
        file.attributes.map { [$0.name, "\($0.texts.count { !$0.isEmpty })", values($0)] })
    }
    console.emit(document(summary, file))
  }

  /// The distinct texts; the first six of many.
  private func values(_ attribute: SeriesAttribute) -> String {
    let all = Set(attribute.texts.filter { !$0.isEmpty }).sorted()
    return all.prefix(6).joined(separator: ", ") + (all.count > 6 ? ", … (\(all.count))" : "")
  }

  private func document(_ summary: SeriesSummary, _ file: TimeSeriesFile) -> JSONValue {
    let channels = summary.channels.map { channel -> JSONValue in
      [
        "name": .string(channel.name), "observed": .number(Double(channel.observed)),
        "missing": .number(Double(channel.missing)), "minimum": .number(channel.minimum),
        "mean": .number(channel.mean), "maximum": .number(channel.maximum),
        "longestGap": .number(channel.longestGap),
      ]
    }
    return [
      "series": .number(Double(summary.series)), "leftOut": JSONValue(summary.leftOut),
      "rows": .number(Double(summary.rows)),
      "start": .string(summary.start), "end": .string(summary.end),
      "medianStep": .number(summary.medianStep), "longestGap": .number(summary.longestGap),
      "channels": .array(channels), "attributes": JSONValue(file.attributes.map(\.name)),
      "warnings": JSONValue(file.warnings.map(\.sentence)),
    ]
  }

  private func description(_ entry: BundledData.Entry) -> JSONValue {
    [
      "name": .string(entry.name), "summary": .string(entry.summary),
      "licence": .string(entry.licence), "source": .string(entry.source),
    ]
  }
}

extension String {
  /// The text without one newline at its end.
  fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}

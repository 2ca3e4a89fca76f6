import Platform
import NumericCore
import Tables

extension DataWarning {
  /// The warning in the form `file:line: what is unusual; how to fix it`.
  package var sentence: String {
    let place = line.map { "\(source):\($0)" } ?? source
    return "\(place): \(kind.sentence)"
  }
}

extension DataWarning.Kind {
  fileprivate var sentence: String {
    switch self {
    case .unitChange(let channel, let id, let time, let lines, let change):
      change.sentence(of: channel, id: id, time: time, laterLines: lines)
    case .outlier(let channel, let id, let value, let median, let count):
      "'\(channel)'\(id.isEmpty ? "" : " of '\(id)'") is \(shortText(value)) here, far from the usual "
        + "\(NumberText.significant(median, 3))\(count > 1 ? " (as \(count) values are)" : ""); empty "
        + "the cell if it is an error"
    case .datesAsNumbers(let time):
      "times such as \(shortText(time, digits: 8)) look like dates and are read as plain numbers; write them "
        + "as in 1958-03-29 if they are dates"
    case .idComesAgain(let id, let lastLine):
      "the id '\(id)' occurs again after line \(lastLine); its rows are read as one series; give the second "
        + "another id if it is another series"
    case .shortSeries(let id, let points):
      "the series '\(id)' has \(points) point\(points == 1 ? "" : "s") and is left out; add "
        + "measurements if it is to count"
    case .neverObservedInTraining(let channel):
      "the channel '\(channel)' has no value in the training part; leave it out (--channels), or train "
        + "on another part"
    case .neverObserved(let channel):
      "the channel '\(channel)' has no value, and the forecasts are made without it; fill in its column if it "
        + "was measured"
    case .rowsAveraged(let count):
      "this time occurs twice\(count > 1 ? " (as \(count) do)" : ""), and the mean of its rows is taken; merge or remove "
        + "rows if that is not meant"
    case .noScratch(let reason):
      "its numbers stay in memory, for there is no room for a temporary file ("
        + reason.description.prefix { $0 != ";" } + "); name another folder with TMPDIR"
    case .covariatesFound(let names):
      "\(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") one value a series and "
        + "\(names.count == 1 ? "is" : "are") read as known beforehand, not forecast; name others with "
        + "--statics"
    case .unknownText(let column, let text):
      "'\(text)' in column '\(column)' did not occur in training and is read as unknown; check its "
        + "spelling"
    case .unlabelledSeries(let count, let all, let first):
      "\(count) of \(all) series have no label and are left out, '\(first)' among them; add their labels"
    case .labelsWithoutSeries(let count, let first):
      "\(count) label\(count == 1 ? "" : "s") of ids that the data do not have, '\(first)' among them; check "
        + "the spelling of ids"
    case .rowsThinned(let series, let rows, let limit):
      "\(series) series are longer than \(limit) rows (up to \(rows)), thinned evenly; set "
        + "network.rowLimit to change the limit"
    case .windowsThinned(let part, let used, let all):
      "of \(all) windows of the \(part) part \(used) are used, evenly spaced; set windows.stride to "
        + "select them"
    case .linesAboveHeader(let count):
      "\(count) line\(count == 1 ? "" : "s") above the header \(count == 1 ? "is" : "are") not part of the table "
        + "and \(count == 1 ? "is" : "are") skipped; remove \(count == 1 ? "it" : "them") if this line is not the header"
    case .unitsRow(let text):
      "the line '\(text)' below the header has no value and is skipped as units; remove it if it is not"
    case .timeColumn(let name, let others):
      "the times are read from the column '\(name)', not from \(Self.list(others)); name another with --time"
    case .timeJoined(let date, let clock):
      "the times are the dates of '\(date)' with the time of day of '\(clock)'; name one column with --time "
        + "if that is not meant"
    case .epochTimes(let unit):
      "the times are \(unit) since 1970-01-01 00:00 UTC and are read as dates; write dates if they are not"
    case .dateOrder(let order):
      "the dates are read with the \(order == .dayFirst ? "day" : "month") first, in which the rows are dates and evenly "
        + "spaced; write --dates if that is wrong"
    case .newestFirst:
      "the rows are in descending order of time and are read from the last to the first"
    case .rowsWithoutTime(let count):
      "\(count) row\(count == 1 ? "" : "s") without a time \(count == 1 ? "is" : "are") skipped, this one first; "
        + "fill in the time if \(count == 1 ? "it is a measurement" : "they are measurements")"
    case .footer(let count):
      "the last \(count == 1 ? "line is" : "\(count) lines are") not part of the table and "
        + "\(count == 1 ? "is" : "are") skipped; remove \(count == 1 ? "it" : "them") from the file"
    case .columnsLeftOut(let names, let reason):
      "\(Self.list(names)) \(names.count == 1 ? "is" : "are") not read as channel\(names.count == 1 ? "" : "s"): "
        + "\(reason.sentence); name channels with --channels to choose them"
    case .limitWords(let channel, let text, let count):
      "\(count) cell\(count == 1 ? "" : "s") of '\(channel)' such as '\(text)' \(count == 1 ? "is a value" : "are values") "
        + "beyond the range of the instrument and \(count == 1 ? "is" : "are") read as missing; write a number to use it"
    case .missingMark(let channel, let value, let count):
      "\(count) value\(count == 1 ? "" : "s") \(shortText(value)) of '\(channel)' \(count == 1 ? "marks" : "mark") missing "
        + "values and \(count == 1 ? "is" : "are") read as missing; write them in another unit if they are measurements"
    case .scaleDiffers(let channel, let median, let mean, let deviation):
      "the values of '\(channel)' (median \(NumberText.significant(median, 3))) are unlike those of the training (mean "
        + "\(NumberText.significant(mean, 3)), standard deviation \(NumberText.significant(deviation, 3))); check "
        + "their unit"
    case .spacingDiffers(let found, let trained):
      "the rows are usually \(NumberText.significant(found, 3)) apart, those of the training "
        + "\(NumberText.significant(trained, 3)); check the unit of the times, or train on such data"
    case .shortContext(let id, let readings, let needed, let count):
      "\(count > 1 ? "\(count) series have" : id.isEmpty ? "the series has" : "the series '\(id)' has") \(readings) "
        + "reading\(readings == 1 ? "" : "s")\(count > 1 ? " or few more" : "") in the history that the model reads, and "
        + "the training required \(needed); give more readings before the forecast"
    case .beyondTraining(let time, let future):
      "the forecast \(shortText(time)) after the last reading is later than those of the training (up to "
        + "\(NumberText.significant(future, 3))); its band may be too narrow"
    case .notFinite(let count, let all, let first):
      "\(count) of \(all) results are not finite and stay empty, the first for \(first); their values or times are "
        + "too far from those of the training; correct or remove them"
    }
  }
}

extension DataWarning.Kind {
  /// Names in quotes, a few of many.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(6).map { "'\($0)'" }
    let rest = names.count - shown.count
    if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension ColumnReason {
  fileprivate var sentence: String {
    switch self {
    case .rowNumbers: "row numbers"
    case .empty: "no values"
    case .texts: "texts"
    case .constant: "one value in all rows"
    case .single: "at most one value per series"
    }
  }
}

import Platform
import NumericCore

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
    case .notFinite(let count, let all, let first):
      "\(count) of \(all) results are not finite and stay empty, the first for \(first); their values or times are "
        + "too far from those of the training; correct or remove them"
    }
  }
}

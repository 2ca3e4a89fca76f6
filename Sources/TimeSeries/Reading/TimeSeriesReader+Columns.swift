import Tables

// MARK: - What the file contains

extension TimeSeriesReader {
  mutating func note(_ line: Int?, _ kind: DataWarning.Kind) {
    notes.append(DataWarning(source: csv.name, line: line, kind))
  }

  /// Inspects the first rows: row names, a line of units, columns without a name.
  mutating func surveyColumns() throws(DataError) {
    ahead = try csv.rowsAhead(Self.surveyedRows)
    if let first = ahead.first, ColumnSurvey.isUnitsRow(first, before: ahead.dropFirst()) {
      note(first.line, .unitsRow((0..<first.count).map(first.text).joined(separator: " ")))
      csv.skipRow()
      ahead.removeFirst()
    }
    // A line at the end of the table shows nothing about its columns.
    let whole = ahead.filter { $0.count >= header.count }
    if !whole.isEmpty { ahead = whole }
    // Tables of R have no name above the names of their rows.
    if ahead.count > 1, ahead.allSatisfy({ $0.count == header.count + 1 }),
      ahead.contains(where: { !$0[header.count].isEmpty }),
      ColumnSurvey(ahead, count: 1).columns[0].isRowName
    {
      header.insert("", at: 0)
    }
    survey = ColumnSurvey(ahead, count: header.count)
    let lowered = header.map { $0.lowercased() }
    for column in header.indices where header[column].isEmpty {
      let found = survey.columns[column]
      if found.areDates || found.areClockTimes {
        header[column] = "column \(column + 1)"
      } else if ahead.isEmpty
        || found.filled > 0 && !survey.isRowNumber(column, lowered)
          && !(column == 0 && found.isRowName)
      {
        throw DataError(source: csv.name, line: 1, column: column + 1, .unnamedColumn)
      }
    }
  }

  private static var surveyedRows: Int { 64 }

  /// The columns of channels and values of the long layout, or `nil` for the wide one.
  var longColumns: (channel: Int, value: Int)? {
    let lowered = header.map { $0.lowercased() }
    func column(_ names: [String]) -> Int? { lowered.firstIndex(where: names.contains) }
    let names = ["channel", "parameter", "variable", "observableid", "signal", "sensor"]
    guard options.layout != .wide, let channel = column(names),
      let value = column(["value", "measurement", "reading"])
    else { return nil }
    let isText = survey.columns[channel].texts > 0 || lowered[channel] == "channel"
    return options.layout == .long || isText ? (channel, value) : nil
  }

  mutating func leaveOutRowNumbers(from columns: inout [Int]) {
    let lowered = header.map { $0.lowercased() }
    let rowNumbers = columns.filter { header[$0].isEmpty || survey.isRowNumber($0, lowered) }
    let named = rowNumbers.map { header[$0].isEmpty ? "column \($0 + 1)" : header[$0] }
    if !named.isEmpty { note(1, .columnsLeftOut(named, .rowNumbers)) }
    columns.removeAll(where: rowNumbers.contains)
  }

  /// The channels that can be modelled.
  ///
  /// - Throws: `DataError` for a text in a column of numbers.
  mutating func keptChannels(
    _ channels: [String], isLong: Bool
  ) throws(DataError) -> [String] {
    guard choosesChannels else { return channels }
    let tallies = channels.indices.map {
      $0 < self.tallies.count ? self.tallies[$0] : ColumnTally()
    }
    let mixed = tallies.filter { $0.texts > 0 && $0.numbers + $0.limits > 0 }
    if let first = mixed.compactMap(\.firstText).min(by: { $0.line ?? 0 < $1.line ?? 0 }) {
      throw first
    }
    var reasons: [ColumnReason?] = tallies.map { tally in
      if tally.texts > 0 { return .texts }
      if tally.numbers + tally.limits == 0 { return .empty }
      return tally.constant != nil && tally.numbers > 2 ? .constant : nil
    }
    if isLong {
      let most = channels.indices.map { channel in
        accumulators.map { $0.place(of: channel, isLong: true)?.log.count ?? 0 }.max() ?? 0
      }
      if most.contains(where: { $0 > 2 }) {
        for channel in most.indices where most[channel] == 1 { reasons[channel] = .single }
      }
    }
    if !reasons.contains(nil) {
      if let text = tallies.first?.firstText, reasons.allSatisfy({ $0 == .texts }) { throw text }
      return channels
    }
    for reason in [ColumnReason.texts, .empty, .constant, .single] {
      let names = zip(channels, reasons).filter { $0.1 == reason }.map(\.0)
      if !names.isEmpty { note(nil, .columnsLeftOut(names, reason)) }
    }
    return zip(channels, reasons).filter { $0.1 == nil }.map(\.0)
  }

  /// Notes limits and marks of missing values; the marks of a first reading are kept for a second.
  mutating func noteFindings(_ channels: [String]) {
    for (name, marks) in missingMarks.sorted(by: { $0.key < $1.key }) {
      for mark in marks {
        note(mark.line, .missingMark(channel: name, value: mark.value, count: mark.count))
      }
    }
    var total: [Double: Int] = [:]
    for tally in tallies { total.merge(tally.marks.mapValues(\.count)) { $0 + $1 } }
    for (name, tally) in zip(channels, tallies) {
      if let (line, text) = tally.firstLimit {
        note(line, .limitWords(channel: name, text: text, count: tally.limits))
      }
      let marks = tally.missingMarks(total)
      if missingMarks[name] == nil && !marks.isEmpty { foundMarks[name] = marks }
    }
  }
}

import Tables

// The times of the rows, and rows that are not part of the table.

extension TimeSeriesReader {
  mutating func setTimePlace(besides id: Int?) throws(DataError) {
    if let name = options.timeColumn {
      timePlace = .init(column: try column(name))
    } else {
      timePlace = survey.timePlace(header, besides: id)
      let name = header[timePlace.column]
      if !timePlace.others.isEmpty {
        note(1, .timeColumn(name, others: timePlace.others.map { header[$0] }))
      }
      if let clock = timePlace.clock { note(1, .timeJoined(date: name, clock: header[clock])) }
    }
    let order = options.dates == nil ? survey.dateOrder(ahead, timePlace) : nil
    if let order {
      clock.order = order
      note(ahead.first?.line, .dateOrder(order))
    }
    clock.readsEpochs = true
    clock.name = header[timePlace.column].lowercased()
    isDescending = try isDescending(id)
    if isDescending { note(1, .newestFirst) }
  }

  /// Whether the first rows of every series are in descending order of time.
  private func isDescending(_ id: Int?) throws(DataError) -> Bool {
    var (clock, last, steps) = (clock, [String: Double](), 0)
    for row in ahead where row.count > timePlace.column && !row[timePlace.column].isEmpty {
      guard let time = try? clock.time(in: row, timePlace) else { continue }
      let name = id.map { $0 < row.count ? row.text($0) : "" } ?? ""
      if let before = last[name] {
        if time > before { return false }
        if time < before { steps += 1 }
      }
      last[name] = time
    }
    return steps > 1
  }

  mutating func nextRow() throws(DataError) -> Bool {
    while try csv.read(into: &row) {
      row.removeEmptyCells(beyond: header.count)
      if row.count > header.count {
        throw error(.tooManyCells(found: row.count, expected: header.count))
      }
      if row.count == header.count { return true }
      let short = error(.tooFewCells(found: row.count, expected: header.count))
      let time = timePlace.column
      guard hasTimes, row.count <= time || CalendarTime.isWord(row[time]) else { throw short }
      footer = ((footer?.count ?? 0) + 1, footer?.error ?? short)
    }
    if let footer { note(footer.error.line, .footer(count: footer.count)) }
    if let untimed, hasTimes { note(untimed.line, .rowsWithoutTime(count: untimed.count)) }
    return false
  }

  /// The time of the row; `nil` if the row has none and is skipped.
  mutating func rowTime(values columns: [Int]) throws(DataError) -> Double? {
    let cell = row[timePlace.column]
    if cell.isEmpty {
      if hasTimes && columns.contains(where: { !row[$0].isEmpty }) {
        throw error(.missingTime, column: timePlace.column)
      }
      untimed = ((untimed?.count ?? 0) + 1, untimed?.line ?? row.line)
      return nil
    }
    let time: Double
    do throws(DataError.Reason) {
      time = try clock.time(in: row, timePlace)
    } catch {
      let reason = self.error(error, column: timePlace.column)
      guard hasTimes, CalendarTime.isWord(cell) else { throw reason }
      footer = ((footer?.count ?? 0) + 1, footer?.error ?? reason)
      return nil
    }
    if let footer { throw footer.error }
    if !hasTimes, let unit = clock.epochUnit { note(row.line, .epochTimes(unit)) }
    hasTimes = true
    return isDescending ? -time : time
  }
}

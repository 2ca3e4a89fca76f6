package import Tables

/// What the columns of a file contain, judged by its first rows.
package struct ColumnSurvey {
  /// The cells of one column.
  package struct Column: Hashable, Sendable {
    package var numbers = 0
    package var dates = 0
    /// Dates with a time of day.
    package var datesWithTime = 0
    /// Times of day or durations, such as `08:15`.
    package var clockTimes = 0
    package var texts = 0
    /// Texts that name a time zone.
    package var zones = 0
    /// Whether the numbers increase by one from row to row.
    package var isCounter = true
    fileprivate var last: Double?

    package var filled: Int { numbers + dates + clockTimes + texts }
    /// Whether the cells can be names of rows: texts, or numbers that increase by one.
    package var isRowName: Bool { filled > 0 && texts == filled || numbers > 1 && isCounter }
    package var areDates: Bool { dates > 0 && dates == filled }
    package var areClockTimes: Bool { clockTimes > 0 && clockTimes == filled }
    package var areNumbers: Bool { numbers > 0 && numbers == filled }
  }

  package private(set) var columns: [Column]

  package init(_ rows: some Sequence<CSVRow>, count: Int) {
    columns = Array(repeating: Column(), count: count)
    for row in rows {
      for cell in 0..<min(count, row.count) { columns[cell].take(row[cell]) }
    }
  }

  /// Whether a row is a second line of headers, with units or types: it holds no value although a
  /// column of the later rows holds values only.
  package static func isUnitsRow(_ row: CSVRow, before rows: ArraySlice<CSVRow>) -> Bool {
    let own = ColumnSurvey([row], count: row.count).columns
    guard rows.count > 1, own.contains(where: { $0.texts > 0 }),
      own.allSatisfy({ $0.filled == $0.texts })
    else { return false }
    let later = ColumnSurvey(rows, count: row.count).columns
    return zip(own, later).contains { $0.texts > 0 && $1.texts == 0 && $1.filled > 1 }
  }
}

extension ColumnSurvey.Column {
  fileprivate mutating func take(_ cell: ArraySlice<UInt8>) {
    if cell.isEmpty { return }
    if let number = decimalNumber(cell) {
      numbers += 1
      isCounter = isCounter && (last.map { number == $0 + 1 } ?? (number == number.rounded()))
      last = number
      return
    }
    isCounter = false
    let date = CalendarTime.seconds(cell) != nil
    if date || DateOrder.allCases.contains(where: { CalendarTime.seconds(cell, order: $0) != nil })
    {
      dates += 1
      if cell.contains(UInt8(ascii: ":")) { datesWithTime += 1 }
    } else if CalendarTime.elapsed(cell) != nil {
      clockTimes += 1
    } else {
      texts += 1
      if CalendarTime.moment(ArraySlice(Array("2000-01-01 00:00 ".utf8) + cell)) != nil {
        zones += 1
      }
    }
  }
}

// MARK: - The column of times

extension ColumnSurvey {
  /// Where the times of a file are.
  package struct TimePlace: Hashable, Sendable {
    package var column: Int
    /// A column with the time of day of the dates: clock times, or whole hours.
    package var clock: Int?
    /// A column with the time zone of each row.
    package var zone: Int?
    /// Other columns that could hold times.
    package var others: [Int] = []
  }

  /// The column with the times: dates before numbers, then the usual names, then the first column
  /// that is not the id.
  package func timePlace(_ header: [String], besides id: Int?) -> TimePlace {
    let names = header.map { $0.lowercased() }
    let all = header.indices.filter { $0 != id }
    let dates = all.filter { columns[$0].areDates }
    let usual = ["time", "t", "date", "datetime", "timestamp"]
    func named(_ among: [Int]) -> Int? {
      among.first { usual.contains(names[$0]) }
        ?? among.first { name in ["time", "date"].contains { names[name].contains($0) } }
    }
    if let column = named(dates) ?? dates.first {
      let clock = columns[column].datesWithTime == 0 ? clock(names, all, besides: column) : nil
      let numbers = all.filter { usual.contains(names[$0]) && columns[$0].areNumbers }
      let zone = all.first { columns[$0].zones > 0 && columns[$0].zones == columns[$0].filled }
      return TimePlace(
        column: column, clock: clock, zone: zone,
        others: (dates + numbers).filter { $0 != column && $0 != clock })
    }
    let numbers = all.filter { columns[$0].areNumbers }
    let column =
      header.indices.first { usual.contains(names[$0]) } ?? all.first { columns[$0].areClockTimes }
      ?? numbers.first { name in ["time", "date"].contains { names[name].contains($0) } }
      ?? all.first { !isRowNumber($0, names) } ?? 0
    return TimePlace(column: column)
  }

  /// A column of clock times, or of whole hours.
  private func clock(_ names: [String], _ all: [Int], besides date: Int) -> Int? {
    all.first { $0 != date && columns[$0].areClockTimes && !names[$0].contains("duration") }
      ?? all.first { columns[$0].areNumbers && ["hour", "hr", "hh"].contains(names[$0]) }
  }

  /// Whether a column only numbers the rows.
  package func isRowNumber(_ column: Int, _ names: [String]) -> Bool {
    let usual = ["", "#", "index", "idx", "no", "no.", "nr", "row", "record", "seq", "entry_id"]
    let name = names[column]
    return columns[column].isCounter && columns[column].numbers > 2
      && (usual.contains(name) || name.hasPrefix("unnamed: "))
  }

  /// The order of day and month in dates that do not show it by themselves: the only one in which all
  /// first rows are dates, or in which they are evenly spaced.
  package func dateOrder(_ rows: [CSVRow], _ place: TimePlace) -> DateOrder? {
    func steps(_ order: DateOrder) -> [Double]? {
      var times: [Double] = []
      for row in rows where row.count > place.column && !row[place.column].isEmpty {
        guard var time = CalendarTime.seconds(row[place.column], order: order) else { return nil }
        if let clock = place.clock, row.count > clock {
          time += CalendarTime.elapsed(row[clock]) ?? 0
        }
        times.append(time)
      }
      return zip(times.dropFirst(), times).map { ($0 - $1).magnitude }.sorted()
    }
    guard columns[place.column].areDates,
      !rows.allSatisfy({ row in
        row.count <= place.column || row[place.column].isEmpty
          || CalendarTime.seconds(row[place.column]) != nil
      })
    else { return nil }
    let (day, month) = (steps(.dayFirst), steps(.monthFirst))
    guard let day, let month else {
      return day != nil ? .dayFirst : month != nil ? .monthFirst : nil
    }
    func unevenness(_ steps: [Double]) -> Double {
      guard let last = steps.last, steps.count > 4 else { return 1 }
      return last / max(steps[steps.count / 2], 1)
    }
    let (a, b) = (unevenness(day), unevenness(month))
    return 10 * a < b ? .dayFirst : 10 * b < a ? .monthFirst : nil
  }
}

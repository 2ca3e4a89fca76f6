package import Tables

/// Converts cells into times; the first cell decides whether they are numbers or dates.
package struct Clock {
  private let source: String
  private let unit: TimeUnit
  package var order: DateOrder?
  package private(set) var axis = TimeAxis.number
  private var isStarted = false
  /// Whether large whole numbers are times since 1970-01-01; of seconds if the column is named for
  /// times.
  package var readsEpochs = false
  package var name = ""
  /// The seconds of one unit of such times.
  private var epochScale: Double?

  package init(source: String, unit: TimeUnit, order: DateOrder?) {
    self.source = source
    self.unit = unit
    self.order = order
  }

  package mutating func time(_ cell: ArraySlice<UInt8>) throws(DataError.Reason) -> Double {
    if cell.isEmpty { throw .times(.missingTime) }
    if let number = decimalNumber(cell) {
      let text = String(decoding: cell, as: UTF8.self)
      if !number.isFinite { throw .times(.notATime(text: text)) }
      if !isStarted && readsEpochs, let scale = epochScale(of: number) {
        isStarted = true
        epochScale = scale
        axis = .calendar(origin: number * scale, unit: unit, offset: 0)
      }
      if let epochScale, case .calendar(let origin, let unit, _) = axis {
        return (number * epochScale - origin) / unit.seconds
      }
      if axis != .number { throw .times(.mixedTimes(text: text)) }
      isStarted = true
      return number
    }
    let text = String(decoding: cell, as: UTF8.self)
    if let seconds = CalendarTime.elapsed(cell) {
      if axis != .number { throw .times(.mixedTimes(text: text)) }
      isStarted = true
      return seconds / unit.seconds
    }
    if order == nil && CalendarTime.seconds(cell) == nil {
      let possible = DateOrder.allCases.filter { CalendarTime.seconds(cell, order: $0) != nil }
      if possible.count > 1 { throw .times(.ambiguousDate(text: text)) }
      // A day above twelve determines the order of the whole file.
      order = possible.first
    }
    guard let (seconds, offset) = CalendarTime.moment(cell, order: order) else {
      throw .times(.notATime(text: text))
    }
    switch axis {
    case .number where isStarted: throw .times(.mixedTimes(text: text))
    case .number:
      isStarted = true
      axis = .calendar(origin: seconds, unit: unit, offset: offset)
      return 0
    case .calendar(let origin, let unit, _): return (seconds - origin) / unit.seconds
    }
  }

  /// The name of the unit of times since 1970-01-01; `nil` for other times.
  var epochUnit: String? {
    switch epochScale {
    case 1: "seconds"
    case 1e-3: "milliseconds"
    case 1e-6: "microseconds"
    case 1e-9: "nanoseconds"
    default: nil
    }
  }

  /// The seconds of a unit in which a number is a time from 2001 to 2103.
  private func epochScale(of number: Double) -> Double? {
    guard number == number.rounded() || number >= 1e9 else { return nil }
    let isNamed = ["time", "date", "epoch", "unix"].contains { name.contains($0) } || name == "ts"
    return [1, 1e-3, 1e-6, 1e-9].first { scale in
      (1e9..<4.2e9).contains(number * scale) && (scale < 1 || isNamed)
    }
  }

  /// The time of a row, whose time of day may have a column of its own.
  mutating func time(
    in row: CSVRow, _ place: ColumnSurvey.TimePlace
  ) throws(DataError.Reason) -> Double {
    var cell = row[place.column]
    var hours = 0.0
    for column in [place.clock, place.zone].compactMap({ $0 })
    where row.count > column && !row[column].isEmpty {
      if let number = decimalNumber(row[column]) {
        hours = number
      } else {
        cell += [0x20] + row[column]
      }
    }
    let start = try time(cell)
    return hours == 0 ? start : start + hours * 3_600 / unit.seconds
  }

  /// The hour that local clocks repeat in autumn; 0 for times that are numbers or have an offset.
  var hourOfClockChange: Double {
    if case .calendar(_, let unit, nil) = axis { 3_600 / unit.seconds } else { 0 }
  }
}

package import Tables

/// Converts cells into times; the first cell decides whether they are numbers or dates.
package struct Clock {
  private let source: String
  private let unit: TimeUnit
  private var order: DateOrder?
  package private(set) var axis = TimeAxis.number
  private var isStarted = false

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
      if axis != .number { throw .times(.mixedTimes(text: text)) }
      isStarted = true
      return number
    }
    let text = String(decoding: cell, as: UTF8.self)
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
}

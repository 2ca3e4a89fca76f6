import NumericCore
public import Tables

/// A table of doses and observations as the field writes them, per series.
///
/// | column | meaning |
/// |---|---|
/// | `ID` | the series; without it all rows are one series |
/// | `TIME` | the time of the row: a number, or a date |
/// | `AMT` | the amount of a dose |
/// | `RATE`, `DUR` | rate or duration of an infusion; 0 or none: a bolus |
/// | `CMT` | the state, by number (from 1, in the order of the equations) or name; none: the first one |
/// | `II`, `ADDL` | interval and number of further doses |
/// | `SS` | 1: the dose begins at steady state; 2: the steady state is added |
/// | `EVID` | 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose; without it a row with an amount is a dose |
/// | `MDV`, `DV` | whether the observation is missing, and its value |
///
/// Names of columns are read in any case. A cell that is empty, `.`, `NA` or `NaN` has no value. Other columns are ignored.
public struct EventTable: Sendable {
  /// An observation's time, value and compartment.
  public struct Observation: Hashable, Sendable {
    /// The time of the observation.
    public var time: Double
    /// Nil where `MDV` is 1 or there is no value.
    public var value: Double?
    /// Nil where no compartment is given.
    public var compartment: String?

    /// An observation; a `nil` value is a time without measurement.
    public init(time: Double, value: Double?, compartment: String? = nil) {
      self.time = time
      self.value = value
      self.compartment = compartment
    }
  }

  /// What the table has of one series.
  public struct Series: Hashable, Sendable {
    /// Empty if there is no column of ids.
    public var id: String
    /// The doses of the series.
    public var schedule: DoseSchedule
    /// The observations of the series.
    public var observations: [Observation]
  }

  /// One row: its line in the file and its cells.
  public struct Row: Hashable, Sendable {
    /// The line of the file, counted from 1.
    public var line: Int
    /// The cells, in the order of the header.
    public var cells: [String]

    /// A row of a table.
    public init(line: Int, cells: [String]) {
      self.line = line
      self.cells = cells
    }
  }

  /// How times that are dates become numbers.
  public struct Dates: Hashable, Sendable {
    /// The unit of the time of equations.
    public var unit: TimeUnit
    /// The order of day and month in dates such as 5/4/2024.
    public var order: DateOrder?
    /// What the times of other data mean, which these follow; `nil` for dates count from the first one of the table on.
    public var axis: TimeAxis?

    /// How times are read: their unit, the order of day and month, and the axis of a file read
    /// before.
    public init(unit: TimeUnit = .hours, order: DateOrder? = nil, axis: TimeAxis? = nil) {
      self.unit = unit
      self.order = order
      self.axis = axis
    }
  }

  /// In the order in which they begin in the table.
  public private(set) var series: [Series] = []
  /// What the times mean.
  public let axis: TimeAxis

  /// The series of an id.
  public subscript(id: String) -> Series? { series.first { $0.id == id } }

  /// Reads the rows of a table.
  ///
  /// - Parameters:
  ///   - header: names of the columns.
  ///   - rows: a row that is shorter than the header has no value in the missing cells.
  ///   - states: names of the states in the order of the equations.
  ///   - source: names the table in errors.
  ///   - dates: how times that are dates become numbers.
  /// - Throws: the first mistake with its line.
  public init(
    header: [String], rows: [Row], states: [String], source: String, dates: Dates = Dates()
  ) throws(DosingError) {
    let columns = try EventColumns(header, source: source)
    let clock = try EventClock(dates, rows, columns, source: source)
    axis = clock.axis
    var places: [String: Int] = [:]
    for row in rows {
      let reader = EventRow(
        row: row, columns: columns, states: states, source: source, clock: clock)
      let id = reader.text(.id) ?? ""
      let place = places[id] ?? series.count
      if place == series.count {
        places[id] = place
        series.append(Series(id: id, schedule: DoseSchedule(), observations: []))
      }
      try reader.add(to: &series[place])
    }
  }

  /// The names of the columns that the reader knows, in capitals.
  public static let columnNames = EventColumn.allCases.map { $0.rawValue.uppercased() }
}

enum EventColumn: String, CaseIterable {
  case id, time, amt, rate, dur, cmt, ii, addl, ss, evid, mdv, dv

  var name: String { rawValue.uppercased() }
}

/// Where the columns of a table are.
struct EventColumns {
  private(set) var places: [EventColumn: Int] = [:]

  init(_ header: [String], source: String) throws(DosingError) {
    for (place, name) in header.enumerated() {
      guard let column = EventColumn(rawValue: name.lowercased()) else { continue }
      guard places[column] == nil else {
        throw DosingError(source: source, line: 1, reason: .columnTwice(column.name))
      }
      places[column] = place
    }
    for column in [EventColumn.time, .amt] where places[column] == nil {
      throw DosingError(source: source, line: 1, reason: .missingColumn(column.name))
    }
  }

  /// The text of a cell; nil if it has no value.
  func text(_ column: EventColumn, in row: EventTable.Row) -> String? {
    guard let place = places[column], place < row.cells.count else { return nil }
    let text = row.cells[place]
    return ["", ".", "na", "nan"].contains(text.lowercased()) ? nil : text
  }
}

/// Turns cells of `TIME` into numbers.
struct EventClock {
  let axis: TimeAxis
  private let order: DateOrder?

  /// The first time of the table decides whether its times are dates.
  init(
    _ dates: EventTable.Dates, _ rows: [EventTable.Row], _ columns: EventColumns, source: String
  ) throws(DosingError) {
    var order = dates.order
    let cells = rows.compactMap { row in columns.text(.time, in: row).map { (row.line, $0) } }
    guard let (line, first) = cells.first(where: { Double($0.1) == nil }) else {
      axis = .number
      self.order = nil
      guard case .calendar = dates.axis, let (line, text) = cells.first else { return }
      throw DosingError(
        source: source, line: line, reason: .otherKindOfTimes(text, areNumbers: true))
    }
    func moment(_ order: DateOrder?) -> (seconds: Double, offset: Double?)? {
      CalendarTime.moment(ArraySlice(Array(first.utf8)), order: order)
    }
    if moment(order) == nil {
      let possible = DateOrder.allCases.filter { moment($0) != nil }
      if possible.count > 1 {
        throw DosingError(source: source, line: line, reason: .ambiguousDate(first))
      }
      order = possible.first
    }
    guard let (seconds, offset) = moment(order) else {
      throw DosingError(source: source, line: line, reason: .notANumber(first, column: "TIME"))
    }
    if dates.axis == .number {
      throw DosingError(
        source: source, line: line, reason: .otherKindOfTimes(first, areNumbers: false))
    }
    self.order = order
    axis = dates.axis ?? .calendar(origin: seconds, unit: dates.unit, offset: offset)
  }

  /// A time; nil for a text that is none on this axis.
  func time(_ text: String) -> Double? {
    guard case .calendar(let origin, let unit, _) = axis else {
      return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
    return CalendarTime.seconds(text, order: order).map { ($0 - origin) / unit.seconds }
  }
}

/// One row of a table while it is read.
struct EventRow {
  let row: EventTable.Row
  let columns: EventColumns
  let states: [String]
  let source: String
  let clock: EventClock

  private func error(_ reason: DosingError.Reason) -> DosingError {
    DosingError(source: source, line: row.line, reason: reason)
  }

  func text(_ column: EventColumn) -> String? { columns.text(column, in: row) }

  private func number(_ column: EventColumn) throws(DosingError) -> Double? {
    guard let text = text(column) else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw error(.notANumber(text, column: column.name))
    }
    return value
  }

  private func amount(_ column: EventColumn) throws(DosingError) -> Double {
    let value = try number(column) ?? 0
    if value < 0 { throw error(.negative(value, column: column.name)) }
    return value
  }

  func add(to series: inout EventTable.Series) throws(DosingError) {
    guard let text = text(.time) else { throw error(.missingValue(column: "TIME")) }
    guard let time = clock.time(text) else {
      throw error(.notATime(text, isDated: clock.axis != .number))
    }
    let isDose = (try number(.amt) ?? 0) != 0
    let event = try number(.evid) ?? (isDose ? 1 : 0)
    switch event {
    case 0:
      let isMissing = (try number(.mdv) ?? 0) != 0
      series.observations.append(
        .init(
          time: time, value: isMissing ? nil : try number(.dv),
          compartment: observed()))
    case 1: series.schedule.doses.append(try dose(at: time))
    case 2: break
    case 3: series.schedule.resets.append(time)
    case 4:
      series.schedule.resets.append(time)
      series.schedule.doses.append(try dose(at: time))
    default: throw error(.event(event))
    }
  }

  /// The compartment of an observation; nil if none is given, or one that is no state, such as an output's number.
  private func observed() -> String? {
    guard let text = text(.cmt) else { return nil }
    if states.contains(text) { return text }
    return Int(text).flatMap { $0 >= 1 && $0 <= states.count ? states[$0 - 1] : nil }
  }

  private func dose(at time: Double) throws(DosingError) -> Dose {
    guard let amount = try number(.amt) else { throw error(.missingValue(column: "AMT")) }
    var dose = Dose(of: amount, into: try compartment(), at: time, try administration(of: amount))
    let interval = try self.amount(.ii)
    let additional = try self.amount(.addl)
    if additional > 0 {
      guard interval > 0 else { throw error(.additionalWithoutInterval) }
      guard let count = Int(exactly: additional) else {
        throw error(.notANumber(text(.addl) ?? "", column: "ADDL"))
      }
      dose.repetition = .init(every: interval, additional: count)
    }
    let steady = try number(.ss) ?? 0
    guard steady != 0 else { return dose }
    guard interval > 0 else { throw error(.steadyStateWithoutInterval) }
    switch steady {
    case 1: dose.steadyState = .replacing(interval: interval)
    case 2: dose.steadyState = .added(interval: interval)
    default: throw error(.steadyState(steady))
    }
    return dose
  }

  private func administration(of amount: Double) throws(DosingError) -> Dose.Administration {
    let rate = try number(.rate) ?? 0
    let duration = try self.amount(.dur)
    if rate < 0 { throw error(.modelledRate(rate)) }
    if rate > 0 && duration > 0 { throw error(.rateAndDuration) }
    if rate > 0 && amount == 0 { throw error(.rateWithoutAmount) }
    if rate > 0 { return .rate(rate) }
    return duration > 0 ? .duration(duration) : .bolus
  }

  private func compartment() throws(DosingError) -> String {
    guard let text = text(.cmt), text != "0" else { return states.first ?? "" }
    guard let number = Double(text) else {
      if states.contains(text) { return text }
      throw error(.compartmentName(text, suggestion: nearestName(to: text, among: states)))
    }
    guard let place = Int(exactly: number), place >= 1, place <= states.count
    else { throw error(.compartmentNumber(number, count: states.count)) }
    return states[place - 1]
  }
}

import Tables
import TimeSeries

/// Turns the rows of a table into experiments.
struct FitTableReader {
  let table: FitTable
  let columns: FitColumns
  let equations: EquationSystem
  let options: FitTableOptions
  let names: EquationNames
  private var clock: Clock
  private(set) var ids: [String] = []
  private(set) var rows: [String: [Row]] = [:]
  private(set) var ignoredChannels: [String] = []
  private(set) var notes: [String] = []

  var axis: TimeAxis { clock.axis }

  /// One row with what is in it.
  struct Row {
    var line: Int
    var time: Double
    var cells: [String]
    var isDose = false
    var isReset = false
    /// Whether values of the row are measurements.
    var isObserved = true
    var measurements: [Measurement] = []
    var inputs: [String: Double] = [:]
  }

  init(
    _ table: FitTable, _ columns: FitColumns, _ equations: EquationSystem,
    _ options: FitTableOptions
  ) {
    self.table = table
    self.columns = columns
    self.equations = equations
    self.options = options
    names = EquationNames(equations)
    clock = Clock(source: table.source, unit: options.unit, order: options.dates)
  }

  private func error(_ row: FitTable.Row, _ column: Int, _ reason: DataError.Reason) -> DataError {
    DataError(source: table.source, line: row.line, column: column + 1, reason)
  }

  private var isDosingTable: Bool { !columns.doses.isEmpty }

  /// The text of a cell; empty where it has no value.
  private func text(_ row: FitTable.Row, _ column: Int?) -> String {
    guard let column else { return "" }
    let text = row.cells[column]
    if options.missing.contains(text) || (isDosingTable && text == ".") { return "" }
    return text
  }

  func number(_ row: FitTable.Row, _ column: Int?) throws(DataError) -> Double? {
    guard let column else { return nil }
    let text = text(row, column)
    if text.isEmpty { return nil }
    if let value = MeasuredCell.number(text) { return value }
    if decimalNumber(ArraySlice(text.utf8)) != nil {
      throw error(row, column, .notFinite(text: text, column: table.header[column]))
    }
    throw error(row, column, .notANumber(text: text, column: table.header[column]))
  }

  // MARK: Rows

  mutating func read() throws {
    for raw in table.rows {
      let id = columns.id.map { raw.cells[$0] } ?? ""
      if let wanted = options.series, wanted != id {
        if !ids.contains(id) { ids.append(id) }
        continue
      }
      let time: Double
      do {
        time = try clock.time(ArraySlice(raw.cells[columns.time].utf8))
      } catch {
        throw self.error(raw, columns.time, error)
      }
      if !ids.contains(id) { ids.append(id) }
      var row = Row(line: raw.line, time: time, cells: raw.cells)
      try classify(&row, raw)
      try measure(&row, raw)
      rows[id, default: []].append(row)
    }
    try check()
  }

  /// Refuses times that go back where the order of rows matters, or where a column that is not read may tell series apart.
  private func checkOrder() throws(DataError) {
    let isSuspicious = columns.id == nil && options.series == nil && !columns.ignored.isEmpty
    guard isDosingTable || isSuspicious, columns.long == nil else { return }
    for id in ids {
      let rows = rows[id] ?? []
      for (row, next) in zip(rows, rows.dropFirst()) where next.time < row.time {
        throw DataError(
          source: table.source, line: next.line,
          .times(.timeGoesBackwards(text: next.cells[columns.time], id: id)))
      }
    }
  }

  /// Refuses two values of an input at one time.
  private func checkInputs() throws(DataError) {
    for id in ids {
      var seen: [String: [Double: Double]] = [:]
      for row in rows[id] ?? [] {
        for (name, value) in row.inputs {
          guard let before = seen[name, default: [:]].updateValue(value, forKey: row.time),
            before != value
          else { continue }
          throw DataError(
            source: table.source, line: row.line,
            .times(.duplicateTime(text: row.cells[columns.time], id: id)))
        }
      }
    }
  }

  private func check() throws {
    try checkOrder()
    try checkInputs()
    if let wanted = options.series, rows[wanted] == nil {
      throw EquationDataError(
        table.source, columns.id == nil ? .noColumnOfIDs : .noSeries(wanted, known: ids))
    }
    let all = rows.values.joined()
    guard all.contains(where: { !$0.measurements.isEmpty }) else { throw nothingMeasured() }
    if all.count < 2 {
      throw EquationDataError(table.source, .tooFewRows(found: all.count, needed: 2))
    }
    if columns.long != nil {
      for entry in options.mapping where !isChannel(entry.column) {
        throw EquationDataError(
          table.source, .noColumn(entry.column, known: channelsFound))
      }
    }
  }

  private func isChannel(_ name: String) -> Bool {
    guard let long = columns.long else { return false }
    return table.rows.contains { $0.cells[long.channel] == name }
  }

  private var channelsFound: [String] {
    guard let long = columns.long else { return [] }
    var seen: Set<String> = []
    return table.rows.map { $0.cells[long.channel] }.filter { seen.insert($0).inserted }
  }

  private func nothingMeasured() -> EquationDataError {
    let found =
      columns.long == nil
      ? table.header.indices.filter { $0 != columns.time && $0 != columns.id }.map {
        table.header[$0]
      }
      : channelsFound
    return EquationData.nothingMeasured(table.source, found, equations, options.mapping)
  }

  /// Whether a row is a dose, a reset or an observation.
  private func classify(_ row: inout Row, _ raw: FitTable.Row) throws(DataError) {
    guard isDosingTable else { return }
    let amount = try number(raw, columns.doses["AMT"]) ?? 0
    let event = try number(raw, columns.doses["EVID"])
    let isMissing = (try number(raw, columns.doses["MDV"]) ?? 0) != 0
    row.isDose = event.map { $0 == 1 || $0 == 4 } ?? (amount != 0)
    row.isReset = event == 3 || event == 4
    row.isObserved = !isMissing && (event ?? 0) == 0
    // Without kinds of events, the value beside an amount is a measurement unless it is the column DV, which often holds a placeholder there.
    if event == nil, row.isDose, columns.measured.contains(where: { isDV($0.column) }) {
      row.isObserved = false
    }
  }

  private func isDV(_ column: Int) -> Bool { table.header[column].uppercased() == "DV" }

  private mutating func measure(_ row: inout Row, _ raw: FitTable.Row) throws {
    for (name, column) in columns.inputs {
      if let value = try number(raw, column) { row.inputs[name] = value }
    }
    guard let long = columns.long else {
      guard row.isObserved else { return }
      for measured in columns.measured {
        try add(measured, to: &row, raw, label: table.header[measured.column])
      }
      return
    }
    let channel = raw.cells[long.channel]
    let mapped = options.mapping.first { $0.column == channel }?.quantity
    let quantity = mapped ?? channel
    if names.inputs.contains(quantity) {
      if let value = try number(raw, long.value) { row.inputs[quantity] = value }
      return
    }
    guard names.measurable.contains(quantity) else {
      if let mapped {
        throw EquationDataError(
          table.source,
          .noQuantity(mapped, equations: equations.name, known: names.measurable))
      }
      if row.isObserved && !row.isDose && !ignoredChannels.contains(channel) {
        ignoredChannels.append(channel)
      }
      return
    }
    guard row.isObserved && !row.isDose else { return }
    let measured = FitColumns.Measured(
      column: long.value, quantity: quantity, error: columns.longError,
      lower: columns.longLimits.lower, upper: columns.longLimits.upper)
    try add(measured, to: &row, raw, label: channel)
  }

  /// Adds a measured value.
  ///
  /// - Parameter label: the name of the column or channel.
  private func add(
    _ measured: FitColumns.Measured, to row: inout Row, _ raw: FitTable.Row, label: String
  ) throws {
    let text = text(raw, measured.column)
    let value: Measurement.Value
    switch MeasuredCell(text, missing: options.missing) {
    case .missing: return
    case .value(let found): value = try censored(found, raw)
    case .belowLimit:
      let limit =
        try number(raw, measured.lower) ?? self.limit(options.lowerLimits, label, measured)
      guard let limit else {
        throw EquationDataError(
          table.source, line: raw.line, .noLimit(text, column: label, isLower: true))
      }
      value = .below(limit)
    case .aboveLimit:
      let limit =
        try number(raw, measured.upper) ?? self.limit(options.upperLimits, label, measured)
      guard let limit else {
        throw EquationDataError(
          table.source, line: raw.line, .noLimit(text, column: label, isLower: false))
      }
      value = .above(limit)
    case .text:
      _ = try number(raw, measured.column)
      throw error(raw, measured.column, .notANumber(text: text, column: label))
    }
    var measurement = Measurement(time: row.time, of: measured.quantity, value)
    if let column = measured.error {
      // Of a long table the column may name parameters of the noise.
      measurement.standardError =
        columns.long != nil && MeasuredCell.number(self.text(raw, column)) == nil
        ? nil : try number(raw, column)
    }
    row.measurements.append(measurement)
  }

  private func limit(
    _ limits: [String: Double], _ label: String, _ measured: FitColumns.Measured
  ) -> Double? {
    limits[label] ?? limits[measured.quantity] ?? limits[""]
  }

  /// A value as the columns `CENS` and `LIMIT` qualify it.
  private func censored(
    _ value: Measurement.Value, _ raw: FitTable.Row
  ) throws -> Measurement.Value {
    guard case .exact(let number) = value, let kind = try self.number(raw, columns.censoring),
      kind != 0
    else { return value }
    let other = try self.number(raw, columns.limit)
    if let other, other != number { return .between(min(number, other), max(number, other)) }
    return kind > 0 ? .below(number) : .above(number)
  }
}

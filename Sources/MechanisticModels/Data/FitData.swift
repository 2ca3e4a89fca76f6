import NumericCore
public import Tables
public import TimeSeries

/// A file of measurements, doses and conditions as the experiments of a fit.
///
/// ```swift
/// let model = try EquationSystem(text, name: "one-compartment.ode")
/// let data = try FitData("concentrations.csv", for: model)
/// print(try ParameterFit(model, to: data.experiments).run())
/// ```
/// | column | meaning |
/// |---|---|
/// | `id` | the experiment; without it all rows are one |
/// | `time` | when |
/// | a state, an intermediate or an observable | a measured value; `<0.1`, `>50`, `0.1..0.5`, or `BLQ`, `LO`, `HI` with a limit are censored |
/// | `x_sd`, `x_se` | the known standard error of `x` |
/// | `x_lloq`, `x_uloq` | the limits of quantification of `x` |
/// | an input | its measured values |
/// | a parameter, `x(0)` or `x0` | a known value of the experiment |
/// | `AMT`, `RATE`, `DUR`, `CMT`, `II`, `ADDL`, `SS`, `EVID`, `MDV`, `CENS`, `LIMIT` | doses and events as in `EventTable` |
///
/// A long table has a column of channels and one of values in place of measured columns.
public struct FitData: Sendable {
  /// The path of the file.
  public let source: String
  public var experiments: Experiments
  public let axis: TimeAxis
  /// Columns that were not read; of a long table, channels.
  public let ignored: [String]
  public let warnings: [DataWarning]
  /// How columns were understood whose names follow a convention.
  public let notes: [String]
  /// Channels and columns of the file, for messages.
  public let columns: [String]

  /// Reads a file.
  ///
  /// - Throws: `DataError`, `DosingError` or `EquationDataError`, each with the file, the line and what to do.
  public init(
    _ path: String, for equations: EquationSystem, _ options: FitTableOptions = FitTableOptions()
  ) throws {
    try self.init(FitTable(CSVReader(path: path)), for: equations, options)
  }

  /// Reads a table.
  package init(
    _ table: FitTable, for equations: EquationSystem, _ options: FitTableOptions
  ) throws {
    let columns = try FitColumns(table, for: equations, options)
    var reader = FitTableReader(table, columns, equations, options)
    try reader.read()
    source = table.source
    axis = reader.axis
    experiments = Experiments(try reader.experiments())
    ignored = columns.long == nil ? columns.ignored : reader.ignoredChannels
    warnings = try reader.warnings()
    notes = columns.notes + reader.notes
    self.columns = table.header
  }
}

/// Turns the rows of a table into experiments.
struct FitTableReader {
  let table: FitTable
  let columns: FitColumns
  let equations: EquationSystem
  let options: FitTableOptions
  private let names: EquationNames
  private var clock: Clock
  private var ids: [String] = []
  private var rows: [String: [Row]] = [:]
  private(set) var ignoredChannels: [String] = []
  private(set) var notes: [String] = []

  var axis: TimeAxis { clock.axis }

  /// One row with what is in it.
  private struct Row {
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

  private func number(_ row: FitTable.Row, _ column: Int?) throws(DataError) -> Double? {
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
    if columns.measured.isEmpty && columns.long == nil { throw nothingMeasured() }
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

  private func check() throws {
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
      ? table.header.indices.filter { $0 != columns.time && $0 != columns.id }.map { table.header[$0] }
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
      let limit = try number(raw, measured.lower) ?? self.limit(options.lowerLimits, label, measured)
      guard let limit else {
        throw EquationDataError(
          table.source, line: raw.line, .noLimit(text, column: label, isLower: true))
      }
      value = .below(limit)
    case .aboveLimit:
      let limit = try number(raw, measured.upper) ?? self.limit(options.upperLimits, label, measured)
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

  // MARK: Experiments

  func experiments() throws -> [Experiment] {
    try ids.compactMap { id in
      guard let rows = rows[id] else { return nil }
      return try experiment(id, rows)
    }
  }

  private func experiment(_ id: String, _ rows: [Row]) throws -> Experiment {
    var experiment = Experiment(id: id, [])
    experiment.doses = try schedule(id, rows)
    let given = Set(rows.filter { $0.isDose || $0.isReset }.map(\.time))
    let implied = Set(experiment.doses.expanded.map(\.time)).subtracting(given)
    let observed = Set(rows.filter { !$0.isDose && !$0.isReset }.map(\.time)).sorted()
    for (place, row) in rows.enumerated() {
      for var measurement in row.measurements {
        measurement.isBeforeDose = isBefore(place, in: rows, given, implied)
        if columns.long == nil {
          measurement.intervalStart = observed.last { $0 < row.time }
        }
        experiment.measurements.append(measurement)
      }
    }
    for name in columns.inputs.keys { experiment.inputs[name] = signal(name, rows) }
    if columns.long != nil {
      for name in names.inputs {
        if let signal = signal(name, rows) { experiment.inputs[name] = signal }
      }
    }
    for (name, column) in columns.conditions {
      experiment.conditions[name] = try condition(column, id, rows)
    }
    if case .calendar = axis { experiment.startTime = rows.map(\.time).min() }
    return experiment
  }

  /// Whether a row's values were measured before the doses at its time: a row of a dose follows and none comes before it, or only further doses
  /// of a repetition are given then.
  private func isBefore(
    _ place: Int, in rows: [Row], _ given: Set<Double>, _ implied: Set<Double>
  ) -> Bool {
    let row = rows[place]
    if row.isDose { return true }
    if implied.contains(row.time) { return true }
    guard given.contains(row.time) else { return false }
    let isAfter = rows[..<place].contains { $0.time == row.time && ($0.isDose || $0.isReset) }
    return !isAfter
  }

  private func signal(_ name: String, _ rows: [Row]) -> InputSignal? {
    var times: [Double] = []
    var values: [Double] = []
    for row in rows.sorted(by: { $0.time < $1.time }) {
      guard let value = row.inputs[name] else { continue }
      if times.last == row.time {
        values[values.count - 1] = value
      } else {
        times.append(row.time)
        values.append(value)
      }
    }
    if times.isEmpty { return nil }
    return InputSignal(times: times, values: values, interpolation: options.interpolation)
  }

  /// The one value that a column has in an experiment.
  private func condition(_ column: Int, _ id: String, _ rows: [Row]) throws -> Double? {
    var found: (value: Double, line: Int)?
    for row in rows {
      let raw = FitTable.Row(line: row.line, cells: row.cells)
      guard let value = try number(raw, column) else { continue }
      if let found, found.value != value {
        throw EquationDataError(
          table.source, line: row.line,
          .conditionVaries(table.header[column], id: id, value: value, before: found.value))
      }
      found = found ?? (value, row.line)
    }
    return found?.value
  }

  private func schedule(_ id: String, _ rows: [Row]) throws -> DoseSchedule {
    let events = rows.filter { $0.isDose || $0.isReset }
    if events.isEmpty { return DoseSchedule() }
    let words = columns.doses.keys.filter { $0 != "MDV" }.sorted()
    let header = ["TIME"] + words
    let cells = events.map { row in
      EventTable.Row(
        line: row.line,
        cells: ["\(row.time)"] + words.map { row.cells[columns.doses[$0] ?? 0] })
    }
    let table = try EventTable(
      header: words.contains("AMT") ? header : header + ["AMT"], rows: cells,
      states: equations.states.map(\.name), source: self.table.source)
    return table.series.first?.schedule ?? DoseSchedule()
  }

  // MARK: Warnings

  /// What is odd about the measured columns.
  func warnings() throws(DataError) -> [DataWarning] {
    var quantities: [String] = []
    for measurement in rows.values.joined().flatMap(\.measurements)
    where !quantities.contains(measurement.observable) {
      quantities.append(measurement.observable)
    }
    let labels = quantities.map { quantity in
      columns.measured.first { $0.quantity == quantity }.map { table.header[$0.column] }
        ?? options.mapping.first { $0.quantity == quantity }?.column ?? quantity
    }
    let series = ids.compactMap { id in
      rows[id].map { rows in
        ScannedSeries(
          id: id,
          rows: rows.flatMap { row in
            // Replicates are rows of their own.
            let counts = quantities.map { quantity in
              row.measurements.filter { $0.observable == quantity }.map(\.value.number)
            }
            return (0..<(counts.map(\.count).max() ?? 0)).map { replicate in
              (
                time: row.time, line: row.line,
                values: counts.map { replicate < $0.count ? $0[replicate] : .nan }
              )
            }
          })
      }
    }
    return try DataWarning.warnings(
      source: table.source, axis: axis, series, channels: labels)
  }
}

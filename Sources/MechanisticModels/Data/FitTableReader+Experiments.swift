import Tables
import TimeSeries

// The rows of each series as an experiment.

extension FitTableReader {
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

  /// Warnings about the measured columns.
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

import NumericCore
public import Tables
import TimeSeries

// Known values and doses from files of their own. Each function returns notes for the reader.

extension FitData {
  /// Adds the known values of each experiment from a table with one row for each id.
  ///
  /// - Throws: `DataError` for a cell that is no number; `EquationDataError` for a column that the equations do not name or an
  ///   experiment without a row.
  public mutating func addConditions(
    from path: String, for equations: EquationSystem, missing: [String] = []
  ) throws {
    let table = try ConditionTable(
      FitTable(CSVReader(path: path)), for: equations, missing: missing)
    experiments = try table.applied(to: experiments)
  }

  /// Adds the doses of each experiment from a table with ids, or the same doses to all from a table without.
  ///
  /// - Parameters:
  ///   - path: the table of doses.
  ///   - equations: the equations that the doses go into.
  ///   - order: the order of day and month in dates.
  ///   - isPart: whether these data are only some of the series, so that doses of others are left out.
  /// - Throws: `DataError`, `DosingError`; `EquationDataError` for doses of an id that the data do not have.
  public mutating func addDoses(
    from path: String, for equations: EquationSystem, order: DateOrder? = nil,
    isPart: Bool = false
  ) throws -> [String] {
    let dates = EventTable.Dates(unit: axis.unit ?? .hours, order: order, axis: axis)
    let table = try EventTable(contentsOf: path, for: equations, dates: dates)
    let ids = experiments.experiments.map(\.id)
    if !isPart,
      let other = table.series.map(\.id).first(where: { !$0.isEmpty && !ids.contains($0) })
    {
      throw EquationDataError(path, .dosesOfUnknown(other, data: source, known: ids))
    }
    var coincident = 0
    for place in experiments.experiments.indices {
      let only = table.series.count == 1 && table.series[0].id.isEmpty ? table.series[0] : nil
      guard let found = only ?? table[ids[place]] else { continue }
      experiments.experiments[place].doses.doses += found.schedule.doses
      experiments.experiments[place].doses.resets += found.schedule.resets
      // With dates, a series starts at its first row or its first dose.
      if let start = experiments.experiments[place].startTime,
        let first = found.schedule.doses.map(\.time).min()
      {
        experiments.experiments[place].startTime = min(start, first)
      }
      let times = Set(found.schedule.expanded.map(\.time))
      coincident += experiments.experiments[place].measurements
        .count { times.contains($0.time) && !$0.isBeforeDose }
    }
    if coincident == 0 { return [] }
    return [
      "\(coincident) \(coincident == 1 ? "measurement" : "measurements") at the time of a dose of \(path) "
        + "\(coincident == 1 ? "counts" : "count") as taken after it; write the doses as rows of the data, after "
        + "the measurement, to have it before"
    ]
  }
}

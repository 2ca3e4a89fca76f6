import Tables

extension EventTable {
  /// Reads a file of doses.
  ///
  /// - Throws: `DataError` for an unreadable file; `DosingError` for the first mistake, with its line.
  public init(
    contentsOf path: String, for equations: EquationSystem, dates: Dates = Dates()
  ) throws {
    var reader = try CSVReader(path: path)
    var row = CSVRow()
    guard try reader.readHeader(into: &row) else { throw DataError(source: path, .empty) }
    let header = (0..<row.count).map { row.text($0) }
    var rows: [Row] = []
    while try reader.read(into: &row) {
      rows.append(Row(line: row.line, cells: (0..<row.count).map { row.text($0) }))
    }
    try self.init(
      header: header, rows: rows, states: equations.states.map(\.name), source: path,
      dates: dates)
    for dose in series.flatMap(\.schedule.doses) {
      guard let place = equations.stateIndex(dose.compartment), equations.states[place].isAlgebraic
      else { continue }
      throw DosingError(source: path, line: 1, reason: .algebraicCompartment(dose.compartment))
    }
  }
}

import Tables

/// What the columns of a table of data are.
struct FitColumns {
  /// A column of measured values.
  struct Measured {
    var column: Int
    var quantity: String
    /// Columns of the standard error and of limits of quantification.
    var error: Int?
    var lower: Int?
    var upper: Int?
  }

  var time: Int
  var id: Int?
  /// Wide: one for each measured column; long: the value column under every name.
  var measured: [Measured] = []
  /// Of a long table: the column of channels and that of values.
  var long: (channel: Int, value: Int)?
  /// Columns of doses by their name in capitals; empty: there are none.
  var doses: [String: Int] = [:]
  /// Columns of inputs, and columns of known values, by the name in the equations.
  var inputs: [String: Int] = [:]
  var conditions: [String: Int] = [:]
  /// Columns that say whether a value is censored (1 below, −1 above), and of the other end of an interval.
  var censoring: Int?
  var limit: Int?
  /// Columns that are not read.
  var ignored: [String] = []
  /// What is worth a note: columns that are read by a convention of their names.
  var notes: [String] = []

  private static let times = ["time", "t", "date", "datetime", "timestamp"]
  private static let errorWords = ["se", "sd", "sigma", "stderr", "sem", "error"]
  private static let lowerWords = ["lloq", "loq", "lod"]
  private static let upperWords = ["uloq"]

  init(
    _ table: FitTable, for equations: EquationSystem, _ options: FitTableOptions
  ) throws {
    let names = EquationNames(equations)
    id =
      try options.idColumn.map { try table.required($0) }
      ?? table.first(of: ["id"])
      ?? (table.column("observableId") == nil ? nil : table.column("simulationConditionId"))
    let (id, long) = (id, try Self.long(table, options))
    self.long = long.map { ($0.0, $0.1) }
    let taken = Set([id, long?.0, long?.1].compactMap { $0 })
    time =
      try options.timeColumn.map { try table.required($0) }
      ?? table.first(of: Self.times)
      ?? table.header.indices.first { !taken.contains($0) } ?? 0
    var rest = table.header.indices.filter { !taken.contains($0) && $0 != time }
    if options.timeColumn == nil, id == time { self.id = nil }
    let isMapped = Set(options.mapping.map(\.column))
    findDoses(table, &rest) { names.isKnown($0) || isMapped.contains($0) }
    if long == nil {
      try findMeasured(table, names, options, &rest)
    }
    for column in rest {
      let name = table.header[column]
      if names.inputs.contains(name) { inputs[name] = column }
      if let value = names.condition(name) {
        conditions[value] = column
        notes.append(
          "'\(name)' is read as the known value of \(value)\(id == nil ? "" : " in each series")")
      }
    }
    for entry in options.mapping where names.inputs.contains(entry.quantity) {
      if let column = table.column(entry.column) { inputs[entry.quantity] = column }
    }
    rest.removeAll { inputs.values.contains($0) || conditions.values.contains($0) }
    try findErrors(table, options, &rest)
    findLimits(table, &rest)
    ignored = rest.map { table.header[$0] }
  }

  /// The columns of a long table; `nil` for the table is wide.
  private static func long(
    _ table: FitTable, _ options: FitTableOptions
  ) throws(DataError) -> (Int, Int)? {
    let channel =
      try options.channelColumn.map { name throws(DataError) in try table.required(name) }
      ?? table.first(of: ["channel"]) ?? table.first(of: ["observableid"])
    let value =
      try options.valueColumn.map { name throws(DataError) in try table.required(name) }
      ?? table.first(of: ["value"]) ?? table.first(of: ["measurement"])
    guard let channel, let value else {
      if let name = options.channelColumn {
        throw DataError(
          source: table.source, line: 1, .missingColumn("value", found: table.header + [name]))
      }
      if options.valueColumn != nil {
        throw DataError(
          source: table.source, line: 1, .missingColumn("channel", found: table.header))
      }
      return nil
    }
    return (channel, value)
  }

  /// A table has doses if it has a column of amounts or of kinds of events.
  private mutating func findDoses(
    _ table: FitTable, _ rest: inout [Int], isTaken: (String) -> Bool
  ) {
    let free = rest.filter { !isTaken(table.header[$0]) }
    let words = free.map { table.header[$0].uppercased() }
    guard words.contains("AMT") || words.contains("EVID") else { return }
    for (column, word) in zip(free, words) {
      switch word {
      case "AMT", "RATE", "DUR", "CMT", "II", "ADDL", "SS", "EVID", "MDV":
        if doses[word] == nil { doses[word] = column }
      case "CENS": censoring = censoring ?? column
      case "LIMIT": limit = limit ?? column
      default: break
      }
    }
    let used = Set(Array(doses.values) + [censoring, limit].compactMap { $0 })
    rest.removeAll { used.contains($0) }
  }

  private mutating func findMeasured(
    _ table: FitTable, _ names: EquationNames, _ options: FitTableOptions, _ rest: inout [Int]
  ) throws {
    for entry in options.mapping where !names.inputs.contains(entry.quantity) {
      guard let column = table.header.firstIndex(of: entry.column) else {
        throw EquationDataError(
          table.source,
          .noColumn(entry.column, known: rest.map { table.header[$0] }))
      }
      guard names.measurable.contains(entry.quantity) else {
        throw EquationDataError(
          table.source,
          .noQuantity(entry.quantity, equations: names.equations, known: names.measurable))
      }
      measured.append(Measured(column: column, quantity: entry.quantity))
    }
    for column in rest where !measured.contains(where: { $0.column == column }) {
      let name = table.header[column]
      guard names.measurable.contains(name) else { continue }
      measured.append(Measured(column: column, quantity: name))
    }
    // In any case and with a unit behind it, where no column has exactly the name.
    for column in rest where !measured.contains(where: { $0.column == column }) {
      let name = table.header[column]
      let plain = Self.withoutUnit(name).lowercased()
      let near = names.measurable.filter { $0.lowercased() == plain }
      guard near.count == 1, !names.isKnown(name),
        !measured.contains(where: { $0.quantity == near[0] })
      else { continue }
      measured.append(Measured(column: column, quantity: near[0]))
    }
    rest.removeAll { column in measured.contains { $0.column == column } }
  }

  /// `conc` of `conc [mg/l]` or `conc (mg/l)`.
  private static func withoutUnit(_ name: String) -> Substring {
    let brackets: [(Character, Character)] = [("[", "]"), ("(", ")")]
    for (open, close) in brackets where name.last == close {
      guard let start = name.lastIndex(of: open), start != name.startIndex else { continue }
      let plain = name[..<start]
      // `x(0)` has no unit.
      guard plain.last == " " || open == "[" else { continue }
      return plain.last == " " ? plain.dropLast() : plain
    }
    return name[...]
  }

  private mutating func findErrors(
    _ table: FitTable, _ options: FitTableOptions, _ rest: inout [Int]
  ) throws {
    if long != nil {
      measured = []
      let generic =
        options.errorColumns[""].flatMap { table.column($0) }
        ?? rest.first { Self.errorWords.contains(table.header[$0].lowercased()) }
        ?? rest.first { table.header[$0] == "noiseParameters" }
      if let generic {
        longError = generic
        rest.removeAll { $0 == generic }
      }
      return
    }
    for place in measured.indices {
      let name = table.header[measured[place].column]
      let quantity = measured[place].quantity
      if let written = options.errorColumns[name] ?? options.errorColumns[quantity] {
        measured[place].error = try table.required(written)
      } else {
        measured[place].error = companion(
          of: [name, quantity], Self.errorWords, table, rest)
        if let found = measured[place].error {
          notes.append("'\(table.header[found])' is read as the standard error of \(quantity)")
        }
      }
    }
    for column in options.errorColumns.keys.sorted()
    where !measured.contains(where: {
      table.header[$0.column] == column || $0.quantity == column || column.isEmpty
    }) {
      throw EquationDataError(
        table.source, .noColumn(column, known: measured.map { table.header[$0.column] }))
    }
    rest.removeAll { column in measured.contains { $0.error == column } }
  }

  /// Of a long table, the column of standard errors.
  var longError: Int?
  /// Of a long table, the columns of limits.
  var longLimits: (lower: Int?, upper: Int?) = (nil, nil)

  private mutating func findLimits(_ table: FitTable, _ rest: inout [Int]) {
    if long != nil {
      longLimits = (
        rest.first { Self.lowerWords.contains(table.header[$0].lowercased()) },
        rest.first { Self.upperWords.contains(table.header[$0].lowercased()) }
      )
      rest.removeAll { $0 == longLimits.lower || $0 == longLimits.upper }
      return
    }
    for place in measured.indices {
      let names = [table.header[measured[place].column], measured[place].quantity]
      measured[place].lower = companion(of: names, Self.lowerWords, table, rest)
      measured[place].upper = companion(of: names, Self.upperWords, table, rest)
    }
    rest.removeAll { column in
      measured.contains { $0.lower == column || $0.upper == column }
    }
  }

  /// The column `x_sd` or `sd_x` of a column `x`; of a table with one measured column `sd` as well.
  private func companion(
    of names: [String], _ words: [String], _ table: FitTable, _ rest: [Int]
  ) -> Int? {
    let names = names.map { $0.lowercased() }
    return rest.first { column in
      let text = table.header[column].lowercased()
      return words.contains { word in
        names.contains { name in
          [" ", "_", ".", "-"].contains {
            text == "\(name)\($0)\(word)" || text == "\(word)\($0)\(name)"
          }
        } || (text == word && measured.count == 1)
      }
    }
  }
}

/// The names of equations, by what a column of that name is.
struct EquationNames {
  let equations: String
  let measurable: [String]
  let inputs: [String]
  private let parameters: [String]
  private let states: [String]

  init(_ system: EquationSystem) {
    equations = system.name
    measurable = system.measurableNames
    inputs = system.inputs.map(\.name)
    parameters = system.parameters.map(\.name)
    states = system.states.map(\.name)
  }

  /// The names of known values.
  var conditions: [String] { parameters + states.map { "\($0)(0)" } }

  func isKnown(_ name: String) -> Bool {
    measurable.contains(name) || inputs.contains(name) || condition(name) != nil
  }

  /// The known value that a column of this name gives: a parameter, or an initial value as `x(0)`, `x0` or `x_0`.
  func condition(_ name: String) -> String? {
    if parameters.contains(name) { return name }
    if measurable.contains(name) || inputs.contains(name) { return nil }
    for state in states where [state + "(0)", state + "0", state + "_0"].contains(name) {
      return state + "(0)"
    }
    return nil
  }
}

package import Tables

/// Reads series from CSV, one line at a time.
package struct TimeSeriesReader {
  var csv: CSVReader
  let options: TimeSeriesOptions
  var row = CSVRow()
  var clock: Clock
  var header: [String] = []
  var accumulators: [SeriesAccumulator] = []
  private var places: [String: Int] = [:]
  private var space = ScratchSpace()
  /// Numbers of the accumulators in memory.
  private var heldNumbers = 0
  private let missing: [[UInt8]]
  /// Columns of attributes: requested ones and detected ones.
  private var attributes: [Attribute] = []
  private var passedOver: [String] = []

  var survey = ColumnSurvey([], count: 0)
  var timePlace = ColumnSurvey.TimePlace(column: 0)
  /// Columns (in the long layout: channels) of values, in their order.
  var tallies: [ColumnTally] = []
  /// Numbers that mark missing values, by channel.
  package var missingMarks: [String: [(value: Double, count: Int, line: Int)]] = [:]
  /// Those that a first reading has found.
  package var foundMarks: [String: [(value: Double, count: Int, line: Int)]] = [:]
  /// The first rows.
  var ahead: [CSVRow] = []
  var notes: [DataWarning] = []
  var isDescending = false
  var hasTimes = false
  /// Rows without a time, and lines that may be the end of the table.
  var untimed: (count: Int, line: Int)?
  var footer: (count: Int, error: DataError)?

  /// Whether the file determines which columns are channels.
  var choosesChannels: Bool { options.channels == nil && options.names == nil }

  private struct Attribute {
    var name: String
    /// The column; `nil` in the long layout.
    var column: Int?
    var isFound = false
  }

  // The places where ids occur again after other ids.
  private var lastPlace: Int?
  private var isReturn = false
  private var returns = 0
  private var firstReturn: DataWarning?

  package init(_ csv: CSVReader, _ options: TimeSeriesOptions) {
    self.csv = csv
    self.options = options
    missing = options.missing.map { Array($0.utf8) }
    clock = Clock(source: csv.name, unit: options.unit, order: options.dates)
  }

  package mutating func read() throws(DataError) -> TimeSeriesFile {
    guard try csv.readHeader(into: &row) else { throw DataError(source: csv.name, .empty) }
    let line = row.line
    if csv.linesAbove > 0 { note(line, .linesAboveHeader(count: csv.linesAbove)) }
    header = try readHeader()
    try surveyColumns()
    let long = longColumns
    let channels: [String]
    if let long { channels = try readLong(long) } else { channels = try readWide() }
    let isLong = long != nil
    if let untimed, !hasTimes {
      throw DataError(
        source: csv.name, line: untimed.line, column: timePlace.column + 1, .missingTime)
    }
    if accumulators.isEmpty { throw DataError(source: csv.name, .noRows) }
    for place in accumulators.indices {
      accumulators[place].close()
      if isDescending { accumulators[place].reverse() }
      if space.isUsed { accumulators[place].move(to: &space) }
    }
    // With more such places the file is ordered by time, and every id occurs again and again.
    let isOdd = returns <= max(1, accumulators.count / 10)
    let warnings =
      (isOdd ? firstReturn.map { [$0] } ?? [] : []) + averageWarning
      + DataScan(source: csv.name, axis: clock.axis, isLong: isLong)
      .warnings(accumulators, channels)
    let kept = try keptChannels(channels, isLong: isLong)
    noteFindings(channels)
    let room = space.failure.map { [DataWarning(source: csv.name, .noScratch($0))] } ?? []
    let found = attributes.enumerated().map { place, attribute in
      let cells = accumulators.map {
        place < $0.constants.count ? $0.constants[place] : ConstantCell()
      }
      return SeriesAttribute(
        name: attribute.name, texts: cells.map(\.text), lines: cells.map(\.line))
    }
    var series: [TimeSeries] = []
    // One at a time, so that cells are not in memory twice for long.
    while var last = accumulators.popLast() {
      let one = last.series(channels, isLong: isLong, &space)
      series.append(kept.count == channels.count ? one : one.selecting(kept))
    }
    let shown = warnings.filter { $0.channel.map(kept.contains) ?? true }
    return TimeSeriesFile(
      source: csv.name, series: series.reversed(), axis: clock.axis,
      warnings: notes + shown + room, attributes: found, passedOver: passedOver)
  }

  /// The averaged rows, if they give a warning.
  private var averageWarning: [DataWarning] {
    let all = options.tellsAverages ? accumulators.compactMap(\.averaged) : []
    return all.map(\.first).min().map {
      let count = all.reduce(0) { $0 + $1.count }
      return [DataWarning(source: csv.name, line: $0, .rowsAveraged(count: count))]
    } ?? []
  }

  private func readHeader() throws(DataError) -> [String] {
    var names: [String] = []
    if row.isOfValues { throw DataError(source: csv.name, line: row.line, .headerOfNumbers) }
    if row.count == 1, row[0].contains(UInt8(ascii: " ")) {
      throw DataError(source: csv.name, line: row.line, .separatedByBlanks)
    }
    for cell in 0..<row.count {
      guard let name = String(validating: row[cell], as: UTF8.self) else {
        throw DataError(source: csv.name, line: row.line, column: cell + 1, .notText)
      }
      if !name.isEmpty && names.contains(name) {
        throw DataError(source: csv.name, line: row.line, column: cell + 1, .duplicateColumn(name))
      }
      names.append(name)
    }
    return names
  }

  func column(_ name: String) throws(DataError) -> Int {
    if let exact = header.firstIndex(of: name) { return exact }
    if let near = header.firstIndex(where: { $0.lowercased() == name.lowercased() }) { return near }
    throw DataError(source: csv.name, line: 1, .missingColumn(name, found: header))
  }

  private func idColumn() throws(DataError) -> Int? {
    if let name = options.idColumn { return try column(name) }
    return header.firstIndex { $0.lowercased() == "id" }
      ?? header.firstIndex { Self.idNames.contains($0.lowercased()) }
  }

  private static let idNames: Set<String> = [
    "unique_id", "series_id", "recordid", "record_id", "patient_id", "patientid", "patient",
    "subject_id", "subjectid", "subject",
  ]

  // MARK: Layouts

  private mutating func readWide() throws(DataError) -> [String] {
    let id = try idColumn()
    try setTimePlace(besides: id)
    let time = timePlace.column
    for name in options.attributes {
      attributes.append(Attribute(name: name, column: try column(name)))
    }
    var columns: [Int] = []
    if let wanted = options.channels {
      for name in wanted { columns.append(try column(name)) }
    } else {
      let taken = attributes.map(\.column) + [time, id, timePlace.clock, timePlace.zone]
      columns = header.indices.filter { !taken.contains($0) }
    }
    if choosesChannels { leaveOutRowNumbers(from: &columns) }
    try checkRoles(time: time, id: id, channels: columns)
    if let names = options.names {
      passedOver = columns.map { header[$0] }.filter { !names.contains($0) }
      columns.removeAll { !names.contains(header[$0]) }
      try checkNames(columns.count)
    }
    var isFirst = true
    while try nextRow() {
      if isFirst && options.findsAttributes && id != nil { takeTexts(from: &columns) }
      isFirst = false
      if columns.isEmpty { throw DataError(source: csv.name, line: 1, .noChannels) }
      guard let now = try rowTime(values: columns) else { continue }
      let place = try accumulator(id.map { row.text($0) } ?? "", channels: columns.count)
      for (number, attribute) in attributes.enumerated() {
        if let column = attribute.column { try take(row[column], of: number, column, into: place) }
      }
      try accumulators[place].begin(now, text: row.text(time), options.duplicates, at: position)
      hold(2 + columns.count, of: place)
      for (channel, column) in columns.enumerated() {
        if let value = try readNumber(column, of: header[column], channel) {
          try accumulators[place].add(value, channel, source: csv.name)
        }
      }
    }
    return columns.map { header[$0] }
  }

  /// At least one of the named columns exists.
  private func checkNames(_ count: Int) throws(DataError) {
    if count == 0 && !passedOver.isEmpty {
      throw DataError(source: csv.name, line: 1, .noneNamed(found: passedOver))
    }
  }

  /// A column has one role.
  private func checkRoles(time: Int, id: Int?, channels: [Int]) throws(DataError) {
    var roles: [Int: DataError.ColumnRole] = [:]
    let all: [(Int?, DataError.ColumnRole)] =
      [(time, .time), (id, .id)] + channels.map { ($0, .channel) }
      + attributes.map { ($0.column, .attribute) }
    for (column, role) in all {
      guard let column, let other = roles.updateValue(role, forKey: column) else { continue }
      throw DataError(
        source: csv.name, line: 1, column: column + 1,
        .twoRoles(column: header[column], other, role))
    }
  }

  private mutating func readLong(
    _ columns: (channel: Int, value: Int)
  ) throws(DataError) -> [String] {
    let (channel, value) = columns
    let id = try idColumn()
    try setTimePlace(besides: id)
    let time = timePlace.column
    try checkRoles(time: time, id: id, channels: [channel, value])
    var names = options.channels ?? []
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
      throw DataError(source: csv.name, .twoRoles(column: name, .channel, .channel))
    }
    var seen: Set<String> = []
    var others: [String] = []
    attributes = options.attributes.map { Attribute(name: $0) }
    while try nextRow() {
      let name = row.text(channel)
      if let number = attributes.firstIndex(where: { $0.name == name }) {
        seen.insert(name)
        let place = try accumulator(id.map { row.text($0) } ?? "", channels: 1)
        try take(row[value], of: number, value, into: place)
        continue
      }
      if let wanted = options.names, !wanted.contains(name) {
        if !passedOver.contains(name) { passedOver.append(name) }
        continue
      }
      let known = names.firstIndex(of: name)
      if known == nil && options.channels != nil {
        // A few suffice for a message.
        if others.count < 8 && !others.contains(name) { others.append(name) }
        continue
      }
      if known == nil { names.append(name) }
      seen.insert(name)
      let place = try accumulator(id.map { row.text($0) } ?? "", channels: 1)
      guard let now = try rowTime(values: [value]) else { continue }
      let log = known ?? names.count - 1
      guard let number = try readNumber(value, of: name, log) else { continue }
      try accumulators[place].begin(
        now, text: row.text(time), in: log, options.duplicates, at: position)
      try accumulators[place].add(number, 0, in: log, source: csv.name)
      hold(3, of: place, log)
    }
    try checkNames(names.count)
    let found = seen.sorted() + others
    for name in (options.channels ?? []) + options.attributes
    where !seen.contains(name) && !found.isEmpty {
      throw DataError(source: csv.name, .missingChannel(name, found: found))
    }
    return names
  }

  // MARK: Attributes

  /// A column whose first cell is a text can only be an attribute.
  private mutating func takeTexts(from columns: inout [Int]) {
    for column in columns where isText(row[column]) {
      attributes.append(Attribute(name: header[column], column: column, isFound: true))
    }
    columns.removeAll { column in attributes.contains { $0.column == column } }
  }

  private func isText(_ cell: ArraySlice<UInt8>) -> Bool {
    !cell.isEmpty && !missing.contains(where: cell.elementsEqual) && decimalNumber(cell) == nil
      && !["nan", "inf", "-inf", "na", "n/a", "null"].contains(
        String(decoding: cell, as: UTF8.self).lowercased())
  }

  private mutating func take(
    _ cell: ArraySlice<UInt8>, of number: Int, _ column: Int, into place: Int
  ) throws(DataError) {
    if missing.contains(where: cell.elementsEqual) { return }
    while accumulators[place].constants.count <= number {
      accumulators[place].constants.append(ConstantCell())
    }
    if accumulators[place].constants[number].take(cell, line: row.line) { return }
    let text = String(decoding: cell, as: UTF8.self)
    let name = attributes[number].name
    if attributes[number].isFound {
      throw error(.notANumber(text: text, column: name), column: column)
    }
    let before = accumulators[place].constants[number]
    throw error(
      .attributeVaries(
        column: name, id: accumulators[place].id, text: text, before: before.text,
        line: before.line), column: column)
  }

  // MARK: Cells

  private var position: DataPosition {
    DataPosition(
      source: csv.name, line: row.line, isReturn: isReturn, clockChange: clock.hourOfClockChange)
  }

  func error(_ reason: DataError.Reason, column: Int? = nil) -> DataError {
    DataError(source: csv.name, line: row.line, column: column.map { $0 + 1 }, reason)
  }

  private mutating func accumulator(_ id: String, channels: Int) throws(DataError) -> Int {
    if let place = places[id] {
      isReturn = lastPlace != place
      if isReturn {
        returns += 1
        if firstReturn == nil {
          firstReturn = DataWarning(
            source: csv.name, line: row.line,
            .idComesAgain(id: id, lastLine: accumulators[place].lastLine))
        }
      }
      lastPlace = place
      return place
    }
    isReturn = false
    lastPlace = accumulators.count
    places[id] = accumulators.count
    accumulators.append(SeriesAccumulator(id: id, channels: channels))
    return accumulators.count - 1
  }

  /// Counts the numbers of a row; above the limit all rows are written to the file, and then each
  /// later piece.
  private mutating func hold(_ numbers: Int, of place: Int, _ log: Int = 0) {
    if isDescending { return }
    heldNumbers += numbers
    if space.isUsed { heldNumbers -= accumulators[place].movePiece(of: log, to: &space) }
    if heldNumbers < options.mostNumbers { return }
    for place in accumulators.indices { accumulators[place].move(to: &space) }
    heldNumbers = 0
  }

  private mutating func readNumber(
    _ column: Int, of channel: String, _ number: Int
  ) throws(DataError) -> Double? {
    let cell = row[column]
    while tallies.count <= number { tallies.append(ColumnTally()) }
    if cell.isEmpty { return nil }
    if !missing.isEmpty && missing.contains(where: cell.elementsEqual) { return nil }
    guard let value = decimalNumber(cell) else {
      if tallies[number].takeLimit(cell, line: row.line) { return nil }
      let found = error(
        .notANumber(text: row.text(column), column: header[column]), column: column)
      guard choosesChannels else { throw found }
      tallies[number].take(found)
      return nil
    }
    if !value.isFinite {
      throw error(
        .notFinite(text: row.text(column), column: header[column]), column: column)
    }
    if let marks = missingMarks[channel], marks.contains(where: { $0.value == value }) {
      return nil
    }
    tallies[number].take(value, line: row.line)
    return value
  }
}

extension DataError.Reason: Error {}

/// The place of a row.
struct DataPosition {
  let source: String
  let line: Int
  /// Whether the series occurred earlier in the file.
  var isReturn = false
  /// The largest step back of clocks that change to winter time; 0 if the times cannot.
  var clockChange = 0.0
}

import Tables
import TimeSeries

/// The class of each series by its id.
struct SeriesLabels {
  /// The column's name.
  let column: String
  let source: String
  /// Texts and their lines.
  private(set) var texts: [String: (text: String, line: Int)] = [:]

  /// Labels in the data.
  init(_ attribute: SeriesAttribute, of file: TimeSeriesFile) {
    column = attribute.name
    source = file.source
    for (number, one) in file.series.enumerated() where !attribute.texts[number].isEmpty {
      texts[one.id] = (LabelledData.className(attribute.texts[number]), attribute.lines[number])
    }
  }

  /// A file with an id and a label in each row.
  ///
  /// The ids are in the column `id` or the given one, or else in the first; the labels in the given
  /// column, or else in the only other one, or one called label, class, target, species or y.
  init(path: String, label: String?, id: String?) throws(DataError) {
    source = path
    var reader = try CSVReader(path: path)
    var row = CSVRow()
    guard try reader.readHeader(into: &row) else { throw DataError(source: path, .empty) }
    let header = (0..<row.count).map { row.text($0) }
    let lowered = header.map { $0.lowercased() }
    let ids = lowered.firstIndex(of: (id ?? "id").lowercased()) ?? 0
    let others = header.indices.filter { $0 != ids }
    let usual = others.first { LabelledData.labelNames.contains(lowered[$0]) }
    let place: Int?
    if let label {
      place = header.firstIndex(of: label)
    } else {
      place = others.count == 1 ? others[0] : usual
    }
    guard let place else {
      throw DataError(source: path, line: 1, .missingColumn(label ?? "label", found: header))
    }
    column = header[place]
    while try reader.read(into: &row) {
      guard row.count == header.count else {
        throw DataError(
          source: path, line: row.line,
          row.count > header.count
            ? .tooManyCells(found: row.count, expected: header.count)
            : .tooFewCells(found: row.count, expected: header.count))
      }
      let (id, text) = (row.text(ids), LabelledData.className(row.text(place)))
      if text.isEmpty { continue }
      if let known = texts[id], known.text != text {
        throw DataError(
          source: path, line: row.line, .labels(.labelTwice(id: id, line: known.line)))
      }
      texts[id] = texts[id] ?? (text, row.line)
    }
    if texts.isEmpty { throw DataError(source: path, .noRows) }
  }
}

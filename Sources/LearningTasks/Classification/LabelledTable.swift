package import Tables
import ContinuousModels

extension LabelledData {
  /// Names by which a label column is detected.
  static let labelNames = ["label", "class", "target", "species"]

  /// Reads a CSV file with a header: numbers, and one column with the class of each row.
  ///
  /// Classes are whole numbers or names. Without a given name, the label column is the one called
  /// label, class, target or species, in this order, or else the last. Rows with an empty cell are
  /// skipped and counted.
  ///
  /// - Parameter features: the columns to read, in this order; `nil` for all except the label.
  package init(
    path: String, label: String? = nil, features: [String]? = nil
  ) throws(DataError) {
    try self.init(CSVReader(path: path), label: label, features: features)
  }

  /// Reads bytes in memory.
  package init(
    name: String, bytes: [UInt8], label: String? = nil, features: [String]? = nil
  ) throws(DataError) {
    try self.init(CSVReader(name: name, bytes: bytes), label: label, features: features)
  }

  init(_ reader: CSVReader, label wanted: String?, features: [String]?) throws(DataError) {
    var reader = reader
    var row = CSVRow()
    guard try reader.readHeader(into: &row) else { throw DataError(source: reader.name, .empty) }
    let header = (0..<row.count).map { row.text($0) }
    let labelPlace = try Self.labelPlace(wanted, in: header, source: reader.name)
    let places = try Self.places(of: features, in: header, but: labelPlace, source: reader.name)
    var numbers: [Float] = []
    var texts: [(text: String, line: Int)] = []
    var incomplete = 0
    while try reader.read(into: &row) {
      guard row.count == header.count else {
        throw DataError(
          source: reader.name, line: row.line,
          row.count > header.count
            ? .tooManyCells(found: row.count, expected: header.count)
            : .tooFewCells(found: row.count, expected: header.count))
      }
      if row[labelPlace].isEmpty || places.contains(where: { row[$0].isEmpty }) {
        incomplete += 1
        continue
      }
      for place in places {
        numbers.append(try Self.number(row, place, header[place], source: reader.name))
      }
      texts.append((row.text(labelPlace), row.line))
    }
    if texts.isEmpty {
      throw DataError(source: reader.name, incomplete > 0 ? .labels(.noCompleteRow) : .noRows)
    }
    let (classes, labels) = try Self.classes(
      of: texts, column: header[labelPlace], source: reader.name)
    self.init(
      source: reader.name, label: header[labelPlace], features: places.map { header[$0] },
      classes: classes, labels: labels, numbers: numbers, incompleteRows: incomplete)
  }

  /// The columns of the features.
  private static func places(
    of features: [String]?, in header: [String], but label: Int, source: String
  ) throws(DataError) -> [Int] {
    guard let features else { return header.indices.filter { $0 != label } }
    var places: [Int] = []
    for name in features {
      guard let place = header.firstIndex(of: name) else {
        throw DataError(source: source, line: 1, .missingColumn(name, found: header))
      }
      places.append(place)
    }
    return places
  }

  private static func labelPlace(
    _ wanted: String?, in header: [String], source: String
  ) throws(DataError) -> Int {
    // A first line of numbers, except for the class name, is a row and not a header.
    let isNumber = header.map { decimalNumber(ArraySlice($0.utf8)) != nil }
    if header.count > 1 && isNumber.dropLast().allSatisfy({ $0 }) {
      throw DataError(source: source, line: 1, .headerOfNumbers)
    }
    if header.count == 1, header[0].contains(" ") {
      throw DataError(source: source, line: 1, .separatedByBlanks)
    }
    for (place, name) in header.enumerated() {
      if name.isEmpty {
        throw DataError(source: source, line: 1, column: place + 1, .unnamedColumn)
      }
      if header[..<place].contains(name) {
        throw DataError(source: source, line: 1, column: place + 1, .duplicateColumn(name))
      }
    }
    if header.count < 2 { throw DataError(source: source, line: 1, .labels(.noFeatures)) }
    if let wanted {
      guard let place = header.firstIndex(of: wanted) else {
        throw DataError(source: source, line: 1, .missingColumn(wanted, found: header))
      }
      return place
    }
    let names = header.map { $0.lowercased() }
    let places = labelNames.compactMap { names.firstIndex(of: $0) }
    return places.first ?? header.count - 1
  }

  private static func number(
    _ row: CSVRow, _ place: Int, _ column: String, source: String
  ) throws(DataError) -> Float {
    guard let value = decimalNumber(row[place]) else {
      throw DataError(
        source: source, line: row.line, column: place + 1,
        .notANumber(text: row.text(place), column: column))
    }
    guard value.isFinite else {
      throw DataError(
        source: source, line: row.line, column: place + 1,
        .notFinite(text: row.text(place), column: column))
    }
    return Float(value)
  }

  /// The name of a class as it is written, but `1` for `1.0`.
  static func className(_ text: String) -> String {
    guard Int(text) == nil, let value = decimalNumber(ArraySlice(text.utf8)),
      let whole = Int(exactly: value), whole.magnitude < 1 << 53
    else { return text }
    return String(whole)
  }

  /// Whole numbers in numerical order, or names in alphabetical order.
  static func classes(
    of texts: [(text: String, line: Int)], column: String, source: String
  ) throws(DataError) -> (classes: [String], labels: [Int]) {
    let texts = texts.map { (text: className($0.text), line: $0.line) }
    let distinct = Set(texts.map(\.text))
    let numbers = distinct.compactMap { text in decimalNumber(ArraySlice(text.utf8)) }
    var order = distinct.sorted()
    if numbers.count == distinct.count {
      if let wrong = texts.first(where: { Int($0.text) == nil }) {
        throw DataError(
          source: source, line: wrong.line,
          .labels(.labelNotWhole(text: wrong.text, column: column)))
      }
      order.sort { (Int($0) ?? 0) < (Int($1) ?? 0) }
    } else if numbers.count > 0,
      let number = texts.first(where: { decimalNumber(ArraySlice($0.text.utf8)) != nil })
    {
      throw DataError(
        source: source, line: number.line, .labels(.labelsMixed(text: number.text, column: column)))
    }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    return (order, texts.map { places[$0.text] ?? 0 })
  }
}

extension LabelledData {
  private static let fewRows = 20

  /// Refuses data that cannot train a classifier.
  ///
  /// These are one class, a class for nearly every row, fewer rows than features or than 10 per
  /// class, and a constant feature.
  package func checkForTraining() throws(DataError) {
    // The classes of images are 0 to the largest label, whether or not they occur.
    if let first = labels.first, labels.allSatisfy({ $0 == first }) {
      throw DataError(
        source: source,
        isImages ? .images(.imagesOfOneClass(classes[first])) : .labels(.oneClass(classes[first])))
    }
    // A few rows do not show this.
    if !isImages && count < Self.fewRows {
      throw DataError(
        source: source,
        .labels(
          .tooFewLabelledRows(
            found: count, needed: max(features.count + 1, 10 * classes.count, Self.fewRows))))
    }
    if 2 * classes.count > count {
      throw DataError(source: source, .labels(.tooManyClasses(found: classes.count, rows: count)))
    }
    if isImages {
      let needed = ImageClassifier.smallestSide
      if shape[0] < needed || shape[1] < needed {
        throw DataError(
          source: source, .images(.imagesTooSmall(found: Array(shape.prefix(2)), needed: needed)))
      }
      return
    }
    let needed = max(features.count + 1, 10 * classes.count)
    if count < needed {
      throw DataError(source: source, .labels(.tooFewLabelledRows(found: count, needed: needed)))
    }
    for (place, name) in features.enumerated() {
      let first = value(0, place)
      if (0..<count).allSatisfy({ value($0, place) == first }) {
        throw DataError(source: source, .constantChannel(name, value: first))
      }
    }
  }
}

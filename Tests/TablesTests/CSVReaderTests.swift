import Platform
import TimeSeries
import Tables
import Testing

@Suite struct CSVReaderTests {
  private func rows(_ text: String) throws -> [[String]] {
    var reader = CSVReader(name: "test.csv", bytes: Array(text.utf8))
    var row = CSVRow()
    var rows: [[String]] = []
    while try reader.read(into: &row) { rows.append((0..<row.count).map { row.text($0) }) }
    return rows
  }

  @Test func `cells are split at commas and rows at line ends of either kind`() throws {
    #expect(try rows("a,b\n1,2\r\n,\n") == [["a", "b"], ["1", "2"], ["", ""]])
    #expect(try rows("a,b") == [["a", "b"]])
    #expect(try rows("a,") == [["a", ""]])
  }

  @Test func `semicolons, tabs and bars separate cells where the first line has them`() throws {
    #expect(
      try rows("a;b\n1,5;-2,5e3\n31.12.2024;x,y\n\"3,4\";1,2,3\n") == [
        ["a", "b"], ["1.5", "-2.5e3"], ["31.12.2024", "x,y"], ["3.4", "1,2,3"],
      ])
    // In a file of tabs a comma may part thousands: it stays, and is reported as not a number.
    #expect(try rows("a\tb\n1,500\t2\n") == [["a", "b"], ["1,500", "2"]])
    #expect(try rows("a|b\n1|2\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("sep=;\r\na,b;c\r\n1;2\r\n") == [["a,b", "c"], ["1", "2"]])
    #expect(try rows("a,b;c\n1,2\n") == [["a", "b;c"], ["1", "2"]])
    #expect(try rows("\"a;b;c\",d\n1,2\n") == [["a;b;c", "d"], ["1", "2"]])
    #expect(try rows("a,b\r1,2\r3,4") == [["a", "b"], ["1", "2"], ["3", "4"]])
  }

  @Test(arguments: [
    ",#patients\n0,3\n1,4\n", "\"\",#patients\n0,3\n1,4\n", ",#\n", " ,#\n0,1\n",
    ",,#\n1,2,3\n",
  ])
  func `a header whose first cell is empty is no comment`(text: String) throws {
    var reader = CSVReader(name: "test.csv", bytes: Array(text.utf8))
    var row = CSVRow()
    #expect(try reader.readHeader(into: &row))
    #expect(row.text(0) == "" && row.text(row.count - 1).first == "#")
  }

  @Test(arguments: ["# a,b\n1,2\n", " #a,b\n1,2\n", "\t# a,b\n1,2\n"])
  func `a row whose first cell begins with the mark is a comment`(text: String) throws {
    var reader = CSVReader(name: "test.csv", bytes: Array(text.utf8))
    var row = CSVRow()
    #expect(try reader.readHeader(into: &row))
    #expect((0..<row.count).map { row.text($0) } == ["a", "b"] || text.contains("\t"))
    #expect(row.text(0) == "a")
  }

  @Test func `a quoted mark is the name of a column`() throws {
    var reader = CSVReader(name: "test.csv", bytes: Array("\"#\",b\n1,2\n".utf8))
    var row = CSVRow()
    #expect(try reader.readHeader(into: &row))
    #expect((0..<row.count).map { row.text($0) } == ["#", "b"])
  }

  @Test func `cells and rows have a largest size`() throws {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(try rows("a,b\n\(long.dropLast(9000)),2\n").count == 2)
    let limit = DataError(source: "test.csv", line: 2, column: 2, .cellTooLong(limit: 1 << 20))
    #expect(throws: limit) { try rows("a,b\n1,\(long)\(long)\n") }
    // A quote that does not end takes what follows.
    #expect(throws: limit) { try rows("a,b\n1,\"" + String(repeating: "1,2\n", count: 1 << 19)) }
    #expect(
      throws: DataError(source: "test.csv", line: 1, .tooManyColumns(limit: 100_000))
    ) { try rows(String(repeating: ",", count: 200_000)) }
    #expect(try rows(String(repeating: ",", count: 99_998) + "x")[0].count == 99_999)
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+x", "'+x"), ("-x,y", "\"'-x,y\""), ("@cmd", "'@cmd"), ("-", "'-"),
    ("=\"a\"", "\"'=\"\"a\"\"\""), ("-3.5", "-3.5"), ("+7e2", "+7e2"), ("a=b", "a=b"), ("", ""),
    ("a\r\nb", "\"a\r\nb\""),
  ])
  func `no text of a cell is a formula`(text: String, cell: String) {
    #expect(csvCell(text) == cell)
  }

  @Test(arguments: ["a;b\n1,5;2\n3,5;1.250\n", "a;b\n1;2\n3;1.250\n1,5;2\n"])
  func `a point among decimal commas may part thousands, and is refused`(text: String) {
    #expect(
      throws: DataError(source: "test.csv", line: 3, column: 2, .decimalsMixed(text: "1.250"))
    ) { try rows(text) }
  }

  @Test(arguments: [
    ("# made by hand, 2024\n#\ntime;x\n0;1,5\n", ["time", "x"], ["0", "1.5"]),
    ("# time,x\n0,1\n", ["time", "x"], ["0", "1"]),
    ("# units: s, mV\n# time,x\n2024-01-01,1\n", ["time", "x"], ["2024-01-01", "1"]),
    ("#time,x\nt,y\n0,1\n", ["t", "y"], ["0", "1"]),
    ("# no names here\n0,1\n2,3\n", ["0", "1"], ["2", "3"]),
  ])
  func `comments stand above a header, or are one`(
    text: String, header: [String], first: [String]
  ) throws {
    var reader = CSVReader(name: "x", bytes: Array(text.utf8))
    var row = CSVRow()
    #expect(try reader.readHeader(into: &row))
    #expect((0..<row.count).map { row.text($0) } == header)
    #expect(try reader.read(into: &row))
    #expect((0..<row.count).map { row.text($0) } == first)
  }

  @Test func `blank lines and a byte order mark are skipped`() throws {
    #expect(try rows("\u{FEFF}a,b\n\n\r\n1,2\n\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("") == [])
    #expect(try rows("\n \n") == [])
  }

  @Test func `quoted cells keep commas, line ends and quotes`() throws {
    #expect(
      try rows("\"a,b\",\"c\nd\",\"e\"\"f\"\n1,2,3") == [
        ["a,b", "c\nd", "e\"f"], ["1", "2", "3"],
      ])
    #expect(try rows("\"\",x\n") == [["", "x"]])
    #expect(try rows("a,\"b\"") == [["a", "b"]])
  }

  @Test func `a quote that never ends is reported where it began`() {
    #expect(throws: DataError(source: "test.csv", line: 2, column: 2, .unclosedQuote)) {
      try rows("a,b\n1,\"2\n3,4\n")
    }
    #expect(throws: DataError(source: "test.csv", line: 1, column: 1, .textAfterQuote)) {
      try rows("\"a\"b,c\n")
    }
  }

  @Test func `rows have the number of the line they begin on`() throws {
    var reader = CSVReader(name: "x", bytes: Array("a\n\n\"b\nc\"\nd\n".utf8))
    var row = CSVRow()
    var lines: [Int] = []
    while try reader.read(into: &row) { lines.append(row.line) }
    #expect(lines == [1, 3, 5])
  }

  @Test func `a million rows are read from a file in pieces`() throws {
    let path = "/tmp/neural-ode-csv-\(SystemProcess.number).csv"
    var bytes = Array("time,x\n".utf8)
    let count = 1_000_000
    for row in 0..<count { bytes += "\(row),\(row % 1000).25\n".utf8 }
    try Files.writeAtomically(bytes, to: path)
    defer { try? Files.remove(path) }
    let series = try #require(try TimeSeriesFile.read(path).series.first)
    #expect(series.count == count)
    #expect(series.times.last == Double(count - 1))
    // Exact: every value is a multiple of 1/4 below 2⁵³.
    #expect(series.values.reduce(0, +) == Double(count) * (499.5 + 0.25))
  }
}

import Tables
import Testing
import TimeSeries

/// One case of each kind of export, and its neighbours that must not be taken for one.
@Suite struct ExportCaseTests {
  private func parse(_ text: String, _ options: TimeSeriesOptions = .init()) throws
    -> TimeSeriesFile
  {
    try TimeSeriesFile.parse(Array(text.utf8), name: "f.csv", options)
  }

  private func reason(_ text: String, _ options: TimeSeriesOptions = .init()) -> DataError.Reason? {
    do {
      _ = try parse(text, options)
      return nil
    } catch let error as DataError {
      return error.reason
    } catch {
      return nil
    }
  }

  /// Rows at 0, 1, 2, … with these values.
  private func rows(_ values: [Double]) -> String {
    "time,x\n" + values.enumerated().map { "\($0),\($1)\n" }.joined()
  }

  @Test func `marks of missing values repeat and are far from values that vary`() throws {
    let usual = (0..<20).map { 15 + Double($0 % 7) }
    for mark in [-9_999, -999, 999.9, 9_999] {
      let file = try parse(rows(usual + [mark, 16, mark]))
      #expect(file.series[0].value(20) == nil && file.series[0].value(22) == nil)
      #expect(file.warnings.map(\.kind) == [.missingMark(channel: "x", value: mark, count: 2)])
    }
    // −1 among values well above zero.
    #expect(try parse(rows(usual + [-1, 16, -1])).series[0].value(20) == nil)
    // Once, beside similar values, between two levels, or among few values: measurements.
    #expect(try parse(rows(usual + [-999, 16])).series[0].value(20) == -999)
    #expect(
      try parse(rows((0..<20).map { 900 + 20 * Double($0) } + [999, 999])).series[0].value(20)
        == 999)
    #expect(try parse(rows((0..<20).map { $0 % 2 == 0 ? 5 : 999 })).series[0].value(1) == 999)
    #expect(try parse(rows([1, 2, 999, 999])).series[0].value(2) == 999)
    #expect(try parse(rows((0..<20).map { Double($0 % 5) - 1 })).series[0].value(0) == -1)
  }

  @Test func `words for limits are missing, other words are errors`() throws {
    for word in ["Low", "HI", "<0.1", "> 400", "<=3"] {
      let file = try parse("time,x\n0,1\n1,\(word)\n2,4\n")
      #expect(file.series[0].value(1) == nil, "\(word)")
      #expect(file.warnings.map(\.kind) == [.limitWords(channel: "x", text: word, count: 1)])
    }
    for word in ["Ice", "<a", "lowish", "-"] {
      #expect(reason("time,x\n0,1\n1,\(word)\n2,4\n") == .notANumber(text: word, column: "x"))
    }
  }

  @Test func `rows of one time complete each other, and different values are refused`() throws {
    let file = try parse("time,x,y\n0,1,\n1,2,\n1,,5\n2,3,6\n")
    #expect(file.series[0].times == [0, 1, 2] && file.series[0].value(1, 1) == 5)
    #expect(reason("time,x,y\n0,1,\n1,2,\n1,3,5\n") == .times(.duplicateTime(text: "1", id: "")))
  }

  @Test func `the column of dates wins, and a time of day is joined only to dates`() throws {
    let chosen = try parse("index,when,x\n7,2024-01-01,1\n9,2024-01-02,2\n")
    #expect(chosen.axis != .number && chosen.series[0].times == [0, 24])
    let joined = try parse("date,time,x\n2024-01-01,08:30,1\n2024-01-01,20:30,2\n")
    #expect(joined.series[0].times == [0, 12])
    // The time of sunrise is not that of the row.
    let apart = try parse("date,sunrise,x\n2024-01-01,08:30,1\n2024-01-02,08:29,2\n")
    #expect(apart.series[0].times == [0, 24] && apart.series[0].channels == ["x"])
  }

  @Test func `zones of a column are those of its rows`() throws {
    let file = try parse(
      "when,zone,x\n2024-11-03 01:30,EDT,1\n2024-11-03 01:00,EST,2\n2024-11-03 01:30,EST,3\n")
    #expect(file.series[0].times == [0, 0.5, 1])
  }

  @Test func `a step back of an hour is one of clocks, a longer one is disorder`() {
    let clocks = "time,x\n2024-10-27 02:00,1\n2024-10-27 02:30,2\n2024-10-27 02:00,3\n"
    #expect(reason(clocks) == .times(.clockGoesBack(text: "2024-10-27 02:00", id: "")))
    let disorder = "time,x\n2024-10-27 02:00,1\n2024-10-27 05:30,2\n2024-10-27 02:00,3\n"
    #expect(reason(disorder) == .times(.timeGoesBackwards(text: "2024-10-27 02:00", id: "")))
    #expect(reason("time,x\n0,1\n1,2\n0.5,3\n") == .times(.timeGoesBackwards(text: "0.5", id: "")))
  }

  @Test(arguments: [1.0, 1e3, 1e6, 1e9])
  func `times since 1970 are dates`(scale: Double) throws {
    let cells = [0, 900, 1_800].map { Int((1_700_000_000 + $0) * scale) }
    let file = try parse("timestamp,x\n" + cells.map { "\($0),1\n" }.joined())
    #expect(file.series[0].times == [0, 0.25, 0.5])
    #expect(file.axis.text(of: 0) == "2023-11-14 22:13:20Z")
    // Other numbers stay numbers.
    #expect(try parse("position,x\n1700000000,1\n1700000900,2\n").axis == .number)
  }

  @Test func `lines at the end are a footer only if they are few and no rows`() throws {
    let table = "time,x,y\n0,1,2\n1,2,3\n2,3,4\n"
    let file = try parse(table + "End of data\nTotal,6,9\n")
    #expect(file.series[0].count == 3)
    #expect(file.warnings.map(\.kind) == [.footer(count: 2)])
    #expect(reason(table + "3,4\n") == .tooFewCells(found: 2, expected: 3))
    #expect(reason(table + "Total,6,9\n3,4,5\n") == .times(.notATime(text: "Total")))
    let many = String(repeating: "noon,6,9\n", count: 11)
    #expect(reason(table + many) == .times(.notATime(text: "noon")))
  }

  @Test func `the long layout needs its columns if it is asked for`() throws {
    let text =
      "RecordID,Time,Parameter,Value\n1,00:00,Age,54\n1,00:30,HR,70\n1,01:30,HR,71\n1,02:00,HR,72\n"
    let file = try parse(text)
    #expect(file.series.map(\.id) == ["1"] && file.series[0].channels == ["HR"])
    #expect(file.series[0].time(file.series[0].count - 1) - file.series[0].time(0) == 2)
    var long = TimeSeriesOptions()
    long.layout = .long
    #expect(
      reason("time,x\n0,1\n", long) == .missingColumn("channel", found: ["time", "x"]))
  }
}

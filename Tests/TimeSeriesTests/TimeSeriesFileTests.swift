import Platform
import TimeSeries
import Tables
import Testing

@Suite struct TimeSeriesFileTests {
  private func parse(
    _ text: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws -> TimeSeriesFile {
    try TimeSeriesFile.parse(Array(text.utf8), name: "f.csv", options)
  }

  private func reason(_ text: String, _ options: TimeSeriesOptions = .init()) -> DataError? {
    do {
      let file = try parse(text, options)
      try file.validate(minimumPoints: 2)
      return nil
    } catch let error as DataError {
      return error
    } catch {
      return nil
    }
  }

  @Test func `wide rows keep missing cells missing`() throws {
    let file = try parse("time,a,b\n0,1,\n0.5,,\n2,-3e-2,4\n")
    let expected = TimeSeries(
      channels: ["a", "b"], times: [0, 0.5, 2], values: [1, nil, nil, nil, -0.03, 4])
    #expect(file.series == [expected])
    #expect(file.axis == .number)
  }

  @Test func `long rows give the same series as wide ones`() throws {
    let wide = try parse("id,time,a,b\np,0,1,\np,2,3,4\nq,1,,5\n")
    let long = try parse(
      "id,time,channel,value\np,0,a,1\np,2,b,4\np,2,a,3\nq,1,b,5\n")
    #expect(wide.series.map(\.id) == ["p", "q"])
    #expect(long.series == wide.series)
  }

  @Test func `chosen channels are read and others are not looked at`() throws {
    let file = try parse("t,note,x\n0,hello,1\n1,world,2\n", .init(channels: ["x"]))
    #expect(file.series[0].channels == ["x"] && file.series[0].values == [1, 2])
  }

  @Test func `a long file without a row of a chosen channel is refused`() throws {
    let text = "id,time,channel,value\np,0,X,1\np,0,y,2\np,0,age,40\n"
    var options = TimeSeriesOptions(channels: ["y"])
    options.attributes = ["age"]
    #expect(try parse(text, options).series[0].channels == ["y"])
    for (channels, attributes, missing, found) in [
      (["x"], [], "x", ["X", "y", "age"]), (["x", "y"], ["age"], "x", ["age", "y", "X"]),
      (["y"], ["sex"], "sex", ["y", "X", "age"]),
    ] as [([String], [String], String, [String])] {
      options.channels = channels
      options.attributes = attributes
      let error = #expect(throws: DataError.self) { try parse(text, options) }
      #expect(error?.reason == .missingChannel(missing, found: found))
    }
  }

  @Test func `dates become hours since the first, and print as dates again`() throws {
    let file = try parse("date,x\n2024-02-28,1\n2024-03-01T12:30:00Z,2\n2024-03-01 15:00,3\n")
    #expect(file.series[0].times == [0, 60.5, 63])
    #expect(file.axis.text(of: 60.5) == "2024-03-01 12:30:00")
    let seconds = try parse(
      "date,x\n1969-12-31 23:59:59.5,1\n1970-01-01T02:00:00+02:00,2\n", .init(unit: .seconds))
    #expect(seconds.series[0].times == [0, 0.5])
  }

  @Test func `a channel's gap is that of its own readings, within a series`() throws {
    let file = try parse("id,t,a,b\np,0,1,1\np,1,2,\np,3,1,2\nq,10,5,\nq,11,6,7\nq,12,6,\n")
    let summary = SeriesSummary(of: file)
    #expect(summary.longestGap == 2)
    #expect(summary.channels.map(\.longestGap) == [2, 3])
    #expect(summary.channels.map(\.observed) == [6, 3])
  }

  @Test func `dates may have their year last, and hours a half of the day`() throws {
    let noon = try #require(CalendarTime.seconds("2024-05-31 12:00"))
    for (text, order) in [
      ("31.5.2024 12:00", nil), ("31.05.2024 12:00:00", .monthFirst), ("2024/5/31 12:00 PM", nil),
      ("31/5/2024 12:00", .dayFirst), ("5/31/2024 12:00 pm", .monthFirst),
      ("31-05-2024T12:00Z", .dayFirst),
    ] as [(String, DateOrder?)] {
      #expect(CalendarTime.seconds(text, order: order) == noon, "\(text)")
    }
    let midnight = noon - 43_200
    #expect(CalendarTime.seconds("2024-05-31 12:30 AM") == midnight + 1_800)
    #expect(CalendarTime.seconds("2024-05-31 1:05 PM") == noon + 3_900)
    for text in ["5/4/2024", "31-12-2023", "2024-05-31 13:00 PM", "2024-05-31 0:30 AM", "1.2.4"] {
      #expect(CalendarTime.seconds(text) == nil, "\(text)")
    }
  }

  @Test func `the order of day and month is requested, given or inferred`() throws {
    let text = "date,x\n5/4/2024,1\n6/4/2024,2\n"
    #expect(
      reason(text)
        == DataError(source: "f.csv", line: 2, column: 1, .times(.ambiguousDate(text: "5/4/2024"))))
    var options = TimeSeriesOptions()
    // One day, or the 31 days of May.
    for (order, hours) in [(DateOrder.dayFirst, 24.0), (.monthFirst, 24.0 * 31)] {
      options.dates = order
      #expect(try parse(text, options).series[0].times == [0, hours])
    }
    let seen = try parse("date,x\n30/4/2024,1\n1/5/2024,2\n")
    #expect(seen.series[0].times == [0, 24])
    #expect(
      reason("date,x\n30/4/2024,1\n5/30/2024,2\n")
        == DataError(source: "f.csv", line: 3, column: 1, .times(.notATime(text: "5/30/2024"))))
  }

  @Test func `calendar times invert`() throws {
    for day in stride(from: -719_000, through: 2_900_000, by: 997) {
      let text = CalendarTime.text(Double(day) * 86_400 + 3_661)
      #expect(CalendarTime.seconds(text) == Double(day) * 86_400 + 3_661, "\(text)")
    }
    for wrong in ["2023-02-29", "2024-13-01", "2024-1-1", "2024-01-01 24:00", "2024-01-01x"] {
      #expect(CalendarTime.seconds(wrong) == nil, "\(wrong)")
    }
  }

  @Test(arguments: [
    "2024-05-31 18:30:15", "2024-05-31 18:30:15.25", "2024-05-31 18:30:15.25+02:00",
    "1969-12-31 23:59:59.999-05:30", "2024-05-31 00:00:00.000125Z", "2024-12-31 23:59:59.75Z",
    "0031-01-01 00:00:00", "2024-05-31 18:30:15.1+00:30",
  ])
  func `dates keep their fraction of a second and their offset`(_ text: String) throws {
    let file = try parse("date,x\n\(text),1\n2999-01-01,2\n")
    #expect(file.axis.text(of: 0) == text)
    let back = try parse("date,x\n\(file.axis.text(of: 36)),1\n2999-01-01,2\n")
    #expect(back.axis.text(of: -36) == text)
  }

  @Test func `numbers read to the nearest double`() throws {
    let texts = [
      "0.1", "-2.5e-308", "123456789012345678", "1e22", "9007199254740993", ".5", "5.", "+7",
      "0.30000000000000004", "000000000000000000001.5", "299792458",
    ]
    for text in texts {
      let file = try parse("t,x\n0,\(text)\n")
      #expect(file.series[0].values[0] == Double(text) ?? .nan, "\(text)")
    }
  }

  @Test func `duplicates are refused or averaged as requested`() throws {
    let text = "t,x\n0,1\n1,2\n1,4\n"
    #expect(
      reason(text) == DataError(source: "f.csv", line: 4, .times(.duplicateTime(text: "1", id: "")))
    )
    let averaged = try parse(text, .init(duplicates: .average))
    #expect(averaged.series[0].times == [0, 1] && averaged.series[0].values == [1, 3])
  }

  @Test func `every error names its line`() {
    func error(_ line: Int?, _ column: Int?, _ reason: DataError.Reason) -> DataError {
      DataError(source: "f.csv", line: line, column: column, reason)
    }
    #expect(reason("") == error(nil, nil, .empty))
    #expect(reason("t,x\n") == error(nil, nil, .noRows))
    #expect(reason("t,x\n0,1,2\n") == error(2, nil, .tooManyCells(found: 3, expected: 2)))
    #expect(reason("t,x\n0\n") == error(2, nil, .tooFewCells(found: 1, expected: 2)))
    #expect(reason("t,x\n0,one\n") == error(2, 2, .notANumber(text: "one", column: "x")))
    #expect(reason("t,x\n0,0x10\n") == error(2, 2, .notANumber(text: "0x10", column: "x")))
    #expect(reason("t,x\n0,-\n") == error(2, 2, .notANumber(text: "-", column: "x")))
    #expect(reason("t,x\n0,NaN\n") == error(2, 2, .notFinite(text: "NaN", column: "x")))
    #expect(reason("t,x\n0,-inf\n") == error(2, 2, .notFinite(text: "-inf", column: "x")))
    #expect(reason("t,x\n,1\n") == error(2, 1, .times(.missingTime)))
    #expect(reason("t,x\nnoon,1\n") == error(2, 1, .times(.notATime(text: "noon"))))
    #expect(
      reason("t,x\n0,1\n2024-01-01,1\n") == error(3, 1, .times(.mixedTimes(text: "2024-01-01"))))
    #expect(reason("t,x\n2024-01-01,1\n5,1\n") == error(3, 1, .times(.mixedTimes(text: "5"))))
    #expect(
      reason("t,x\n1,1\n0.5,2\n") == error(3, nil, .times(.timeGoesBackwards(text: "0.5", id: ""))))
    #expect(reason("t,x,x\n") == error(1, 3, .duplicateColumn("x")))
    #expect(reason("t,,x\n") == error(1, 2, .unnamedColumn))
    #expect(
      reason("t,x\n0,1\n", .init(channels: ["y"]))
        == error(1, nil, .missingColumn("y", found: ["t", "x"])))
    #expect(reason("t,x\n0,1\n1,1\n") == error(nil, nil, .constantChannel("x", value: 1)))
    #expect(
      reason("t,x,y\n0,1,\n1,2,\n", .init(channels: ["x", "y"]))
        == error(nil, nil, .neverObserved(channel: "y")))
    #expect(reason("t,x\n0,1\n") == error(nil, nil, .tooFewPoints(found: 1, needed: 2)))
  }

  @Test func `a missing file is unreadable, not empty`() {
    #expect(throws: DataError(source: "/nowhere/at/all.csv", .unreadable(.notFound))) {
      try TimeSeriesFile.read("/nowhere/at/all.csv")
    }
    #expect(throws: DataError(source: "/tmp", .unreadable(.isDirectory))) {
      try TimeSeriesFile.read("/tmp")
    }
  }
}

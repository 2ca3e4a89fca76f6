import BundledData
import TimeSeries
import Tables
import Testing

@Suite struct DataWarningTests {
  private func warnings(
    _ text: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws -> [DataWarning] {
    try TimeSeriesFile.parse(Array(text.utf8), name: "f.csv", options).warnings
  }

  @Test(arguments: [
    "cgm.csv.gz", "co2.csv", "lynx_hare.csv", "nyc_weather.csv.gz", "tristan.csv",
    "uk_measles_cities.csv", "uk_measles_demog.csv",
  ])
  func `bundled data raise no false alarm`(name: String) throws {
    let options: TimeSeriesOptions =
      switch name {
      case "cgm.csv.gz":
        .init(timeColumn: "datetime", channels: ["glucose"], duplicates: .average)
      case "nyc_weather.csv.gz":
        .init(
          timeColumn: "time_hour", idColumn: "origin",
          channels: [
            "temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure",
            "visib",
          ])
      case "uk_measles_demog.csv":
        .init(timeColumn: "year", idColumn: "unit", channels: ["pop", "births"])
      case "uk_measles_cities.csv":
        .init(timeColumn: "date", idColumn: "unit", channels: ["cases"])
      default: .init()
      }
    let bytes = try BundledData.contents(of: name)
    let found = try TimeSeriesFile.parse(bytes, name: name, options).warnings
    switch name {
    // Wind of 1,048 miles an hour, a known error of these data.
    case "nyc_weather.csv.gz":
      #expect(found.count == 1)
      guard case .outlier("wind_speed", "EWR", let value, _, 1) = found.first?.kind else {
        Issue.record("\(found)")
        return
      }
      #expect(value > 1_000)
    // Its dates are written as 19580329.
    case "co2.csv":
      #expect(found.map(\.kind) == [.datesAsNumbers(19_580_329)])
    default: #expect(found.isEmpty)
    }
  }

  @Test func `an id that comes again is an error if its time goes back, else a warning`() throws {
    let first = "id,time,x\na,0,1\na,1,2\nb,0,3\nb,1,5\n"
    #expect(
      throws: DataError(
        source: "f.csv", line: 6, .times(.idComesAgain(id: "a", text: "0", lastLine: 3)))
    ) { try warnings(first + "a,0,1\n") }
    let later = try warnings(first + "a,2,1\n")
    #expect(
      later == [
        DataWarning(source: "f.csv", line: 6, .idComesAgain(id: "a", lastLine: 3))
      ])
    // In order of time every id occurs again and again.
    let sorted = (0..<20).map { "a,\($0),1\nb,\($0),2\n" }.joined()
    #expect(try warnings("id,time,x\n" + sorted).isEmpty)
  }

  @Test func `a series of one point is left out with a warning`() throws {
    let found = try warnings("id,time,x\na,0,1\nb,0,3\nb,1,5\n")
    #expect(
      found == [DataWarning(source: "f.csv", line: 2, .shortSeries(id: "a", points: 1))])
    let long = try warnings("id,time,channel,value\na,0,x,1\nb,0,x,3\nb,1,x,5\n")
    #expect(long == found)
  }

  @Test func `words may mean missing, and duplicates may be averaged`() throws {
    let file = try TimeSeriesFile.parse(
      Array("time,x\n0,NA\n1,2\n1,4\n2,-\n".utf8), name: "f.csv",
      .init(duplicates: .average, missing: ["NA", "-"]))
    let expected = TimeSeries(channels: ["x"], times: [0, 1, 2], values: [nil, 3, nil])
    #expect(file.series == [expected])
  }

  @Test(arguments: [
    ("time x\n0 1\n", DataError.Reason.separatedByBlanks), ("time\n0\n1\n", .noChannels),
    ("0,1\n1,2\n", .headerOfNumbers), ("2024-01-01;1,5\n2024-01-02;2\n", .headerOfNumbers),
  ])
  func `a table without channels is refused with the reason`(text: String, reason: DataError.Reason)
  {
    #expect(throws: DataError(source: "f.csv", line: 1, reason)) { try warnings(text) }
  }
}

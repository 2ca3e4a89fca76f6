import Platform
import NumericCore
import LearningTasks
import TimeSeries
import Tables
import Testing

/// Files whose rows do not stay in memory.
@Suite struct LongFileTests {
  private func parse(
    _ text: String, _ mostNumbers: Int, _ change: (inout TimeSeriesOptions) -> Void = { _ in }
  ) throws -> TimeSeriesFile {
    var options = TimeSeriesOptions()
    options.mostNumbers = mostNumbers
    change(&options)
    return try TimeSeriesFile.parse(Array(text.utf8), name: "f.csv", options)
  }

  private func unit(_ words: inout RandomWords) -> Double { Double(words.next() >> 11) * 0x1p-53 }

  /// Rows `id,time,a,b` of three series of different lengths, a third of the cells empty; mixed in order of time if asked.
  private func wide(isMixed: Bool) -> String {
    var words = RandomWords(RandomKey(3))
    var rows: [(time: Double, line: String)] = []
    for (number, count) in [7_001, 90, 1].enumerated() {
      var time = 0.0
      for _ in 0..<count {
        time += 0.25 + unit(&words)
        let cells = (0..<2).map { _ in
          unit(&words) < 1 / 3.0 ? "" : "\(100 * unit(&words))"
        }
        rows.append((time, "s\(number),\(time)," + cells.joined(separator: ",")))
      }
    }
    if isMixed { rows.sort { $0.time < $1.time } }
    return "id,time,a,b\n" + rows.map { $0.line + "\n" }.joined()
  }

  /// The same in the long layout.
  private func long(_ wide: String) -> String {
    let rows = wide.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let lines = rows.flatMap { row in
      zip(["a", "b"], row[2...]).filter { !$1.isEmpty }.map {
        "\(row[0]),\(row[1]),\($0),\($1)\n"
      }
    }
    return "id,time,channel,value\n" + lines.joined()
  }

  @Test(arguments: [false, true], [false, true])
  func `rows in a scratch file are those in memory`(isMixed: Bool, isLong: Bool) throws {
    let text = isLong ? long(wide(isMixed: isMixed)) : wide(isMixed: isMixed)
    let expected = try parse(text, .max)
    // Blocks of three rows, of some hundred, and few rows after the last one that went to the file.
    for most in [12, 1_000, 27_000] {
      let file = try parse(text, most)
      #expect(!file.series[0].isInMemory && expected.series[0].isInMemory)
      #expect(file.series == expected.series)
      #expect(file.warnings == expected.warnings)
      #expect(SeriesSummary(of: file) == SeriesSummary(of: expected))
      #expect(Normalization(of: file.series) == Normalization(of: expected.series))
      for (one, other) in zip(file.series, expected.series) {
        expectSameParts(one, other)
        let names = ["b", "a"]
        let scaled = { @Sendable (channel: Int, value: Double) in value * Double(channel + 2) }
        expectSameParts(
          one.mapped(scaled).selecting(names).mapped(scaled),
          other.mapped(scaled).selecting(names).mapped(scaled))
      }
    }
  }

  private func expectSameParts(_ one: TimeSeries, _ other: TimeSeries) {
    #expect(one.count == other.count && one.span == other.span)
    #expect(one == other)
    let count = one.count
    for range in [0..<count, 0..<count / 2, count / 3..<count, count / 2..<count / 2] {
      #expect(one.rows(range) == other.rows(range))
    }
    let part = (one.rows(count / 5..<count), other.rows(count / 5..<count))
    for row in stride(from: 0, to: part.0.count, by: max(1, part.0.count / 50)) {
      let time = part.1.time(row)
      #expect(part.0.time(row) == time && part.0.value(row, 1) == part.1.value(row, 1))
      for time in [time.nextDown, time, time.nextUp] {
        #expect(part.0.firstRow(after: time) == part.1.firstRow(after: time))
      }
    }
    for time in [-Double.infinity, .infinity] {
      #expect(part.0.firstRow(after: time) == part.1.firstRow(after: time))
    }
    #expect(one.observations(of: 1).values == other.observations(of: 1).values)
    #expect(one.pieces.reduce(0) { $0 + $1.count } == count)
    #expect(one.lastTime(observing: 0..<1) == other.lastTime(observing: 0..<1))
    let times = stride(from: 0.0, to: other.lastTime ?? 0, by: 1_000).map { $0 + 0.5 }
    #expect(
      one.questions(at: times, inputsFrom: 1) == other.questions(at: times, inputsFrom: 1))
  }

  @Test func `duplicates, statics and faults are found across pieces`() throws {
    let rows = (0..<200).map { "s\($0 / 100),\($0 / 2),\($0),\($0 / 100 + 5)\n" }
    let text = "id,time,x,age\n" + rows.joined()
    let file = try parse(text, 16) {
      $0.duplicates = .average
      $0.tellsAverages = true
      $0.attributes = ["age"]
    }
    #expect(file.series.map(\.count) == [50, 50] && !file.series[0].isInMemory)
    #expect(file.series[1].value(7) == 114.5)
    #expect(file.attributes[0].texts == ["5", "6"])
    #expect(
      file.warnings == [DataWarning(source: "f.csv", line: 3, .rowsAveraged(count: 100))])
    let late = text + "s1,98,1,6\n"
    let error = #expect(throws: DataError.self) {
      try parse(late, 16) { $0.duplicates = .average }
    }
    #expect(error?.line == 202)
    #expect(error?.reason == .times(.timeGoesBackwards(text: "98", id: "s1")))
  }

  /// More rows than are examined one by one.
  private let count = (3 << 17) + 12_345

  private func warnings(_ values: [Double]) throws -> [DataWarning] {
    let text = "time,x\n" + values.enumerated().map { "\($0),\($1)\n" }.joined()
    return try parse(text, 1 << 16).warnings
  }

  private func noise() -> [Double] { RandomKey(5).normal(count, as: Double.self) }

  @Test(arguments: [[300_003], [70_001, 72_500, 290_000]])
  func `a change of unit in a long file is flagged at its lines`(starts: [Int]) throws {
    let levels = noise().enumerated().map { place, value in
      let reading = 120 + 30 * Double.sine(Double(place) / 40) + 5 * value
      return starts.count { $0 <= place } % 2 == 1 ? reading / 18.016 : reading
    }
    let waves = noise().enumerated().map { place, value in
      let reading = Double.sine(Double(place) / 7) + 0.1 * value
      return starts.count { $0 <= place } % 2 == 1 ? reading * 1_000 : reading
    }
    for (values, isOfSpread) in [(levels, false), (waves, true)] {
      let found = try warnings(values)
      try #require(found.count == 1)
      guard case .unitChange("x", "", _, let lines, let change) = found[0].kind else {
        Issue.record("\(found[0])")
        continue
      }
      let places = ([found[0].line ?? 0] + lines).map { $0 - 2 }
      #expect(change.isOfSpread == isOfSpread)
      #expect(places.count == starts.count)
      for (place, start) in zip(places, starts) {
        // A wave may cross its middle at the change.
        #expect(abs(place - start) <= (isOfSpread ? 2 : 0))
      }
    }
  }

  @Test func `an outlier in a long file is flagged wherever it stands`() throws {
    for place in [0, 200_017, count - 1] {
      var values = noise()
      #expect(try warnings(values).isEmpty)
      values[place] = 1_000
      values[50_000] = -900
      let found = try warnings(values)
      try #require(found.count == 1)
      guard case .outlier("x", "", let value, _, let number) = found[0].kind else {
        Issue.record("\(found[0])")
        continue
      }
      #expect(found[0].line == place + 2 && value == 1_000 && number == 2)
    }
  }

  @Test func `days, sparse channels and ramps in a long file are nothing odd`() throws {
    // Half-hourly counts, at night few: a choice of blocks with a period would see nights only.
    let days = noise().enumerated().map { place, value in
      (place % 48 < 16 ? 5 : 900) + value
    }
    #expect(try warnings(days).isEmpty)
    // A channel with a value in every thousandth row.
    let text =
      "time,x,y\n"
      + (0..<count).map { "\($0),\($0 % 7),\($0 % 1_000 == 0 ? "\($0 / 1_000)" : "")\n" }
      .joined()
    #expect(try parse(text, 1 << 16).warnings.isEmpty)
    // From 10 to 100 in 400 rows, with errors of 5 %.
    let ramp = noise().enumerated().map { place, value in
      let share = min(max(Double(place - 200_000) / 400, 0), 1)
      return 10 * Double.exponential(share * Double.logarithm(10.0)) * (1 + 0.05 * value)
    }
    #expect(try warnings(ramp).isEmpty)
  }

  /// A forecast's training and evaluation on series in a file are those on series in memory.
  @Test func `windows, moments and normalization do not depend on where rows are`() throws {
    let text = wide(isMixed: true)
    let (file, expected) = (try parse(text, 1_000), try parse(text, .max))
    let plan = WindowPlan(history: 20, future: 10, stride: 7, tolerance: 0.5)
    for (one, other) in zip(file.series, expected.series) {
      let range = (other.firstTime ?? 0)...(other.lastTime ?? 0)
      #expect(plan.windows(of: one, in: range) == plan.windows(of: other, in: range))
    }
  }
}

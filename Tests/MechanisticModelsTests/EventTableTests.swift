import MechanisticModels
import Tables
import Testing

/// The table of lines of comma-separated cells, the first of them the header.
private func table(
  _ text: String, states: [String] = ["depot", "central"], dates: EventTable.Dates = .init()
) throws -> EventTable {
  let lines = text.split(separator: "\n").map { line in
    line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  let rows = lines.enumerated().dropFirst().map {
    EventTable.Row(line: $0.offset + 1, cells: $0.element)
  }
  return try EventTable(
    header: lines[0], rows: rows, states: states, source: "doses.csv", dates: dates)
}

extension EventTable {
  fileprivate var axisOrigin: Double {
    if case .calendar(let origin, unit: _, offset: _) = axis { origin } else { .nan }
  }
}

@Suite struct EventTableTests {
  @Test func `every column of the field is read, in any case`() throws {
    let read = try table(
      """
      C,id,Time,AMT,rate,DUR,CMT,ii,ADDL,SS,evid,MDV,DV,WT
      .,1,0,100,.,.,1,12,3,.,1,1,.,81
      .,1,0,.,.,.,2,.,.,.,0,0,0.74,81
      .,1,1.5,.,.,.,central,.,.,.,0,1,3,81
      .,1,2,50,25,.,2,.,.,.,1,1,.,81
      .,7,0,30,0,0.5,central,8,.,1,4,.,.,60
      .,7,3,.,.,.,.,.,.,.,2,.,.,60
      .,7,9,.,.,.,.,.,.,.,3,.,.,60
      .,7,9,20,.,.,.,6,.,2,1,.,.,60
      """)
    #expect(read.series.map(\.id) == ["1", "7"])
    let first = try #require(read["1"])
    #expect(
      first.schedule.doses == [
        Dose(of: 100, into: "depot", at: 0, repeating: .init(every: 12, additional: 3)),
        Dose(of: 50, into: "central", at: 2, .rate(25)),
      ])
    #expect(
      first.observations == [
        .init(time: 0, value: 0.74, compartment: "central"),
        .init(time: 1.5, value: nil, compartment: "central"),
      ])
    let second = try #require(read["7"]).schedule
    var steady = Dose(of: 30, into: "central", at: 0, .duration(0.5))
    steady.steadyState = .replacing(interval: 8)
    var added = Dose(of: 20, into: "depot", at: 9)
    added.steadyState = .added(interval: 6)
    #expect(second.doses == [steady, added])
    #expect(second.resets == [0, 9])
  }

  @Test func `times may be dates with offsets and fractions`() throws {
    let lines = [
      "2024-03-01T00:00:00.5+01:00,1", "2024-03-01 12:00:00.5+01:00,2", "2024-03-02T11:00:00.25Z,3",
    ]
    let read = try table("TIME,AMT\n" + lines.joined(separator: "\n"))
    #expect(read.series[0].schedule.doses.map(\.time) == [0, 12, 36 - 0.25 / 3600])
    #expect(read.axis.text(of: 12) == "2024-03-01 12:00:00.5+01:00")
    let days = try table(
      "TIME,AMT\n" + lines.joined(separator: "\n"),
      dates: .init(unit: .days, axis: .calendar(origin: read.axisOrigin - 86_400, unit: .days)))
    #expect(days.series[0].schedule.doses.map(\.time).prefix(2) == [1, 1.5])
  }

  @Test(arguments: [
    ("TIME,AMT\n2024-03-01,1\n5,1\n", "doses.csv:3: '5' is not a date"),
    ("TIME,AMT\n1,1\nnoon,1\n", "doses.csv:3: 'noon' in column TIME is not a number"),
    ("TIME,AMT\n5/4/2024,1\n", "doses.csv:2: '5/4/2024' may begin with the day or the month"),
  ])
  func `mixed and ambiguous times are refused`(_ text: String, _ message: String) {
    let error = #expect(throws: DosingError.self) { try table(text) }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix(message))
  }

  @Test func `without EVID an amount is a dose, and without ID there is one series`() throws {
    let read = try table("time,amt\n0,5\n1,.\n2,0\n3,")
    #expect(read.series.count == 1 && read.series[0].id.isEmpty)
    #expect(read.series[0].schedule.doses == [Dose(of: 5, into: "depot", at: 0)])
    #expect(read.series[0].observations.map(\.time) == [1, 2, 3])
  }

  @Test func `repeated doses become single ones in the order of time`() {
    let schedule = DoseSchedule([
      Dose(of: 1, into: "a", at: 0, repeating: .init(every: 12, additional: 2)),
      Dose(of: 2, into: "b", at: 12),
    ])
    #expect(schedule.expanded.map(\.time) == [0, 12, 12, 24])
    #expect(schedule.expanded.map(\.amount) == [1, 1, 2, 1])
  }

  @Test(arguments: [
    ("TIME,DV\n0,1", 1, "AMT"), ("AMT,DV\n0,1", 1, "TIME"), ("TIME,AMT,amt\n0,1,1", 1, "twice"),
    ("TIME,AMT\n0,5\nx,5", 3, "'x' in column TIME"), ("TIME,AMT\n.,5", 2, "TIME is empty"),
    ("TIME,AMT,RATE\n0,5,-1", 2, "DUR"), ("TIME,AMT,RATE,DUR\n0,5,1,1", 2, "keep one"),
    ("TIME,AMT,ADDL\n0,5,3", 2, "II"), ("TIME,AMT,SS\n0,5,1", 2, "II"),
    ("TIME,AMT,SS,II\n0,5,3,12", 2, "0, 1"), ("TIME,AMT,EVID\n0,5,9", 2, "reset"),
    ("TIME,AMT,CMT\n0,5,3", 2, "from 1 to 2"), ("TIME,AMT,CMT\n0,5,-1", 2, "from 1 to 2"),
    ("TIME,AMT,CMT\n0,5,dipot", 2, "did you mean 'depot'?"),
    ("TIME,AMT,II,ADDL\n0,5,12,-1", 2, "not negative"), ("TIME,AMT,EVID\n0,.,1", 2, "AMT is empty"),
    ("TIME,AMT,RATE,EVID\n0,0,5,1", 2, "amount"), ("TIME,AMT,II,ADDL\n0,5,12,1.5", 2, "ADDL"),
  ])
  func `a mistake is named with its line and a fix`(text: String, line: Int, part: String) throws {
    let error = try #require(throws: DosingError.self) { try table(text) }
    #expect(error.line == line, "\(error)")
    #expect(error.description.contains(part), "\(error)")
    #expect(error.description.hasPrefix("doses.csv:\(line): "))
  }
}

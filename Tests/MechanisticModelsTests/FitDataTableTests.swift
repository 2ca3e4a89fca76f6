import Tables
import Testing

import MechanisticModels

/// What the columns and cells of a file of data mean.
@Suite struct FitDataTableTests {
  private let kinetics = "a' = -k*a\nb' = k*a\nk = 1 > 0\nq = 2 > 0\nr = q*b\na(0) = 1\nb(0) = 0\n"

  private func read(
    _ text: String, _ equations: String? = nil, _ change: (inout FitTableOptions) -> Void = { _ in }
  ) throws -> FitData {
    var options = FitTableOptions()
    change(&options)
    let system = try EquationSystem(equations ?? kinetics, name: "e.ode")
    return try FitData(
      FitTable(CSVReader(name: "d.csv", bytes: Array(text.utf8))), for: system, options)
  }

  private func values(_ data: FitData, _ name: String = "a") -> [Measurement.Value] {
    data.experiments.experiments.flatMap(\.measurements).filter { $0.observable == name }
      .map(\.value)
  }

  @Test func `series are experiments, and their known values come from columns`() throws {
    let data = try read("id,time,a,q,b0\nx,0,1,3,0.1\nx,1,0.5,3,0.1\ny,0,2,4,\ny,1,1,4,\n")
    #expect(data.experiments.experiments.map(\.id) == ["x", "y"])
    #expect(data.experiments.experiments[0].conditions == ["q": 3, "b(0)": 0.1])
    #expect(data.experiments.experiments[1].conditions == ["q": 4])
    #expect(data.notes.count == 2)
    #expect(throws: EquationDataError.self) {
      try read("id,time,a,q\nx,0,1,3\nx,1,0.5,4\n")
    }
  }

  @Test(
    arguments: [
      ("<0.1", .below(0.1)), ("< 0.1", .below(0.1)), ("<=0.1", .below(0.1)), (">50", .above(50)),
      ("≥50", .above(50)), ("0.1..0.5", .between(0.1, 0.5)), ("\"[0.1, 0.5]\"", .between(0.1, 0.5)),
      ("1e-3", .exact(1e-3)), ("BLQ", .below(0.2)), ("LO", .below(0.2)), ("<LLOQ", .below(0.2)),
      ("HI", .above(9)), (">ULOQ", .above(9)),
    ] as [(String, Measurement.Value)])
  func `a cell is a value or a censored one`(cell: String, value: Measurement.Value) throws {
    let data = try read("time,a\n0,1\n1,\(cell)\n") {
      $0.lowerLimits = ["a": 0.2]
      $0.upperLimits = ["": 9]
    }
    #expect(values(data) == [.exact(1), value])
  }

  @Test func `a limit comes from a column, and without one the word is refused`() throws {
    let data = try read("time,a,a_lloq\n0,1,0.3\n1,BLQ,0.4\n")
    #expect(values(data) == [.exact(1), .below(0.4)])
    do {
      _ = try read("time,a\n0,1\n1,BLQ\n")
      Issue.record("no error")
    } catch let error as EquationDataError {
      #expect(error.line == 3)
      #expect(error.reason == .noLimit("BLQ", column: "a", isLower: true))
    }
    // A word of --missing stays missing.
    let missing = try read("time,a\n0,1\n1,BLQ\n2,0.2\n") { $0.missing = ["BLQ"] }
    #expect(values(missing) == [.exact(1), .exact(0.2)])
  }

  @Test(arguments: ["a_se", "a_sd", "se_a", "a.sigma", "sd", "sigma"])
  func `a column of standard errors is found by its name`(name: String) throws {
    let data = try read("time,a,\(name)\n0,1,0.1\n1,0.5,\n")
    #expect(data.experiments.experiments[0].measurements.map(\.standardError) == [0.1, nil])
    #expect(data.notes == ["'\(name)' is read as the standard error of a"])
  }

  @Test(arguments: ["a [mg/l]", "a[mg/l]", "a (mg/l)", "A (%)"])
  func `a unit behind a name is no part of it`(name: String) throws {
    let data = try read("time (h),\(name),b\n0,1,0\n1,0.5,0.4\n")
    #expect(values(data) == [.exact(1), .exact(0.5)] && data.ignored.isEmpty)
    // The exact name comes first.
    let both = try read("time,\(name),a\n0,3,1\n1,3,0.5\n")
    #expect(values(both) == [.exact(1), .exact(0.5)] && both.ignored == [name])
  }

  @Test func `rows at one time and columns of one quantity are replicates`() throws {
    let rows = try read("time,a\n0,1\n0,1.1\n0,0.9\n1,0.5\n")
    #expect(values(rows).count == 4)
    let columns = try read("time,a1,a2\n0,1,1.1\n1,0.5,\n") {
      $0.mapping = [.init(column: "a1", quantity: "a"), .init(column: "a2", quantity: "a")]
    }
    #expect(values(columns) == [.exact(1), .exact(1.1), .exact(0.5)])
  }

  @Test func `a long table has columns of channels and values of any name`() throws {
    let plain = "id,time,channel,value\nx,0,a,1\nx,1,b,0.5\n"
    #expect(values(try read(plain), "b") == [.exact(0.5)])
    let other = "species\tday\tamount\na\t0\t1\nfoo\t1\t3\nbb\t1\t0.5\n"
    let data = try read(other) {
      $0.channelColumn = "species"
      $0.valueColumn = "amount"
      $0.mapping = [.init(column: "bb", quantity: "r")]
    }
    #expect(values(data, "r") == [.exact(0.5)] && data.ignored == ["foo"])
    let petab =
      "observableId\tsimulationConditionId\tmeasurement\ttime\tnoiseParameters\n"
      + "a\tc0\t1\t0\t0.1\nb\tc1\t0.5\t1\tsd_b\n"
    let found = try read(petab)
    #expect(found.experiments.experiments.map(\.id) == ["c0", "c1"])
    #expect(found.experiments.experiments.map { $0.measurements[0].standardError } == [0.1, nil])
  }

  private let oral =
    "gut' = -ka*gut\ncentral' = ka*gut - ke*central\ncp = central/v\nka = 1 > 0\nke = 0.1 > 0\nv = 30 > 0\n"
    + "gut(0) = 0 fixed\ncentral(0) = 0 fixed\n"

  @Test func `rows of doses are doses, and others observations`() throws {
    let data = try read(
      "C,ID,TIME,AMT,RATE,EVID,MDV,CMT,DV,WT\n.,1,0,300,.,1,1,1,.,81\n.,1,0,.,.,0,0,2,0.74,81\n"
        + ".,1,2,.,.,0,1,2,5,81\n.,1,12,.,.,0,0,2,1.5,81\n.,1,12,200,100,1,1,central,.,81\n"
        + ".,2,0,100,.,1,1,1,.,70\n.,2,1,.,.,0,0,2,2.92,70\n", oral
    ) { $0.mapping = [.init(column: "DV", quantity: "cp")] }
    let first = data.experiments.experiments[0]
    #expect(first.doses.doses.map(\.amount) == [300, 200])
    #expect(first.doses.doses.map(\.compartment) == ["gut", "central"])
    #expect(first.doses.doses[1].administration == .rate(100))
    // The row at 2 is marked as missing.
    #expect(first.measurements.map(\.time) == [0, 12])
    // The row at 0 follows its dose, that at 12 comes before it.
    #expect(first.measurements.map(\.isBeforeDose) == [false, true])
    #expect(data.ignored == ["C", "WT"])
    #expect(data.experiments.experiments[1].doses.doses.map(\.amount) == [100])
  }

  @Test func `a value beside an amount was measured before it, but for a placeholder in DV`() throws
  {
    let wide = try read("time,amt,cp\n0,100,0\n1,,2\n2,50,1\n", oral)
    #expect(
      wide.experiments.experiments[0].measurements.map(\.isBeforeDose) == [true, false, true])
    let placeholder = try read("time,amt,dv\n0,100,0\n1,,2\n2,,1\n", oral) {
      $0.mapping = [.init(column: "dv", quantity: "cp")]
    }
    #expect(placeholder.experiments.experiments[0].measurements.map(\.time) == [1, 2])
  }

  @Test func `a sample at the time of an implied dose comes before it`() throws {
    let data = try read("time,amt,addl,ii,cp\n0,100,2,12,\n12,,,,1\n13,,,,2\n24,,,,3\n", oral)
    #expect(
      data.experiments.experiments[0].measurements.map(\.isBeforeDose) == [true, false, true])
  }

  @Test func `CENS and LIMIT qualify values`() throws {
    let data = try read(
      "time,amt,cp,cens,limit\n0,100,,,\n1,,2,0,\n2,,0.5,1,\n3,,0.5,1,0\n4,,9,-1,\n", oral)
    #expect(
      values(data, "cp") == [.exact(2), .below(0.5), .between(0, 0.5), .above(9)])
  }

  @Test func `conditions have a table of their own`() throws {
    let system = try EquationSystem(kinetics, name: "e.ode")
    let data = try read("id,time,a\nx,0,1\ny,0,2\n")
    func table(_ text: String) throws -> ConditionTable {
      try ConditionTable(FitTable(CSVReader(name: "c.csv", bytes: Array(text.utf8))), for: system)
    }
    let found = try table("id,q,a(0)\ny,4,2\nx,3,\n").applied(to: data.experiments)
    #expect(found.experiments.map(\.conditions) == [["q": 3], ["q": 4, "a(0)": 2]])
    #expect(throws: EquationDataError("c.csv", .noCondition("y", known: ["x"]))) {
      try table("id,q\nx,3\n").applied(to: data.experiments)
    }
    #expect(throws: EquationDataError.self) { try table("id,nothing\nx,3\n") }
  }

  @Test func `intervals of counts begin at the row before, with or without a value in it`() throws {
    let data = try read("time,a\n1,3\n2,\n3,4\n3,5\n")
    #expect(data.experiments.experiments[0].measurements.map(\.intervalStart) == [nil, 2, 2])
  }

  @Test func `dates begin every experiment at its first row`() throws {
    let data = try read("id,date,a\nx,2024-03-01,1\nx,2024-03-02,0.5\ny,2024-03-05,2\n") {
      $0.unit = .days
    }
    #expect(data.experiments.experiments.map(\.startTime) == [0, 4])
    #expect(data.experiments.experiments[0].measurements.map(\.time) == [0, 1])
  }
}

import Platform
import Serialization
import Foundation
import Testing

/// What `fit` makes of the columns and times of a file.
@Suite struct FitDataTests {
  private let decay = "x' = -k*x\nk = 0.01 > 0\nx(0) = 2\n"

  /// Runs the tool on files with these contents; their names in the words and messages are short ones.
  private func run(_ files: [String: String], _ words: String...) throws -> Tool.Result {
    try Tool.run(words, on: files)
  }

  /// `2 exp(−0.05 d)` at days `d` of March 2024.
  private let daily =
    "date,x\n"
    + (1...20).map { day in
      "2024-03-\(day < 10 ? "0" : "")\(day),\(2 * Double.exponential(-0.05 * Double(day - 1)))\n"
    }.joined()

  private func value(_ name: String, _ result: Tool.Result) throws -> Double? {
    let document = try JSONValue(parsing: result.output).object
    return document?["estimates"]?.array?.first { $0.object?["name"]?.string == name }?
      .object?["value"]?.number
  }

  // MARK: Units

  @Test(arguments: [
    ("seconds", 0.05 / 86_400), ("hours", 0.05 / 24), ("days", 0.05), ("weeks", 0.35),
    ("years", 0.05 * 365.25),
  ])
  func `a rate is per unit of the dates`(unit: String, rate: Double) throws {
    let result = try run(
      ["e.ode": decay, "d.csv": daily], "fit", "e.ode", "--data", "d.csv", "--unit", unit, "--json",
      "--intervals", "laplace")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    // Data without errors are fitted to the solver's tolerance.
    let found = try #require(try value("k", result))
    #expect(abs(found - rate) < 1e-5 * rate, "\(found)")
    let document = try #require(try JSONValue(parsing: result.output).object)
    #expect(document["timeUnit"]?.string == unit)
    #expect(document["timeOrigin"]?.string == "2024-03-01 00:00:00")
  }

  @Test func `a default unit of dates is reported`() throws {
    let files = ["e.ode": decay, "d.csv": daily]
    let sentence =
      "the times are dates, t counts hours from 2024-03-01 00:00:00 on, and rates are per hour"
    let result = try run(files, "fit", "e.ode", "--data", "d.csv")
    #expect(
      result.errorLines == [
        "warning: d.csv: \(sentence); choose the unit with --unit, as in --unit days"
      ])
    #expect(result.output.contains("\n\(sentence)\n"), "\(result.output)")
    let chosen = try run(files, "fit", "e.ode", "--data", "d.csv", "--unit", "days")
    #expect(chosen.errors.isEmpty && chosen.output.contains("rates are per day\n"))
    let plain = try run(
      ["e.ode": decay, "d.csv": "time,x\n0,2\n1,1.9\n2,1.81\n3,1.7\n"], "fit", "e.ode", "--data",
      "d.csv", "--unit", "days")
    #expect(plain.status == 64)
    #expect(
      plain.errors.contains(
        "--unit days: the times of d.csv are no dates but numbers, which have their unit already; leave --unit out"
      ), "\(plain.errors)")
  }

  @Test func `inputs with dates are on the times of the data`() throws {
    // u is the day of March; from the third on x grows by half the integral of d + 2.
    let inputs =
      "date,u,note\n" + (1...9).map { "2024-03-0\($0),\($0 - 1),\"as read\"\n" }.joined()
    let data =
      "date,x\n"
      + (0...6).map { day in
        let d = Double(day)
        return "2024-03-0\(day + 3),\(0.5 * (d * d / 2 + 2 * d))\n"
      }.joined()
    let files = [
      "e.ode": "x' = k*u\nk = 1\ninput u\nx(0) = 0\n", "d.csv": data, "u.csv": inputs,
    ]
    let result = try run(
      files, "fit", "e.ode", "--data", "d.csv", "--inputs", "u.csv", "--unit", "days", "--json")
    #expect(
      result.errorLines == ["warning: u.csv: 'note' is not named in the equations and ignored"])
    let found = try #require(try value("k", result))
    #expect(abs(found - 0.5) < 1e-6)
    let numbers = try run(
      files.merging(["u.csv": "time,u\n0,1\n9,2\n"]) { $1 }, "fit", "e.ode", "--data", "d.csv",
      "--inputs", "u.csv", "--unit", "days")
    #expect(numbers.status == 65)
    #expect(
      numbers.errors
        == "error: u.csv: the times are numbers, those of d.csv are dates; write both in one way\n"
    )
  }

  @Test func `solve reports the unit in which dates of inputs are counted`() throws {
    let files = [
      "e.ode": "x' = u\ninput u\nx(0) = 0\nspan = 0..2\n",
      "u.csv": "date,u\n2024-03-01,1\n2024-03-02,3\n2024-03-03,3\n",
    ]
    let result = try run(
      files, "solve", "e.ode", "--inputs", "u.csv", "--unit", "days", "--at", "1,2", "--json")
    let states = try JSONValue(parsing: result.output).object?["states"]?.array
    let found = states?.compactMap { $0.numbers?.first } ?? []
    // The default tolerance of a step is 1e-6.
    #expect(zip(found, [2, 5]).allSatisfy { abs($0 - $1) < 1e-4 } && found.count == 2)
    let unsaid = try run(files, "solve", "e.ode", "--inputs", "u.csv")
    #expect(unsaid.errors.contains("rates are per hour; choose the unit with --unit"))
    #expect(try run(files, "solve", "lorenz", "--unit", "days").status == 64)
  }

  // MARK: Columns

  @Test func `what the equations do not name is ignored, whatever is in it`() throws {
    let times = (0..<200).map { Double($0) / 20 }
    let values = times.enumerated().map { row, time in
      2 * Double.exponential(-0.3 * time) + Double(row * 7 % 5 - 2) / 1_000
    }
    let plain =
      "time,x\n" + zip(times, values).map { "\($0),\($1)\n" }.joined()
    // The other columns change their unit halfway, have a value far away, and words.
    let other =
      "who,time,mass,x,odd,note\n"
      + times.indices.map { row in
        "Ann,\(times[row]),\(row < 100 ? 1_000 + row : 1),\(values[row]),\(row == 50 ? 1e9 : 1 + 0.01 * Double(row % 7)),\"so, so\"\n"
      }.joined()
    let expected = try run(
      ["e.ode": decay, "d.csv": plain], "fit", "e.ode", "--data", "d.csv")
    #expect(expected.errors.isEmpty)
    let found = try run(["e.ode": decay, "d.csv": other], "fit", "e.ode", "--data", "d.csv")
    #expect(found.output == expected.output)
    #expect(
      found.errorLines == [
        "warning: d.csv: 'who', 'mass', 'odd' and 'note' are not named in the equations and ignored; "
          + "--column maps a column to a name of theirs"
      ])
    // The same in the long layout.
    let long =
      "time,channel,value\n"
      + times.indices.map { "\(times[$0]),x,\(values[$0])\n\(times[$0]),note,none\n" }.joined()
    let lines = try run(
      ["e.ode": decay, "d.csv": long], "fit", "e.ode", "--data", "d.csv", "--json")
    #expect(lines.errors.contains("'note' is not named"))
    let document = try #require(try JSONValue(parsing: lines.output).object)
    #expect(document["ignoredColumns"]?.array?.compactMap(\.string) == ["note"])
    #expect(document["timeUnit"] == .null)
  }

  @Test func `a file without a column of the equations is refused`() throws {
    let files = [
      "e.ode": decay, "d.csv": "time,note,y\n0,a,2\n1,b,1.5\n2,c,1\n",
      "l.csv": "time,channel,value\n0,y,2\n1,y,1\n",
    ]
    let wide = try run(files, "fit", "e.ode", "--data", "d.csv")
    #expect(wide.status == 64)
    #expect(
      wide.errors.contains(
        "d.csv: no column (note, y) is named as a state of e.ode (x); rename a column or map one to a state, as in "
          + "--column note=x"
      ),
      "\(wide.errors)")
    let long = try run(files, "fit", "e.ode", "--data", "l.csv")
    #expect(long.errors.contains("l.csv: no column (y) is named as a state of e.ode (x)"))
    let wrong = try run(files, "fit", "e.ode", "--data", "d.csv", "--column", "Y=x")
    #expect(
      wrong.errors.contains("--column: d.csv: there is no column 'Y'; did you mean 'y'?"),
      "\(wrong.errors)")
  }

  @Test func `a word in a fitted column is refused, or read as missing`() throws {
    let files = ["e.ode": decay, "d.csv": "time,x\n0,2\n1,NA\n2,1.2\n3,0.9\n4,0.8\n"]
    let refused = try run(files, "fit", "e.ode", "--data", "d.csv")
    #expect(refused.status == 65)
    #expect(
      refused.errors
        == "error: d.csv:3: 'NA' in column 'x' is not a number; write a number, or nothing if it is "
        + "missing, or write --missing 'NA'\n")
    let read = try run(files, "fit", "e.ode", "--data", "d.csv", "--missing", "NA")
    #expect(read.status == 0 && read.output.contains(", 4 measurements\n"))
    // A value must not be read as missing.
    let comma = try run(
      ["e.ode": decay, "d.csv": "time,x\n0,2\n1,\"1,5\"\n2,1.2\n"], "fit", "e.ode", "--data",
      "d.csv")
    #expect(
      comma.errors
        == "error: d.csv:3: '1,5' in column 'x' is not a number; write it with a decimal point and nothing "
        + "between thousands, or separate the cells by semicolons\n")
  }

  @Test func `the first column that is not of ids is the time`() throws {
    let rows = ["2", "1.5", "1.2", "0.8"].enumerated().map { "\($0),\($1)" }
    let files = [
      "e.ode": decay, "d.csv": (["day,x"] + rows).joined(separator: "\n"),
      "i.csv": (["id,day,x"] + rows.map { "a,\($0)" } + rows.map { "b,\($0)" })
        .joined(separator: "\n"),
    ]
    let alone = try run(files, "fit", "e.ode", "--data", "d.csv")
    let chosen = try run(files, "fit", "e.ode", "--data", "i.csv", "--series", "b")
    #expect(chosen.status == 0 && chosen.errors.isEmpty && chosen.output == alone.output)
  }

  // MARK: Ends of profiles

  @Test func `an open end is distinguished from an unknown one`() throws {
    let rows = (0..<20).map { row in
      let time = Double(row) * 0.3
      return "\(time),\(2 * Double.exponential(-0.6 * time) + Double(row * 7 % 5 - 2) / 100)\n"
    }
    let result = try run(
      [
        "e.ode": "x' = -(a+b)*x\na = 0.3 > 0\nb = 0.2 > 0\nx(0) = 2\n",
        "d.csv": "time,x\n" + rows.joined(),
      ], "fit", "e.ode", "--data", "d.csv", "--json")
    let document = try #require(try JSONValue(parsing: result.output).object)
    let estimates = try #require(document["estimates"]?.array)
    // a + b is known and both are above 0: each is bounded above.
    for place in 0..<2 {
      #expect(estimates[place].object?["profileEnds"] == ["open", "bound"])
      #expect(estimates[place].object?["profile"]?.array?[0] == .null)
      #expect(estimates[place].object?["profile"]?.array?[1].number != nil)
    }
    #expect(estimates[2].object?["profileEnds"] == ["bound", "bound"])
  }
}

import Platform
import Serialization
import Foundation
import Testing

/// Fits as modellers bring them; the expected values are SciPy's on the same data.
@Suite struct FitExperimentCommandTests {
  /// Runs the tool in a folder with these files.
  private func run(_ files: [String: String], _ words: [String]) throws -> Tool.Result {
    try Tool.run(words, on: files)
  }

  private func estimates(_ result: Tool.Result) throws -> [String: Double] {
    let document = try JSONValue(parsing: result.output).object
    let all = (document?["estimates"]?.array ?? []) + (document?["derived"]?.array ?? [])
    var values: [String: Double] = [:]
    for estimate in all {
      if let name = estimate.object?["name"]?.string, let value = estimate.object?["value"]?.number
      {
        values[name] = value
      }
    }
    return values
  }

  /// A problem: its files, the options after `fit e.ode --data d.csv`, and what must be found.
  struct Problem: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var equations: String
    var data: String
    var options: [String] = []
    var others: [String: String] = [:]
    var expected: [String: Double]
    /// Relative.
    var tolerance = 2e-4
  }

  private static let decay = "x' = -k*x\nk = 1 > 0\nx(0) = 10\n"
  private static let triplicate =
    "time,x\n0,9.8\n0,10.1\n0,10.3\n1,6.0\n1,6.2\n1,5.9\n2,3.5\n2,3.8\n2,3.6\n4,1.4\n4,1.2\n4,1.5\n"
  private static let bolus =
    "amount' = -k*amount\nconc = amount/volume\nk = 0.3 > 0\nvolume = 10 > 0\namount(0) = 100 fixed\n"
  private static let bolusData =
    "time,conc\n1,3.235\n2,2.677\n4,1.78\n6,1.271\n8,0.812\n12,0.356\n"
  private static let oral =
    "gut' = -ka*gut\ncentral' = ka*gut - cl/v*central\ncp = central/v\nka = 1 > 0\ncl = 3 > 0\nv = 30 > 0\n"
    + "gut(0) = 0 fixed\ncentral(0) = 0 fixed\n"
  private static let theophylline =
    "C,ID,TIME,AMT,RATE,EVID,MDV,CMT,DV,WT\n.,1,0,300,.,1,1,1,.,81.0\n.,1,0,.,.,0,0,2,0.74,81.0\n"
    + ".,1,0.25,.,.,0,0,2,2.92,81.0\n.,1,0.57,.,.,0,0,2,6.39,81.0\n.,1,1.12,.,.,0,0,2,10.72,81.0\n"
    + ".,1,2.02,.,.,0,0,2,10.20,81.0\n.,1,3.82,.,.,0,0,2,8.79,81.0\n.,1,5.10,.,.,0,0,2,9.14,81.0\n"
    + ".,1,7.03,.,.,0,0,2,7.07,81.0\n.,1,9.05,.,.,0,0,2,6.92,81.0\n.,1,12.12,.,.,0,0,2,5.69,81.0\n"
    + ".,1,24.37,.,.,0,0,2,3.13,81.0\n"

  static let problems: [Problem] = [
    Problem(
      testDescription: "a dose at 0 and a first sample at 1", equations: bolus, data: bolusData,
      expected: ["k": 0.195025, "volume": 25.3879]),
    Problem(
      testDescription: "replicates as rows", equations: decay, data: triplicate,
      expected: ["x(0)": 10.0543, "k": 0.507061]),
    Problem(
      testDescription: "replicates as columns", equations: decay,
      data: "time,x1,x2,x3\n0,9.8,10.1,10.3\n1,6.0,6.2,5.9\n2,3.5,3.8,3.6\n4,1.4,1.2,1.5\n",
      options: ["--column", "x1=x", "--column", "x2=x", "--column", "x3=x"],
      expected: ["x(0)": 10.0543, "k": 0.507061]),
    Problem(
      testDescription: "replicates as series", equations: decay,
      data:
        "id,time,x\nr1,0,9.8\nr2,0,10.1\nr3,0,10.3\nr1,1,6.0\nr2,1,6.2\nr3,1,5.9\nr1,2,3.5\nr2,2,3.8\n"
        + "r3,2,3.6\nr1,4,1.4\nr2,4,1.2\nr3,4,1.5\n",
      expected: ["x(0)": 10.0543, "k": 0.507061]),
    Problem(
      testDescription: "a column of standard errors", equations: decay,
      data: "time,x,sigma\n0,10.4,0.5\n1,7.3,0.4\n2,5.8,0.3\n4,2.9,0.1\n8,0.95,0.1\n16,0.21,0.05\n",
      expected: ["x(0)": 10.0725, "k": 0.301983]),
    Problem(
      testDescription: "columns of different units",
      equations:
        "a' = -k*a\nb' = k*a\ncounts = g1*a\nod = g2*b\nk = 0.5 > 0\ng1 = 500 > 0\ng2 = 2 > 0\na(0) = 1 fixed\nb(0) = 0 fixed\n",
      data: twoScales, expected: ["k": 0.30434, "g1": 1056.1, "g2": 0.99977]),
    Problem(
      testDescription: "a NONMEM table", equations: oral, data: theophylline,
      options: ["--column", "DV=cp", "--bounds", "ka=0.3..10"],
      expected: ["ka": 1.63141, "cl": 1.60268, "v": 25.9539]),
    Problem(
      testDescription: "a dose that the initial value repeats",
      equations: oral.replacingOccurrences(of: "gut(0) = 0", with: "gut(0) = 300"),
      data: theophylline, options: ["--column", "DV=cp", "--bounds", "ka=0.3..10"],
      expected: ["ka": 1.63141, "cl": 1.60268, "v": 25.9539]),
    Problem(
      testDescription: "doses from a file", equations: oral,
      data:
        theophylline.split(separator: "\n").filter { !$0.contains(",300,") }.joined(
          separator: "\n"),
      options: [
        "--column", "DV=cp", "--bounds", "ka=0.3..10", "--doses", "doses.csv", "--id", "ID",
      ],
      others: ["doses.csv": "ID,TIME,AMT,CMT\n1,0,300,gut\n"],
      expected: ["ka": 1.63141, "cl": 1.60268, "v": 25.9539]),
    Problem(
      testDescription: "PEtab's table",
      equations: "a' = -k*a\nb' = k*a\nobs_a = a\nobs_b = b\nk = 1 > 0\na(0) = 1\nb(0) = 0 fixed\n",
      data: petab, options: ["--per-experiment", "a(0)"],
      expected: ["k": 0.3, "a(0)[c0]": 1, "a(0)[c1]": 2], tolerance: 1e-3),
    Problem(
      testDescription: "an option of two words, written apart",
      equations: "a' = -k*a\nb' = k*a\nobs_a = a\nobs_b = b\nk = 1 > 0\na(0) = 1\nb(0) = 0 fixed\n",
      data: petab, options: ["--per", "experiment", "a(0)"],
      expected: ["k": 0.3, "a(0)[c0]": 1, "a(0)[c1]": 2], tolerance: 1e-3),
    Problem(
      testDescription: "a word for a missing value in the table of conditions", equations: decay,
      data:
        "id,time,x\na,0,10.00000\na,1,6.06531\na,2,3.67879\na,4,1.35335\na,6,0.49787\nb,0,10.00000\nb,1,7.40818\nb,2,5.48812\nb,4,3.01194\nb,6,1.65299\n",
      options: ["--conditions", "conditions.csv", "--missing", "NA"],
      others: ["conditions.csv": "id,k\na,NA\nb,0.3\n"], expected: ["k": 0.5, "x(0)": 10]),
    Problem(
      testDescription: "counts below a limit", equations: decay,
      data: "time,x\n0,9\n0,12\n0.5,9\n1,<8\n1,6\n2,<5\n2,4\n3,<5\n3,>0\n4,1..2\n4,0\n",
      options: ["--likelihood", "poisson"], expected: censoredCounts),
    Problem(
      testDescription: "a quantity that follows from the parameters",
      equations: decay + "halflife = log(2)/k\n",
      data: triplicate, expected: ["halflife": 1.36699]),
    Problem(
      testDescription: "values below a limit", equations: decay,
      data: "time,x\n0.5,8.1\n1,6.6\n2,4.35\n4,1.98\n8,0.42\n12,BLQ\n24,BLQ\n",
      options: ["--lower-limit", "0.1", "--likelihood", "lognormal"],
      expected: ["k": 0.393948, "x(0)": 9.71993]),
  ]

  /// By `scipy.optimize.minimize` of `scipy.stats.poisson`.
  private static let censoredCounts = ["k": 0.640024, "x(0)": 10.85927]
  private static let twoScales = """
    time,counts,od
    0,1063,-0.0107
    1,847,0.2507
    2,396,0.455
    3,398,0.5876
    4,362,0.7115
    5,304,0.7898
    6,205,0.8527
    7,212,0.8773
    8,108,0.9231
    9,100,0.9237
    10,61,0.942

    """

  private static let petab: String = {
    let header =
      "observableId\tpreequilibrationConditionId\tsimulationConditionId\tmeasurement\ttime\tnoiseParameters\n"
    let rows = [("c0", 1.0), ("c1", 2.0)].flatMap { id, size in
      [0.0, 1, 2, 4, 8].flatMap { time -> [String] in
        let a = size * Double.exponential(-0.3 * time)
        return [
          "obs_a\t\t\(id)\t\((a * 1e4).rounded() / 1e4)\t\(time)\tsd_a\n",
          "obs_b\t\t\(id)\t\(((size - a) * 1e4).rounded() / 1e4)\t\(time)\tsd_b\n",
        ]
      }
    }
    return header + rows.joined()
  }()

  @Test(arguments: problems)
  func `a fit finds the values of SciPy`(problem: Problem) throws {
    let files = problem.others.merging(["e.ode": problem.equations, "d.csv": problem.data]) { $1 }
    let words =
      ["fit", "e.ode", "--data", "d.csv", "--json", "--intervals", "laplace"] + problem.options
    let result = try run(files, words)
    #expect(result.status == 0, "\(result.errors)")
    let found = try estimates(result)
    for (name, expected) in problem.expected {
      let value = try #require(found[name])
      #expect(abs(value - expected) < problem.tolerance * expected, "\(name): \(value)")
    }
  }

  @Test func `two sets of values that fit as well are listed, that near the written start first`()
    throws
  {
    let result = try run(
      ["e.ode": Self.oral, "d.csv": Self.theophylline],
      ["fit", "e.ode", "--data", "d.csv", "--column", "DV=cp", "--intervals", "laplace", "--json"])
    #expect(result.status == 0)
    let document = try #require(try JSONValue(parsing: result.output).object)
    let kinds = document["findings"]?.array?.compactMap { $0.object?["kind"]?.string }
    #expect(kinds == ["severalOptima"])
    let optima = document["optima"]?.array?.compactMap { $0.object?["values"]?.numbers?.first }
    #expect(optima?.count == 2)
    // Absorption and elimination change places; the file begins at ka = 1.
    let found = try estimates(result)
    #expect(abs(try #require(found["ka"]) - 1.63141) < 3e-4)
    let text = try run(
      ["e.ode": Self.oral, "d.csv": Self.theophylline],
      ["fit", "e.ode", "--data", "d.csv", "--column", "DV=cp", "--intervals", "laplace"])
    #expect(text.output.contains("2 optima fit about as well"))
  }

  @Test func `a value that runs away ends with code 1 and is named`() throws {
    // The capacity is far above the data.
    let result = try run(
      [
        "e.ode": "n' = r*n*(1 - n/k)\nr = 0.5\nk = 100 > 0\nn(0) = 1\n",
        "d.csv": "time,n\n0,1\n1,1.66\n2,2.71\n3,4.49\n4,7.40\n5,12.2\n",
      ], ["fit", "e.ode", "--data", "d.csv"])
    #expect(result.status == 1, "\(result.output)")
    #expect(result.errors.contains("error: k runs away to infinity"), "\(result.errors)")
    #expect(result.errors.contains("--fix"))
  }

  @Test func `the report and the document are written beside each other`() throws {
    let folder = "/tmp/neural-ode-report-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try run(
      ["e.ode": Self.decay, "d.csv": Self.triplicate],
      ["fit", "e.ode", "--data", "d.csv", "--out", folder + "/fit.json"])
    #expect(result.status == 0, "\(result.errors)")
    let page = String(decoding: try Files.read(folder + "/fit.html"), as: UTF8.self)
    for part in [
      "Data and curves", "Residuals", "Profiles", "Correlations", "Ends of the searches",
    ] {
      #expect(page.contains(part))
    }
    let text = String(decoding: try Files.read(folder + "/fit.json"), as: UTF8.self)
    let document = try #require(try JSONValue(parsing: text).object)
    #expect(document["trustworthy"] == .bool(true))
    let experiment = try #require(document["experiments"]?.array?.first?.object)
    #expect(experiment["start"]?.number == 0 && experiment["startReason"]?.string == "zero")
    let observable = try #require(experiment["observables"]?.array?.first?.object)
    #expect(observable["times"]?.numbers?.count == 12)
  }

  @Test(
    arguments: [
      (["--observe", "x ~ gauss"], "--observe: there is no noise model 'gauss'"),
      (["--observe", "y ~ normal"], "--observe: nothing is named 'y'"),
      (["--observe", "x = 2*increase(x)"], "'increase' is the whole formula"),
      (["--prior", "k=lognormal(1)"], "'lognormal' takes two numbers, not 1"),
      (["--prior", "kk=normal(1, 2)"], "'kk' is neither a parameter nor an initial value"),
      (["--bounds", "k=2"], "--bounds: '2' is not a range"),
      (["--per-experiment", "z"], "'z' is neither a parameter nor an initial value"),
      (["--from", "1"], "a measurement at time 0 lies before the start at 1"),
      (["--likelihood", "poisson"], "'x' is 9.8 at time 0, which is not a count"),
      (["--error", "y=x"], "there is no column 'y'"),
      (["--lower-limit", "x=low"], "--lower-limit: 'x=low' is not a limit"),
    ] as [([String], String)])
  func `an option that cannot be is refused with a fix`(words: [String], sentence: String) throws {
    let result = try run(
      ["e.ode": Self.decay, "d.csv": Self.triplicate], ["fit", "e.ode", "--data", "d.csv"] + words)
    #expect(result.status == 64 || result.status == 65, "\(result.status)")
    #expect(result.errors.contains(sentence), "\(result.errors)")
  }
}

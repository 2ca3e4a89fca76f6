import Serialization
import Testing

/// Fits of files as modellers have them; the expected values are those of SciPy, by pieces where the equations jump.
@Suite struct FitCaseCommandTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Names of the files in `Fixtures/fit-cases`.
    var equations: String
    var data: String
    var options: [String] = []
    var expected: [String: Double]
    var residualSquares: Double?
    /// Relative: half a unit of the last digit that is known.
    var tolerance = 2e-5
  }

  static let cases: [Case] = [
    Case(
      testDescription: "three experiments share rate constants", equations: "three-experiments",
      data: "three-experiments", expected: ["k1": 1.12759, "k2": 0.207268, "k3": 0.674729]),
    Case(
      testDescription: "a rate that changes at data times", equations: "rate-by-quarter",
      data: "rate-by-quarter",
      expected: ["a1": 1.20262, "a2": 0.70302, "a3": 1.59584, "a4": 0.90454]),
    Case(
      testDescription: "a rate that changes at a datum", equations: "rate-by-half",
      data: "rate-by-half", expected: ["a1": 1.199, "a2": 0.510], tolerance: 1e-3),
    Case(
      testDescription: "a drug from the day of a measurement on", equations: "drug-from-day-28",
      data: "drug-from-day-28", expected: ["g": 0.0405, "kill": 0.0757, "v(0)": 119.5],
      tolerance: 1e-3),
    Case(
      testDescription: "a lag time", equations: "lag-time", data: "lag-time",
      expected: ["ka": 1.51542, "ke": 0.148535, "v": 24.8761, "lag": 0.817871],
      residualSquares: 0.0097425),
    Case(
      testDescription: "cumulative cases", equations: "epidemic", data: "cumulative",
      expected: ["beta": 1.92161, "gamma": 0.920323, "i0": 7.75678]),
    Case(
      testDescription: "new cases of each week", equations: "epidemic", data: "weekly",
      options: ["--observe", "new = increase(total)"],
      expected: ["beta": 1.93854, "gamma": 0.931699, "i0": 7.4775]),
    Case(
      testDescription: "an exponent of a state that begins at 0", equations: "power-from-zero",
      data: "power-from-zero", expected: ["n": 1.51553], residualSquares: 0.00123167),
    Case(
      testDescription: "a Hill exponent of a state that begins at 0", equations: "hill-from-zero",
      data: "hill-from-zero", expected: [:], residualSquares: 0.0700142),
    Case(
      testDescription: "logistic growth without bounds", equations: "logistic", data: "logistic",
      expected: ["r": 0.604426, "k": 796.28, "n0": 9.971], residualSquares: 1345,
      tolerance: 5e-5),
    Case(
      testDescription: "logistic growth without noise", equations: "logistic",
      data: "logistic-exact", expected: ["r": 0.6, "k": 800, "n0": 10]),
  ]

  private static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    .joined(separator: "/") + "/Fixtures/fit-cases/"

  @Test(arguments: cases)
  func `a fit finds the values of SciPy from the written start`(item: Case) throws {
    let result = try Tool.run(
      [
        "fit", Self.folder + item.equations + ".ode", "--data", Self.folder + item.data + ".csv",
        "--json", "--intervals", "laplace",
      ] + item.options)
    #expect(result.status == 0, "\(result.errors)")
    let document = try #require(try JSONValue(parsing: result.output).object)
    for (name, expected) in item.expected {
      let estimate = document["estimates"]?.array?.first { $0.object?["name"]?.string == name }
      let value = try #require(estimate?.object?["value"]?.number)
      #expect(abs(value / expected - 1) < item.tolerance, "\(name): \(value)")
    }
    if let expected = item.residualSquares {
      let squares = try #require(document["residualSquares"]?.number)
      #expect(abs(squares / expected - 1) < 1e-5, "\(squares)")
    }
  }
}

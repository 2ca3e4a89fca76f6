import Serialization
import Reports
import Reproduction
import Testing

/// Claims whose figures are functions of the seed.
private struct Scripted: Experiment {
  let name = "scripted"
  let summary = "Figures that are known beforehand."
  var figures: @Sendable (UInt64) -> [Double]

  func run(_ run: ExperimentRun) -> ExperimentResult {
    let figures = figures(run.seed)
    return ExperimentResult(
      claims: figures.enumerated().map {
        Claim("figure \($0.offset)", ours: $0.element, threshold: .atMost(2), seconds: 1)
      }, notes: ["ran"])
  }
}

@Suite struct ReproductionTests {
  @Test func `the median run decides, and its seed is named`() throws {
    let figures: [UInt64: Double] = [4: 9, 5: 1, 6: 2]
    let result = try Reproduction(
      Scripted { [figures[$0]!] }, seeds: [4, 5, 6], isQuick: true)
    #expect(result.verdicts[0].claim.ours == 2)
    #expect(result.verdicts[0].seed == 6)
    #expect(result.verdicts[0].passed)
    #expect(result.verdicts[0].figures == [9, 1, 2])
    #expect(result.notes.filter { $0.hasSuffix("ran") }.count == 3)
  }

  @Test func `of an even number of runs the worse of the middle two decides`() throws {
    let result = try Reproduction(
      Scripted { [Double($0)] }, seeds: [1, 3], isQuick: true)
    #expect(result.verdicts[0].claim.ours == 3)
    #expect(!result.verdicts[0].passed)
  }

  @Test func `a figure that is not a number fails and counts as the worst`() throws {
    let one = try Reproduction(Scripted { _ in [.nan] }, seeds: [0], isQuick: true)
    #expect(!one.verdicts[0].passed)
    let three = try Reproduction(
      Scripted { [$0 == 0 ? .nan : 1] }, seeds: [0, 1, 2], isQuick: true)
    #expect(three.verdicts[0].passed)
  }

  @Test func `thresholds include their bounds`() {
    #expect(Threshold.atMost(2).allows(2) && !Threshold.atMost(2).allows(2.1))
    #expect(Threshold.atLeast(2).allows(2) && !Threshold.atLeast(2).allows(1.9))
    #expect(Threshold.between(1, 2).allows(1) && !Threshold.between(1, 2).allows(0.9))
  }

  @Test(arguments: [
    (0, "0"), (2.95, "2.95"), (-0.17, "-0.17"), (0.001234, "0.001234"), (1.9999999, "2"),
    (123456, "123456"), (1234567, "1.235e6"), (1e-7, "1e-7"), (44, "44"), (100.04, "100"),
    (0.85, "0.85"), (Double.infinity, "∞"),
  ]) func `figures print four significant digits`(value: Double, text: String) {
    #expect(Figure(value).description == text)
  }

  @Test func `the names of all experiments differ`() {
    let names = ExperimentTable.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func `an entry of the document has the agreed members`() throws {
    let result = try Reproduction(Scripted { _ in [1] }, seeds: [7], isQuick: true)
    let object = result.verdicts[0].json.object!
    for key in ["experiment", "claim", "paper", "ours", "threshold", "passed", "seconds", "seed"] {
      #expect(object[key] != nil, "\(key) is missing")
    }
    #expect(object["seed"]?.integer == 7)
  }
}

import BundledData
import Reproduction
import MechanisticModels
import Testing

@Suite struct FitsExperimentTests {
  @Test func `the quick fits hold their claims`() throws {
    let result = try FitsExperiment().run(ExperimentRun(seed: 0, isQuick: true))
    for claim in result.claims { #expect(claim.passed, "\(claim.claim): \(claim.ours)") }
  }

  @Test func `measles come by the fortnight`() throws {
    let data = try MeaslesData(town: "London", from: 1950, to: 1951)
    // The first weeks of the file are 43 and 54 cases, the second of them on 13 January.
    #expect(data.cases.count == 26 && data.cases[0] == 97)
    #expect(abs(data.times[0] - (1950 + 12.0 / 365)) < 1e-9)
    let place = data.births.times.firstIndex(of: 1950.5) ?? 0
    #expect(data.births.values[place] == 53660)
    #expect(data.population.values[place...place + 1] == [3_389_620, 3_358_000])
  }
}

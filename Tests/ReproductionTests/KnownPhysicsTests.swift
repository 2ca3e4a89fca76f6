import Reproduction
import Testing

@Suite struct KnownPhysicsTests {
  @Test func `every claim of the quick pendulums and of the quick further systems holds`() throws {
    let run = ExperimentRun(seed: 0, isQuick: true)
    for claim in try GOKUExperiment().run(run).claims + KnownSystemsExperiment().run(run).claims {
      #expect(claim.passed, "\(claim.claim): \(claim.ours), wanted \(claim.threshold)")
    }
  }
}

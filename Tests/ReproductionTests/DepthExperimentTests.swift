import Reports
import Reproduction
import Testing

/// The quick versions of the experiments on solvers, gradients and depth, with fixed seeds.
@Suite(.serialized) struct DepthExperimentTests {
  @Test(arguments: ["core", "ode-net", "anode", "anodev2"])
  func `every claim of the quick version holds, with pictures`(name: String) throws {
    let experiment = try #require(ExperimentTable.all.first { $0.name == name })
    let result = try experiment.run(ExperimentRun(seed: 0, isQuick: true))
    for claim in result.claims {
      #expect(
        claim.passed,
        "\(claim.claim): \(Figure(claim.ours)) is not \(claim.threshold); \(result.notes)")
    }
    #expect(!result.charts.isEmpty)
  }
}

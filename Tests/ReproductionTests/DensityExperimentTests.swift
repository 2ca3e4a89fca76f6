import Platform
import NumericCore
import LearningTasks
import Reports
import Reproduction
import Programs
import Transforms
import Testing

/// The quick versions of the density experiments, with fixed seeds.
@Suite(.serialized) struct DensityExperimentTests {
  @Test(arguments: [
    "cnf", "ffjord", "flow-matching", "rnode", "high-dimensional", "cities",
  ])
  func `every claim of the quick version holds`(name: String) throws {
    let experiment = try #require(ExperimentTable.all.first { $0.name == name })
    let result = try experiment.run(ExperimentRun(seed: 0, isQuick: true))
    for claim in result.claims {
      #expect(
        claim.passed,
        "\(claim.claim): \(Figure(claim.ours)) is not \(claim.threshold); \(result.notes)")
    }
  }

  @Test(arguments: PlanarData.allCases)
  func `a distribution's points are finite and spread as far as its entropy allows`(
    data: PlanarData
  ) {
    let points = data.points(4000, key: RandomKey(1))
    #expect(points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
    // No distribution of these second moments has more entropy than the Gaussian: ½ log((2πe)² det Σ).
    let mean = points.reduce(SIMD2(repeating: 0), +) / 4000
    let centered = points.map { $0 - mean }
    let xx = centered.reduce(0) { $0 + $1.x * $1.x } / 4000
    let yy = centered.reduce(0) { $0 + $1.y * $1.y } / 4000
    let xy = centered.reduce(0) { $0 + $1.x * $1.y } / 4000
    let bound = 2.837_877_066 + 0.5 * Double.logarithm(xx * yy - xy * xy)
    #expect(data.entropy < bound)
  }

  @Test func `the checkerboard has points in half of the squares only`() {
    for point in PlanarData.checkerboard.points(2000, key: RandomKey(2)) {
      let cell = (point / 2).rounded(.down)
      #expect((Int(cell.x) + Int(cell.y)) % 2 == 0)
      #expect(abs(point.x) <= 4 && abs(point.y) <= 4)
    }
  }
}

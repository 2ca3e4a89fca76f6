import Training
import Platform
import Serialization
import Foundation
import Reproduction
import Tables
import Tensors
import Testing

@Suite struct HopperTests {
  @Test func `without its data the hopper makes no claim and names the missing file`() throws {
    let result = try HopperExperiment().run(ExperimentRun(seed: 0, isQuick: true))
    #expect(result.claims.isEmpty && result.notes.count == 1)
  }

  @Test func `a file that holds no trajectories is refused`() throws {
    let path = NSTemporaryDirectory() + "hopper-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile.write(
      [(name: "values", tensor: Tensor.zeros([12, 20, 3]))], metadata: [:], to: path)
    let run = ExperimentRun(seed: 0, isQuick: true, dataPath: path)
    #expect(throws: DataError(source: path, .notTrajectories)) { try HopperExperiment().run(run) }
    let missing = ExperimentRun(seed: 0, isQuick: true, dataPath: "/nowhere.safetensors")
    #expect(throws: DataError(source: "/nowhere.safetensors", .unreadable(.notFound))) {
      try HopperExperiment().run(missing)
    }
  }
}

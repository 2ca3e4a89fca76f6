import Platform
import Serialization
import NumericCore
import Foundation
import Testing

/// The sets of instructions that `NEURAL_ODE_LEVEL` chooses.
@Suite(.serialized) struct FeatureLevelTests {
  private static let levels = KernelLevel.allCases.filter { $0 <= KernelLevel.supported }
    .map(\.description)

  private func tool(_ level: String, _ words: [String]) throws -> Tool.Result {
    try Tool.run(words, environment: ["NEURAL_ODE_LEVEL": level])
  }

  @Test(arguments: [
    (["lorenz", "--points", "20"], "base"),
    (["robertson", "--method", "rodas5p", "--points", "5"], "base"),
    // The baseline rounds a multiply-add twice.
    (["lorenz", "--points", "20", "--scalar", "float32"], "v3"),
  ])
  func `solves of equations have the same bits from a level on`(
    words: [String], first: String
  ) throws {
    let levels = Self.levels.drop { $0 != first }
    let results = try levels.map { try tool($0, ["solve"] + words) }
    #expect(results.allSatisfy { $0.status == 0 && $0.output == results[0].output })
  }

  @Test func `trained networks agree to rounding`() throws {
    let folder = "/tmp/neural-ode-level-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let normal = RandomKey(5).normal(240, as: Double.self)
    let rows = (0..<120).map { row in
      "\(normal[2 * row] + (row % 2 == 0 ? -2 : 2)),\(normal[2 * row + 1]),\(row % 2)\n"
    }
    try Files.writeAtomically("x,y,label\n" + rows.joined(), to: folder + "/c.csv")
    let losses = try Self.levels.map { level in
      let result = try tool(
        level,
        [
          "train", "classify", "--data", folder + "/c.csv", "--out",
          "\(folder)/\(level)", "--epochs", "2", "--set", "network.width=20", "--threads", "1",
          "--json",
        ])
      let loss = try JSONValue(parsing: result.output)["metrics"]?["negativeLogLikelihood"]
      return try #require(loss?.number)
    }
    // A few thousand float32 operations of relative error 6·10⁻⁸ each.
    #expect(losses.allSatisfy { abs($0 - losses[0]) < 1e-4 * losses[0] }, "\(losses)")
  }

  @Test func `a level that does not exist is refused`() throws {
    let result = try tool("v9", ["methods"])
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors == "error: NEURAL_ODE_LEVEL is 'v9'; write base, v3 or v4\n")
    #expect(try tool("", ["methods"]).status == 0)
  }
}

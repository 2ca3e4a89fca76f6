import Platform
import Foundation
import Testing

/// `train mechanism` as a stranger gets it wrong.
@Suite struct MechanismCommandTests {
  private static let data =
    "time,hares,foxes\n"
    + (0..<60).map { "\($0),\(20 + $0 % 9),\(5 + $0 % 4)\n" }.joined()

  @Test(arguments: [
    (
      [],
      "a GOKU-net needs equations; name a system or a file of equations (--system NAME or --system file.ode; 'neural-ode systems' lists names)"
    ),
    (
      ["--system", "lotka-voltera"],
      "there is no system 'lotka-voltera'; did you mean 'lotka-volterra'?"
    ),
    (
      ["--system", "lotka-volterra", "--column", "hares=prey"],
      "no part of lotka-volterra is measured by foxes; map each of them to one of prey, predator, leave it "
        + "out, or use a learned emission (--column foxes=prey, --channels, --emission learned)"
    ),
    (
      [
        "--system", "lotka-volterra", "--column", "hares=prey", "--column",
        "foxes=predator", "--range", "alpha=fast",
      ],
      "--range: 'alpha=fast' is not name=lower..upper; write it as in length=0.5..3"
    ),
    (
      [
        "--system", "lotka-volterra", "--column", "hares=prey", "--column",
        "foxes=predators",
      ],
      "--column: lotka-volterra has no 'predators'; did you mean 'predator'?"
    ),
  ])
  func `mistakes are named with their fix, and nothing is written`(
    words: [String], message: String
  ) throws {
    let folder = "/tmp/neural-ode-law-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/f.csv"
    try Files.writeAtomically(Array(Self.data.utf8), to: path)
    let result = try Tool.run(
      ["train", "mechanism", "--data", path, "--out", folder + "/run"] + words)
    #expect(result.errorLines.last.map(String.init) == "error: " + message)
    #expect(result.status == 64)
    #expect(!Files.exists(folder + "/run"))
  }
}

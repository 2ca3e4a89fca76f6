import Platform
import Serialization
import NumericCore
import Foundation
import Testing

/// `train classify --model anode` and `--model anodev2`, as a stranger uses them.
@Suite(.serialized) struct AugmentedCommandTests {
  private let folder = "/tmp/neural-ode-augmented-\(UUID().uuidString)"

  private var run: String { folder + "/run" }

  /// Runs the tool; in what it says, paths in the folder are short.
  private func tool(_ words: [String]) throws -> Tool.Result {
    var result = try Tool.run(words)
    result.errors = result.errors.replacingOccurrences(of: folder + "/", with: "")
    return result
  }

  /// A disc and a ring around it.
  private func writeSpheres() throws -> String {
    try Files.createDirectory(folder)
    let draws = RandomKey(4).uniform(800, as: Double.self)
    let rows = (0..<400).map { row in
      let (radius, angle) = (
        (row % 2 == 0 ? 0 : 1) + 0.5 * draws[2 * row], 2 * .pi * draws[2 * row + 1]
      )
      return "\(radius * Double.cosine(angle)),\(radius * Double.sine(angle)),"
        + (row % 2 == 0 ? "disc\n" : "ring\n")
    }
    try Files.writeAtomically("x,y,kind\n" + rows.joined(), to: folder + "/f.csv")
    return folder + "/f.csv"
  }

  private let small = [
    "--threads", "1", "--set", "network.width=16", "--set", "training.learningRate=0.02", "--json",
  ]

  @Test(
    arguments: [
      (["--model", "anode"], "rk-net", "zeros", 5, "RK-Net, 5 zeros added"),
      (
        ["--model", "anode", "--set", "network.augmentedDimensions=1"], "rk-net", "zeros", 1,
        "RK-Net, 1 zero added"
      ),
      (
        ["--model", "ode-net", "--set", "network.augmentation=second-order"], "rk-net",
        "second-order", nil, "RK-Net of second order"
      ),
      (["--model", "anodev2"], "anodev2", "none", nil, "ANODEV2"),
      (
        ["--model", "anodev2", "--set", "solver.steps=2", "--set", "solver.weightSteps=5"],
        "anodev2", "none", nil, "ANODEV2"
      ),
    ] as [([String], String, String, Int?, String)])
  func `a ring around a disc is learned, named, evaluated and predicted`(
    words: [String], layers: String, augmentation: String, dimensions: Int?, name: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeSpheres()
    let trained = try tool(
      ["train", "classify", "--data", data, "--out", run, "--epochs", "40"] + words + small)
    #expect(trained.status == 0)
    let document = try JSONValue(parsing: trained.output)
    // A straight line through disc and ring has hardly more than half of the rows right.
    #expect((document["metrics"]?["accuracyPercent"]?.number ?? 0) > 95)
    #expect(
      (document["baselines"]?["logisticRegression"]?["accuracyPercent"]?.number ?? 100) < 75)
    let evaluated = try JSONValue(
      parsing: tool(["evaluate", run, "--data", data, "--json"]).output)
    for key in ["metrics", "finerSteps", "reconstructionError"] {
      #expect(document[key] != nil && evaluated[key] == document[key], "\(key)")
    }
    for document in [document, evaluated] {
      #expect(document["model"]?.string == words[1] && document["layers"]?.string == layers)
      #expect(document["augmentation"]?.string == augmentation)
      #expect(document["augmentedDimensions"]?.integer == dimensions)
    }
    let error = document["reconstructionError"]?.number ?? -1
    #expect(error > 0 && error < 1)
    let report = String(decoding: try Files.read(run + "/report.html"), as: UTF8.self)
    #expect(report.contains(name + " on") && report.contains("forward and back"))

    try Files.writeAtomically("y,x\n0,0\n0.05,1.3\n-1.3,0\n", to: folder + "/new.csv")
    let predicted = try tool(["predict", run, "--data", folder + "/new.csv"])
    let classes = predicted.output.split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",")[0] }
    #expect(classes == ["disc", "ring", "ring"])
  }

  @Test func `a run is continued with its augmentation, and not as another form`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeSpheres()
    func train(_ words: String...) throws -> Tool.Result {
      try tool(["train", "classify", "--out", run, "--threads", "1"] + words)
    }
    let words = ["--data", data, "--model", "anode", "--set", "network.augmentation=lift"]
    #expect(
      try tool(["train", "classify", "--out", run, "--epochs", "2"] + words + small).status == 0)
    for words in [[], ["--model", "anode"], ["--model", "ode-net"]] {
      let rest = try tool(
        ["train", "classify", "--out", run, "--epochs", "4", "--resume", "auto", "--json"] + words)
      #expect(rest.status == 0)
      let document = try JSONValue(parsing: rest.output)
      // 288 training rows make 4 batches of 64.
      #expect(document["augmentation"]?.string == "lift" && document["steps"]?.integer == 16)
    }
    let other = try train("--model", "anodev2", "--resume", "auto")
    #expect(other.status == 78)
    #expect(
      other.errors
        == "error: run/config.json: was made with model anode, and now it is anodev2; continue it with the settings of the "
        + "checkpoint, or start another training (--resume auto with its --out alone, or another --out)\n"
    )
    let wider = try train("--set", "network.augmentedDimensions=2", "--resume", "auto")
    #expect(wider.status == 78 && wider.errors.contains("with network.augmentedDimensions null"))
  }

  @Test(arguments: [
    (
      ["network.layers=resnet"],
      "'network.augmentation' is zeros, which needs 'network.layers' ode-net or rk-net and not resnet; change one of "
        + "the two"
    ),
    (
      ["network.augmentedDimensions=-1"],
      "the configuration's 'network.augmentedDimensions' is -1; it must be a whole number from 1 to 1000 or null"
    ),
    (
      ["network.augmentedDimensions=100000"],
      "the configuration's 'network.augmentedDimensions' is 100000; it must be a whole number from 1 to 1000 or null"
    ),
    (
      ["network.augmentation=none", "network.augmentedDimensions=2"],
      "'network.augmentedDimensions' has an effect only if 'network.augmentation' is zeros or lift, and it is none; change "
        + "'network.augmentation', or omit 'network.augmentedDimensions'"
    ),
    (
      ["network.augmentation=ones"],
      "the configuration's 'network.augmentation' is \"ones\"; it must be one of none, zeros, lift, second-order"
    ),
  ])
  func `settings that exclude each other are refused with a fix`(
    settings: [String], sentence: String
  ) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try writeSpheres()
    let result = try tool(
      ["train", "classify", "--model", "anode", "--data", data, "--out", run]
        + settings.flatMap { ["--set", $0] })
    #expect(result.status == 78 && result.output.isEmpty)
    #expect(result.errors == "error: \(sentence)\n")
    #expect(!Files.exists(run))
  }
}

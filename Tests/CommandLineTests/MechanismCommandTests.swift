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

/// `train mechanism` on series that are experiments, with doses and known values as `fit` reads them.
@Suite struct ExperimentTrainingCommandTests {
  private static let equations = """
    gut' = -ka*gut
    central' = ka*gut - cl/v*central
    cp = central/v
    ka = 1 > 0
    cl = 3 > 0
    v = 30 fixed
    gut(0) = 0 fixed
    central(0) = 0 fixed
    """
  private static let times = [0.5, 1.0, 2.0, 4.0, 8.0, 12.0]
  private static let weights = [24.0, 30, 36, 42]

  /// The concentration after 320 by mouth: ka 1.2, cl 3, and a volume for each series.
  private static func concentration(_ time: Double, volume: Double) -> Double {
    let (ka, k) = (1.2, 3 / volume)
    return 320 * ka / (volume * (ka - k)) * (exp(-k * time) - exp(-ka * time))
  }

  /// Four series; the files of the folder, and the words that name them.
  private enum Form: String, CaseIterable {
    case columns, doseFile, conditionFile

    func files() -> [String: String] {
      let hasDoses = self != .doseFile
      let hasVolume = self != .conditionFile
      var data = "id,time,DV" + (hasDoses ? ",amt,cmt" : "") + (hasVolume ? ",v" : "") + "\n"
      var doses = "ID,TIME,AMT,CMT\n"
      var volumes = "id,v\n"
      for (number, volume) in weights.enumerated() {
        let tail = hasVolume ? ",\(volume)" : ""
        if hasDoses { data += "s\(number),0,,320,gut\(tail)\n" }
        doses += "s\(number),0,320,gut\n"
        volumes += "s\(number),\(volume)\n"
        for time in times {
          let value = concentration(time, volume: volume)
          data += "s\(number),\(time),\(value)" + (hasDoses ? ",," : "") + tail + "\n"
        }
      }
      return ["pk.csv": data, "doses.csv": doses, "volumes.csv": volumes, "oral.ode": equations]
    }

    var words: [String] {
      switch self {
      case .columns: []
      case .doseFile: ["--doses", "doses.csv"]
      case .conditionFile: ["--conditions", "volumes.csv"]
      }
    }
  }

  private static func inFolder(
    _ files: [String: String], _ body: (_ path: (String) -> String) throws -> Void
  ) throws {
    let folder = "/tmp/neural-ode-experiments-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files {
      try Files.writeAtomically(Array(text.utf8), to: "\(folder)/\(name)")
    }
    try body { "\(folder)/\($0)" }
  }

  private static func train(
    _ words: [String], _ path: (String) -> String, steps: Int
  ) throws -> Tool.Result {
    try Tool.run(
      [
        "train", "mechanism", "--system", path("oral.ode"), "--data", path("pk.csv"), "--column",
        "DV=cp", "--out", path("run"), "--set", "training.steps=\(steps)", "--set",
        "training.refinements=\(steps)",
      ] + words.map { $0.hasSuffix(".csv") ? path($0) : $0 })
  }

  /// Doses and known values enter in the same way from every place.
  @Test func `files of doses and of known values are as good as columns`() throws {
    var found: [String] = []
    for form in Form.allCases {
      try Self.inFolder(form.files()) { path in
        let result = try Self.train(form.words, path, steps: 20)
        #expect(result.status == 0, "\(form): \(result.errors)")
        found.append(String(decoding: try Files.read(path("run/parameters.csv")), as: UTF8.self))
        #expect(Files.exists(path("run/report.html")))
      }
    }
    #expect(Set(found).count == 1, "\(found)")
    // The volume is known, so that it is not among the inferred parameters.
    #expect(found[0].split(separator: "\n").count == 1 + 2 * Self.weights.count)
    #expect(found[0].contains("\ns3,,cl,"))
  }

  @Test func `parameters are recovered, and a stored model reads further experiments`() throws {
    try Self.inFolder(Form.columns.files()) { path in
      let result = try Self.train([], path, steps: 400)
      #expect(result.status == 0, "\(result.errors)")
      let predicted = try Tool.run([
        "predict", path("run"), "--data", path("pk.csv"), "--parameters", path("p.csv"),
      ])
      #expect(predicted.status == 0, "\(predicted.errors)")
      let rows = String(decoding: try Files.read(path("p.csv")), as: UTF8.self)
        .split(separator: "\n").dropFirst().map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        }
      #expect(rows.count == 2 * Self.weights.count)
      for row in rows {
        let (name, mean) = (row[2], Double(row[3]) ?? .nan)
        // Exact data of 6 values each; a short training is within a tenth.
        #expect(abs(mean / (name == "ka" ? 1.2 : 3) - 1) < 0.1, "\(row)")
      }
      // Means at the measured times are near to the measured values, from an empty body on.
      let means = predicted.output.split(separator: "\n").dropFirst().map {
        $0.split(separator: ",")
      }
      #expect(means.count == Self.weights.count * Self.times.count)
      for (place, row) in means.enumerated() {
        let (number, time) = (place / Self.times.count, Self.times[place % Self.times.count])
        let expected = Self.concentration(time, volume: Self.weights[number])
        #expect(abs((Double(row[3]) ?? .nan) - expected) < 0.5, "\(row) \(expected)")
      }
    }
  }

  @Test(arguments: [
    (
      ["--beside", "gru-d"],
      "--beside applies to windows of series; leave it out, or add --read windows", 64
    ),
    (
      ["--channels", "DV"],
      "--channels applies to windows of series; leave it out, or add --read windows", 64
    ),
    (
      ["--read", "windows", "--doses", "doses.csv"],
      "--doses applies to experiments; leave --read windows out", 64
    ),
  ])
  func `options of the other kind of reading are refused`(
    words: [String], message: String, status: Int32
  ) throws {
    try Self.inFolder(Form.columns.files()) { path in
      let result = try Self.train(words, path, steps: 1)
      #expect(
        result.errorLines.last.map(String.init)?.contains(message) == true, "\(result.errors)")
      #expect(result.status == status)
      #expect(!Files.exists(path("run")))
    }
  }

  @Test(arguments: [
    (
      ",320,gut,24.0\n", ",320,gut,24.0\ns0,0.25,<0.1,,,24.0\n",
      "'cp' is censored at 0.25 of 's0', which a GOKU-net does not read; leave the value out, or use 'fit'"
    ),
    (
      "amt,cmt", "amt,rate",
      "the dose or reset at 0 of 's0' is not one amount given at once; give doses without RATE, DUR and SS, or use 'fit'"
    ),
  ])
  func `what a GOKU-net does not read is named with its place`(
    from: String, to: String, message: String
  ) throws {
    var files = Form.columns.files()
    files["pk.csv"] = files["pk.csv"]?.replacingOccurrences(of: from, with: to)
      .replacingOccurrences(of: to.contains("rate") ? ",gut," : "\u{0}", with: ",1,")
    try Self.inFolder(files) { path in
      let result = try Self.train([], path, steps: 1)
      #expect(
        result.errorLines.last.map(String.init)?.hasSuffix(message) == true, "\(result.errors)")
      #expect(result.status == 65)
      #expect(!Files.exists(path("run")))
    }
  }
}

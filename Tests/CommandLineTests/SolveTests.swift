import Foundation
import Testing

@Suite struct SolveTests {
  private func document(_ words: String...) throws -> [String: Any] {
    let result = try Tool.run(words + ["--json"])
    #expect(result.status == 0 && result.errors.isEmpty, "\(words): \(result.errors)")
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(value as? [String: Any])
  }

  @Test func `a solve is one document of times, states, statistics and status`() throws {
    let solution = try document(
      "solve", "lorenz", "--method", "dopri5", "--rtol", "1e-10", "--atol", "1e-10", "--set",
      "rho=28", "--initial", "1,1,1", "--at", "0,0.5,1")
    #expect(solution["system"] as? String == "lorenz")
    #expect(solution["method"] as? String == "dopri5")
    #expect(solution["times"] as? [Double] == [0, 0.5, 1])
    #expect(solution["status"] as? String == "completed")
    let states = try #require(solution["states"] as? [[Double]])
    #expect(states.map(\.count) == [3, 3, 3])
    #expect(states[0] == [1, 1, 1])
    let statistics = try #require(solution["statistics"] as? [String: Double])
    #expect(try #require(statistics["evaluations"]) > 100)
    #expect(try #require(statistics["acceptedSteps"]) > 10)
    #expect(statistics["rejectedSteps"] != nil)
  }

  @Test func `points are evenly spaced and begin at the start`() throws {
    let solution = try document("solve", "logistic", "--from", "1", "--to", "3", "--points", "5")
    #expect(solution["times"] as? [Double] == [1, 1.5, 2, 2.5, 3])
    let late = try document("solve", "logistic", "--at", "2,4")
    #expect(late["times"] as? [Double] == [2, 4])
    let start = try document("solve", "logistic", "--at", "0")
    #expect(start["states"] as? [[Double]] == [[0.1]])
  }

  @Test func `single precision is near double`() throws {
    func end(_ scalar: String) throws -> Double {
      let solution = try document(
        "solve", "pendulum", "--scalar", scalar, "--method", "rk4", "--step", "0.01", "--to", "1")
      return try #require((solution["states"] as? [[Double]])?.last?.first)
    }
    let (single, double) = (try end("float32"), try end("float64"))
    // A hundred steps with roundings of 6e-8.
    #expect(single != double && abs(single - double) < 1e-5)
  }

  @Test func `a failed solve reports the reason, writes what it has and exits with 1`() throws {
    let result = try Tool.run(
      "solve", "robertson", "--to", "1e6", "--max-steps", "2000", "--json")
    #expect(result.status == 1 && result.errorLines.count == 1)
    #expect(result.errors.contains("stiff"))
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let solution = try #require(value as? [String: Any])
    #expect(solution["status"] as? String == "stiff")
    #expect((solution["states"] as? [[Double]])?.first == [1, 0, 0])
    let blowUp = try Tool.run(
      "solve", "lorenz", "--method", "euler", "--step", "0.5", "--to", "20", "--points", "41")
    #expect(blowUp.status == 1 && blowUp.errors.contains("ceased to be finite"))
    #expect(blowUp.output.split(separator: "\n").count > 5)
  }

  @Test func `stiff equations are solved by the method that the error names`() throws {
    let failed = try Tool.run("solve", "robertson", "--to", "1e6", "--max-steps", "2000")
    #expect(failed.status == 1 && failed.errors.contains("--method rodas5p"))
    let solution = try document(
      "solve", "robertson", "--method", "rodas5p", "--to", "1e11", "--max-steps", "2000", "--at",
      "40,1e11", "--rtol", "1e-8", "--atol", "1e-14")
    let states = try #require(solution["states"] as? [[Double]])
    // Hairer and Wanner, Solving ODEs II, IV.10, and two steps' tolerances.
    #expect(abs(states[0][0] - 0.7158270687) < 1e-6)
    #expect(abs(states[1][0] / 2.083340149701255e-8 - 1) < 1e-5)
    let statistics = try #require(solution["statistics"] as? [String: Double])
    #expect(statistics["jacobians"] == statistics["acceptedSteps"])
    #expect(try #require(statistics["factorizations"]) < 2000)
  }

  @Test func `equations in a file are solved, and their mistakes are placed`() throws {
    let path = NSTemporaryDirectory() + "decay-\(UUID().uuidString).ode"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "x' = -k*x  # decay\nk = 2 > 0\nx(0) = 3\nspan = 0..1\n"
      .write(toFile: path, atomically: true, encoding: .utf8)
    let solution = try document("solve", path, "--at", "1", "--rtol", "1e-10", "--atol", "1e-10")
    let state = try #require((solution["states"] as? [[Double]])?.first?.first)
    #expect(abs(state - 3 * exp(-2)) < 1e-8)
    try "x' = -k*x\n".write(toFile: path, atomically: true, encoding: .utf8)
    let result = try Tool.run("solve", path)
    #expect(result.status == 65 && result.output.isEmpty && result.errorLines.count == 1)
    #expect(result.errors.hasPrefix("error: \(path):1:7: nothing is named 'k'"))
    #expect(try Tool.run("solve", "/no/such/file.ode").status == 66)
  }

  @Test(arguments: [
    (["lorens"], "there is no system 'lorens'; did you mean 'lorenz'?"),
    (["lorenz", "--method", "dopri4"], "there is no method 'dopri4'; did you mean 'dopri5'?"),
    (["lorenz", "--initial", "1,2"], "--initial has 2 values, lorenz has 3 states"),
    (["lorenz", "--initial", "1,b,2"], "'1,b,2' is not numbers separated by commas"),
    (["lorenz", "--set", "rh=3"], "lorenz has no parameter 'rh'; did you mean 'rho'?"),
    (["lorenz", "--set", "rho=x"], "--set: 'x' is not a number"),
    (["lorenz", "--set", "rho"], "'rho' is not name=value"),
    (["lorenz", "--set", "rho=-1"], "outside of its bounds"),
    (["lorenz", "--at", "1,2,30", "--to", "20"], "--at: 30 is outside of the span"),
    (["lorenz", "--at", "2,1"], "--at: 2 is outside of the span from 0 to 1"),
    (["lorenz", "--at", "1,1,2"], "write the times in order, each once"),
    (["lorenz", "--at", "1", "--points", "3"], "exclude each other"),
    (["lorenz", "--rtol", "-1"], "--rtol is -1; a tolerance is not negative"),
    (["lorenz", "--rtol", "0", "--atol", "0"], "both tolerances are 0"),
    (["lorenz", "--step", "0"], "--step is 0; write a positive size"),
    (["lorenz", "--step", "1", "--rtol", "1"], "keep one kind"),
    (["lorenz", "--method", "euler"], "give it equal steps, as in --step 0.01"),
    (["lorenz", "--to", "0"], "is empty; change --from or --to"),
    (["lorenz", "--points", "1"], "write 2 or more"),
    (["lorenz", "--scalar", "float16"], "is not one of float32, float64"),
  ])
  func `wrong usage is one clear line and status 64`(words: [String], part: String) throws {
    let result = try Tool.run(["solve"] + words)
    #expect(result.status == 64 && result.output.isEmpty && result.errorLines.count == 1)
    #expect(result.errors.contains(part), "\(result.errors)")
  }

  @Test func `methods and systems are listed with their facts`() throws {
    let methods = try Tool.run("methods", "--json")
    let value = try JSONSerialization.jsonObject(with: Data(methods.output.utf8))
    let list = try #require(value as? [[String: Any]])
    let dopri = try #require(list.first { $0["name"] as? String == "dopri5" })
    #expect(dopri["order"] as? Int == 5 && dopri["embeddedOrder"] as? Int == 4)
    #expect(dopri["stages"] as? Int == 7 && dopri["interpolantOrder"] as? Int == 4)
    #expect(list.allSatisfy { ($0["source"] as? String)?.isEmpty == false && $0["kind"] != nil })
    let systems = try Tool.run("systems", "--json")
    let names = try #require(
      try JSONSerialization.jsonObject(with: Data(systems.output.utf8)) as? [[String: Any]]
    ).compactMap { $0["name"] as? String }
    for name in ["lorenz", "van-der-pol", "spiral", "robertson", "cardiovascular"] {
      #expect(names.contains(name))
    }
    #expect(try Tool.run("systems", "sir").output.contains("s' = -infection"))
  }

  @Test func `a fit finds the estimates of bundled data`() throws {
    let fit = try document(
      "fit", "sir", "--data", "tristan.csv", "--column", "infected=i", "--column", "recovered=r",
      "--set", "beta=0.02", "--set", "s(0)=40", "--fix", "i(0)=1", "--fix", "r(0)=0", "--starts",
      "2", "--from", "1")
    let estimates = try #require(fit["estimates"] as? [[String: Any]])
    let values = estimates.compactMap { $0["value"] as? Double }
    // Three digits of SciPy's estimates for the same data, with a standard deviation for each column.
    for (found, expected) in zip(values, [0.020307, 0.26764, 40.420]) {
      #expect(abs(found / expected - 1) < 1e-3)
    }
    #expect(fit["converged"] as? Bool == true)
    for words in [
      ["fit", "sir", "--data", "tristan.csv", "--column", "infectd=i"],
      ["fit", "sir", "--data", "tristan.csv"],
      [
        "fit", "sir", "--data", "tristan.csv", "--column", "infected=i", "--column", "recovered=r",
        "--fix", "q=1",
      ],
      ["fit", "sir"],
    ] {
      let result = try Tool.run(words)
      #expect(result.status == 64 && result.errorLines.count == 1, "\(words): \(result.errors)")
    }
    #expect(try Tool.run("fit", "sir", "--data", "nix.csv").status == 66)
  }
}

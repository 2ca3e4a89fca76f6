import Platform
package import Serialization
package import Reports

/// The figures of an experiment over several seeds.
package struct Reproduction: Sendable {
  /// A claim with its run of median figure.
  package struct Verdict: Sendable {
    package var experiment: String
    /// The claim with the median figure; of an even number of runs, the worse of the middle two.
    package var claim: Claim
    /// The seed of that run.
    package var seed: UInt64
    package var seconds: Double
    /// The figures of all seeds in order.
    package var figures: [Double]

    package var passed: Bool { claim.passed }
  }

  package var verdicts: [Verdict]
  package var notes: [String]
  /// Pictures of the first seed's run.
  package var charts: [Chart]

  /// Runs an experiment once for each seed.
  package init(
    _ experiment: some Experiment, seeds: [UInt64], isQuick: Bool, dataPath: String? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    precondition(!seeds.isEmpty, "an experiment needs a seed")
    var runs: [(seed: UInt64, result: ExperimentResult, seconds: Double)] = []
    for seed in seeds {
      let run = ExperimentRun(seed: seed, isQuick: isQuick, dataPath: dataPath) {
        progress("\(experiment.name) (seed \(seed)): \($0)")
      }
      let start = SystemClock.processTime
      var (result, seconds) = try timed { try experiment.run(run) }
      let used = SystemClock.processTime - start
      result.notes.append("\(Figure(seconds)) s, \(Figure(used)) s of processor time in all")
      precondition(
        result.claims.map(\.claim) == runs.first?.result.claims.map(\.claim)
          ?? result.claims.map(\.claim),
        "the claims of \(experiment.name) differ between seeds")
      runs.append((seed, result, seconds))
    }
    verdicts = runs[0].result.claims.indices.map { place in
      let sorted = runs.sorted { Self.excess($0.result, place) < Self.excess($1.result, place) }
      let median = sorted[sorted.count / 2]
      let claim = median.result.claims[place]
      return Verdict(
        experiment: experiment.name, claim: claim, seed: median.seed,
        seconds: claim.seconds ?? median.seconds,
        figures: runs.map { $0.result.claims[place].ours })
    }
    charts = runs[0].result.charts
    notes = runs.flatMap { run in
      run.result.notes.map { runs.count > 1 ? "seed \(run.seed): \($0)" : $0 }
    }
  }

  private static func excess(_ result: ExperimentResult, _ place: Int) -> Double {
    result.claims[place].threshold.excess(of: result.claims[place].ours)
  }
}

extension Reproduction.Verdict {
  /// The claim as an entry of the document that `reproduce --json` prints.
  package var json: JSONValue {
    [
      "experiment": .string(experiment), "claim": .string(claim.claim),
      "paper": claim.paper.map(JSONValue.string) ?? .null, "ours": .number(claim.ours),
      "threshold": .string(claim.threshold.description), "passed": .bool(passed),
      "seconds": .number(seconds), "seed": .number(Double(seed)), "figures": JSONValue(figures),
    ]
  }

  /// The claim as a line of a table under `columns`.
  package var row: [String] {
    [
      experiment, claim.claim, claim.paper ?? "–", Figure(claim.ours).description,
      claim.threshold.description, passed ? "pass" : "FAIL", Figure(seconds).description,
    ]
  }

  package static let columns = [
    "experiment", "claim", "paper", "ours", "threshold", "verdict", "seconds",
  ]
}

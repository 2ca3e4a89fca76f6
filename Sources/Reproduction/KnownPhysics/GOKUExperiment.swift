import NumericCore
import Reports
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// A-GOKU: a known law finds each series' parameters and foresees it (Linial and others 2021).
package struct GOKUExperiment: Experiment {
  package let name = "goku"
  package let summary =
    "GOKU-net on pendulums of unknown length, with and without unknown friction"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let pendulums = try PendulumTask(run)
    let jobs = pendulums.jobs
    let scores = try FrameJob.scores(of: jobs, progress: run.progress)
    return ExperimentResult(
      claims: pendulums.claims(scores),
      notes: jobs.map { "\($0.name): \(scores[$0.name]?.summary ?? "")" } + pendulums.notes)
  }
}

/// Pendulums seen as vectors, and all that forecasts them.
private struct PendulumTask {
  let run: ExperimentRun
  private let smooth, rubbed: FrameSplit

  init(_ run: ExperimentRun) throws {
    self.run = run
    let key = run.key.folding(in: 1)
    smooth = FrameSplit(try FrameSeries.pendulums(500, frames: 100, friction: 0, key: key))
    rubbed = FrameSplit(try FrameSeries.pendulums(500, frames: 100, friction: 0.7, key: key))
  }

  var jobs: [FrameJob] {
    let (run, smooth, rubbed) = (run, smooth, rubbed)
    return [
      FrameJob("GOKU-net") { Self.known(smooth, correction: nil, run, salt: 1) },
      FrameJob("latent ODE") { FrameModels.latent(smooth, run, salt: 2) },
      FrameJob("LSTM, next frame") { FrameModels.memory(smooth, run, salt: 5) },
      FrameJob("friction, law and network") { Self.known(rubbed, correction: 64, run, salt: 4) },
      FrameJob("friction, law alone") { Self.known(rubbed, correction: nil, run, salt: 3) },
    ]
      + DirectIdentification.Evidence.allCases.map { evidence in
        FrameJob(evidence.words) { Self.direct(smooth, run, by: evidence) }
      }
  }

  var notes: [String] {
    [
      "the mean frame: extrapolation \(Figure(smooth.meanFrameError)); direct identification by states "
        + "is the paper's; errors are against frames without noise; 450 series train, 50 test; a model reads 50 frames and "
        + "foresees 50 more"
    ]
  }

  private static func known(
    _ data: FrameSplit, correction: Int?, _ run: ExperimentRun, salt: UInt64
  ) -> FrameScore {
    var sizes = GOKUSizes(features: data.series.features, states: 2, parameters: 1)
    sizes.correction = correction
    return FrameModels.goku(sizes, .pendulum, data, run, salt: salt)
  }

  /// Free numbers for each test series, on the frames that are read.
  private static func direct(
    _ data: FrameSplit, _ run: ExperimentRun, by evidence: DirectIdentification.Evidence
  ) -> FrameScore {
    let key = run.key.folding(in: 15)
    let count = data.testCount
    let start = DirectIdentification(
      series: count, features: data.series.features, states: 2, parameters: 1,
      known: PartlyKnownField.pendulum, key: key)
    let states = data.series.states.sliced(data.trainCount..<data.series.count, axis: 1)
      .sliced(0..<data.window, axis: 0).converted(to: .float32)
    let revealed = key.folding(in: 1).uniform(data.window * count, as: Double.self)
      .map { $0 < 0.05 ? Float(1) : 0 }
    let batch = FrameBatch(
      frames: data.head, states: states.evaluated(),
      noise: Tensor(revealed, shape: [data.window, count, 1]))
    let times = data.times(data.window)
    let iterations = run.choose(full: 1500, quick: 150)
    let (model, seconds) = timed {
      var model = start
      var optimizer = Adam(for: model, learningRate: .cosine(from: 1e-2, over: iterations))
      let lossAndGradient = valueAndGrad { (model: DirectIdentification, batch: FrameBatch) in
        model.loss(batch, at: times, by: evidence)
      }
      for _ in 0..<iterations {
        let gradient = lossAndGradient(model, batch).gradient
        optimizer.update(&model, along: gradient.clipped(toNorm: 5))
      }
      return model
    }
    return data.score(
      model(at: data.times(data.frames)).observations, parameters: [model.values.values],
      seconds: seconds)
  }

  // MARK: - Claims

  func claims(_ scores: [String: FrameScore]) -> [Claim] {
    let states = DirectIdentification.Evidence.states.words
    guard let goku = scores["GOKU-net"], let latent = scores["latent ODE"],
      let memory = scores["LSTM, next frame"], let direct = scores[states],
      let alone = scores["friction, law alone"], let mixed = scores["friction, law and network"]
    else { return [] }
    return thresholded(
      goku: goku, latent: latent, memory: memory, direct: direct, alone: alone, mixed: mixed)
  }

  private func thresholded(
    goku: FrameScore, latent: FrameScore, memory: FrameScore, direct: FrameScore,
    alone: FrameScore, mixed: FrameScore
  ) -> [Claim] {
    // The quick variant trains for a tenth of the iterations; it shows only that training works.
    [
      Claim(
        "pendulum, correlation of inferred and true length", ours: goku.parameters[0].correlation,
        threshold: .atLeast(run.choose(full: 0.95, quick: 0.5)), seconds: goku.seconds),
      Claim(
        "pendulum, mean error of the length (m)", ours: goku.parameters[0].error,
        threshold: .atMost(run.choose(full: 0.12, quick: 0.3)), seconds: goku.seconds),
      Claim(
        "pendulum, extrapolation L1", ours: goku.extrapolation,
        threshold: .atMost(run.choose(full: 0.15, quick: 0.6)), seconds: goku.seconds),
      Claim(
        "pendulum, extrapolation L1 over the latent ODE's", paper: "1/6",
        ours: goku.extrapolation / latent.extrapolation,
        threshold: .atMost(run.choose(full: 0.5, quick: 1)),
        seconds: goku.seconds + latent.seconds),
      Claim(
        "pendulum, extrapolation L1 over the LSTM's", paper: "1/12",
        ours: goku.extrapolation / memory.extrapolation,
        threshold: .atMost(run.choose(full: 0.5, quick: 2)),
        seconds: goku.seconds + memory.seconds),
      Claim(
        "pendulum, extrapolation L1 over direct identification's", paper: "1/21",
        ours: goku.extrapolation / direct.extrapolation,
        threshold: .atMost(run.choose(full: 1, quick: 2)), seconds: goku.seconds + direct.seconds),
      Claim(
        "pendulum, interpolation L1", ours: goku.interpolation,
        threshold: .atMost(run.choose(full: 0.06, quick: 0.5)), seconds: goku.seconds),
      Claim(
        "friction, extrapolation L1 with a network over the known law alone",
        ours: mixed.extrapolation / alone.extrapolation,
        threshold: .atMost(run.choose(full: 0.7, quick: 1.2)),
        seconds: mixed.seconds + alone.seconds),
      Claim(
        "friction, correlation of inferred and true length", ours: mixed.parameters[0].correlation,
        threshold: .atLeast(run.choose(full: 0.8, quick: 0)), seconds: mixed.seconds),
      Claim(
        "friction, mean error of the length (m)", ours: mixed.parameters[0].error,
        threshold: .atMost(run.choose(full: 0.12, quick: 0.5)), seconds: mixed.seconds),
      Claim(
        "friction, bias of the length (m)", ours: abs(mixed.parameters[0].bias),
        threshold: .atMost(run.choose(full: 0.1, quick: 0.5)), seconds: mixed.seconds),
    ]
  }
}

import NumericCore
import Reports
import Adjoints
import ContinuousModels
import Transforms
import Tensors

/// A-ODERNN and A-LODE-ODERNN: states that flow between observations, in a predictor and in an encoder.
///
/// The setting is the toy of Rubanova, Chen and Duvenaud 2019: sines at 100 irregular times, each series seen at 30 of its own.
/// Training is on the seen points alone; errors are over all 100. For predictors it is the error of the expectation before
/// each time, for latent ODEs that of the reconstruction; their bound is on random subsets of the seen points. Then events
/// of a known rate, and the rate that is learned.
package struct ODERNNExperiment: Experiment {
  package let name = "ode-rnn"
  package let summary =
    "irregular sines: ODE-RNN as predictor and as encoder, against states that wait or fade"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let task = SineTask(seed: run.seed, key: run.key)
    var result = ExperimentResult(claims: [])
    try addPredictors(&result, task, run)
    try addEncoders(&result, task, run)
    try addEvents(&result, run)
    return result
  }

  // MARK: Predictors

  private func addPredictors(
    _ result: inout ExperimentResult, _ task: SineTask, _ run: ExperimentRun
  ) throws {
    // With one channel a row is seen or not: nothing is left to impute, so RNN-Impute is RNN-Δt and GRU-D is RNN-Decay.
    let kinds: [ODERNN.Kind] = run.choose(
      full: [.odeRNN, .rnnDelta, .rnnDecay, .rnn], quick: [.odeRNN, .rnnDelta])
    let iterations = run.choose(full: 4_000, quick: 600)
    var errors: [ODERNN.Kind: Double] = [:]
    var seconds: [ODERNN.Kind: Double] = [:]
    for kind in kinds {
      let (network, time) = try timed { try task.trained(kind, iterations: iterations) }
      let means = task.expectations(network)
      let error = task.error(means)
      (errors[kind], seconds[kind]) = (error, time)
      let line = "\(kind.title): MSE \(Figure(error)) in \(Figure(time)) s"
      run.progress(line)
      result.notes.append(line)
      if kind == .odeRNN {
        result.charts.append(
          task.chart("ODE-RNN: what it expects, row by row", means, series: 0))
      }
    }
    let own = errors[.odeRNN] ?? .nan
    let paper = [ODERNN.Kind.rnnDelta: "0.0582", .rnnDecay: "0.0497", .rnn: "0.0582"]
    result.claims.append(
      Claim(
        "sines, 30 of 100 seen: MSE of ODE-RNN", paper: "0.0264", ours: own,
        threshold: .atMost(run.choose(full: 0.015, quick: 0.03)), seconds: seconds[.odeRNN]))
    for kind in kinds.dropFirst() {
      let limit = kind == .rnnDecay ? 1 : run.choose(full: 0.5, quick: 0.8)
      result.claims.append(
        Claim(
          "sines, 30 of 100 seen: that over \(kind.title)\u{2019}s",
          paper: kind == .rnn ? nil : "0.0264 / \(paper[kind] ?? "")",
          ours: own / (errors[kind] ?? .nan), threshold: .atMost(limit), seconds: seconds[kind]))
    }
  }

  // MARK: Encoders

  private func addEncoders(
    _ result: inout ExperimentResult, _ task: SineTask, _ run: ExperimentRun
  ) throws {
    let iterations = run.choose(full: 2_000, quick: 250)
    func fit(flowing: Bool) throws -> (LatentODE<BackwardRNN>, Double, Double) {
      let (model, seconds) = try timed {
        try task.latentODE(flowing: flowing, iterations: iterations)
      }
      let error = task.error(task.reconstruction(model, seeing: 30).means)
      let line =
        "latent ODE, \(flowing ? "ODE-RNN" : "RNN") encoder: MSE \(Figure(error)) in "
        + "\(Figure(seconds)) s"
      run.progress(line)
      result.notes.append(line)
      return (model, error, seconds)
    }
    let (model, error, seconds) = try fit(flowing: true)
    let (_, waitingError, waitingSeconds) = try fit(flowing: false)
    result.claims += [
      Claim(
        "sines, 30 of 100 seen: MSE of the latent ODE, ODE-RNN encoder", paper: "0.0535",
        ours: error, threshold: .atMost(run.choose(full: 0.025, quick: 0.08)), seconds: seconds),
      Claim(
        "sines, 30 of 100 seen: that over the RNN encoder\u{2019}s", paper: "0.0535 / 0.0275",
        ours: error / waitingError, threshold: .atMost(run.choose(full: 0.6, quick: 1.2)),
        seconds: waitingSeconds),
    ]
    result.charts.append(
      task.chart(
        "Latent ODE: reconstruction from 30 points",
        task.reconstruction(model, seeing: 30).means, series: 0))
    if !run.isQuick { result.claims += conditioning(model, task) }
    let more = task.evaluations(model, outputs: 400) - task.evaluations(model, outputs: 10)
    result.claims.append(
      Claim(
        "sines: evaluations for 400 outputs less those for 10", paper: "none",
        ours: Double(more), threshold: .between(0, 0)))
  }

  /// More points, less error and less entropy, although the model was trained on 30.
  private func conditioning(_ model: LatentODE<BackwardRNN>, _ task: SineTask) -> [Claim] {
    let counts = [10, 30, 50]
    let results = counts.map { task.reconstruction(model, seeing: $0) }
    let errors = results.map { task.error($0.means) }
    var claims: [Claim] = []
    for place in [1, 2] {
      let (more, fewer) = (counts[place], counts[place - 1])
      claims += [
        Claim(
          "sines: MSE with \(more) points over that with \(fewer)",
          ours: errors[place] / errors[place - 1], threshold: .atMost(1)),
        Claim(
          "sines: entropy of z₀ with \(more) points less that with \(fewer) (nats)",
          ours: results[place].entropy - results[place - 1].entropy, threshold: .atMost(0)),
      ]
    }
    return claims
  }

  // MARK: Events

  private func addEvents(_ result: inout ExperimentResult, _ run: ExperimentRun) throws {
    let task = PoissonTask(key: run.key.folding(in: 560))
    let (model, seconds) = try timed {
      try task.trained(iterations: run.choose(full: 1_000, quick: 150), seed: run.seed)
    }
    let times = (0...100).map { Double($0) / 10 }
    let found = task.intensity(model, at: times)
    run.progress(
      "events: RMSE of the rate \(Figure(found.error)), \(Figure(found.integral)) expected, "
        + "\(Figure(task.meanCount)) seen, in \(Figure(seconds)) s")
    result.claims += [
      Claim(
        "events of rate 2 + 1.5 sin t: RMSE of the learned rate", ours: found.error,
        threshold: .atMost(run.choose(full: 0.35, quick: 0.7)), seconds: seconds),
      Claim(
        "events: integral of the rate over the mean count, less 1",
        ours: found.integral / task.meanCount - 1,
        threshold: .between(
          run.choose(full: -0.05, quick: -0.1), run.choose(full: 0.05, quick: 0.1)),
        seconds: seconds),
    ]
    result.charts.append(
      Chart(
        "Rate of events", x: Axis("t"), y: Axis("events per unit of time"), width: .half,
        caption: "Learned from the times of 200 series alone.",
        marks: [
          .line("true", x: times, y: times.map(PoissonTask.rate), color: .second),
          .line("learned", x: times, y: found.rates, emphasis: .strong),
        ]))
  }
}

extension SineTask {
  /// One test series: the truth, what was seen, and what is predicted.
  fileprivate func chart(_ title: String, _ means: Tensor, series: Int) -> Chart {
    let truth = test.set.values[series].map { $0[0] }
    let seen = test.seen[series]
    return Chart(
      title, x: Axis("t"), y: Axis("x"), width: .half,
      caption: "A test series, of which 30 of 100 points are seen.",
      marks: [
        .line("truth", x: times, y: truth, color: .second, emphasis: .faint),
        .line(
          "told", x: times, y: means.at(series, axis: 1).reshaped([times.count]).values,
          emphasis: .strong),
        .points("seen", x: seen.map { times[$0] }, y: seen.map { truth[$0] }, color: .fourth),
      ])
  }
}

import NumericCore
import LearningTasks
import Reports
import Adjoints
import ContinuousModels
import NeuralNets
import Transforms
import Tensors

/// A-LODE: a latent ODE extrapolates spirals that it saw at few points.
///
/// The setting is that of Chen et al. 2018, section 5, with the paper's networks. In training a random end of each series,
/// up to seven tenths of its points, is hidden from the encoder, while the objective is over all of them: the field learns
/// to go on. Beside it stand the paper's objective, the evidence lower bound, on random subsets of the seen points, whose
/// posterior is calibrated; and a recurrent network with the time to the next point and its own predictions as inputs.
package struct LatentODEExperiment: Experiment {
  package let name = "latent-ode"
  package let summary = "spirals: a latent ODE extrapolates from few points better than an RNN"

  package init() {}

  private static let published = [
    30: ("0.1642", "0.3937"), 50: ("0.1502", "0.3202"), 100: ("0.1346", "0.1813"),
  ]

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    for observed in run.choose(full: [30, 50, 100], quick: [30]) {
      let task = SpiralTask(observed: observed, run: run)
      let (model, seconds) = try timed { try task.latentODE(.foreseenEnd(upTo: 0.7)) }
      let (recurrent, recurrentSeconds) = try timed { try task.recurrentError() }
      let error = task.error(of: model)
      var line =
        "\(observed) of 100 seen: latent ODE \(Figure(error)) in \(Figure(seconds)) s, RNN "
        + "\(Figure(recurrent)) in \(Figure(recurrentSeconds)) s"
      result.claims += claims(run, observed, error, recurrent, seconds, recurrentSeconds)
      if !run.isQuick {
        let bounded = try task.latentODE(.leftOut(upTo: 0.7))
        line += "; latent ODE trained on the bound \(Figure(task.error(of: bounded)))"
        if observed == 30 { result.claims += task.entropyClaims(of: bounded) }
      }
      run.progress(line)
      result.notes.append(line + "; the last value would be \(Figure(task.lastValueError))")
      if observed == 30 {
        result.claims += task.latentClaims(of: model)
        result.charts += task.charts(of: model)
      }
    }
    return result
  }

  private func claims(
    _ run: ExperimentRun, _ observed: Int, _ error: Double, _ recurrent: Double,
    _ seconds: Double, _ recurrentSeconds: Double
  ) -> [Claim] {
    // With all points seen the order is the reverse: no claim, a line in the notes.
    guard observed < 100, let published = Self.published[observed] else { return [] }
    let limits = observed == 30 ? (error: 0.2, ratio: 0.5) : (error: 0.45, ratio: 1)
    return [
      Claim(
        "spirals, \(observed) of 100 seen: RMSE of 100 points beyond", paper: published.0,
        ours: error, threshold: .atMost(run.choose(full: limits.error, quick: 0.4)),
        seconds: seconds),
      Claim(
        "spirals, \(observed) of 100 seen: that over the RNN's",
        paper: "\(published.0) / \(published.1)", ours: error / recurrent,
        threshold: .atMost(run.choose(full: limits.ratio, quick: 1)),
        seconds: recurrentSeconds),
    ]
  }
}

extension SpiralTask {
  /// What the posterior knows: direction, and a past.
  fileprivate func latentClaims(of model: LatentODE<BackwardRNN>) -> [Claim] {
    let past = past(of: model)
    return [
      Claim(
        "spirals: share of directions told from z₀ by a straight line", paper: "separates",
        ours: directions(model), threshold: .atLeast(run.choose(full: 0.98, quick: 0.9))),
      Claim(
        "spirals: largest coordinate within half a window before t₀", ours: past.reach,
        threshold: .atMost(4)),
      Claim(
        "spirals: longest step before t₀ over the longest after it", ours: past.roughness,
        threshold: .atMost(3)),
    ]
  }

  /// More points, less doubt, of a model that was trained on the bound.
  fileprivate func entropyClaims(of model: LatentODE<BackwardRNN>) -> [Claim] {
    let entropies = [30, 60, 100].map { entropy(of: model, seeing: $0) }
    return [
      Claim(
        "spirals: entropy of z₀ after 60 points less that after 30 (nats)",
        ours: entropies[1] - entropies[0], threshold: .atMost(0)),
      Claim(
        "spirals: entropy of z₀ after 100 points less that after 60 (nats)",
        ours: entropies[2] - entropies[1], threshold: .atMost(0)),
    ]
  }

  /// A least-squares line through half of the series, judged on the other half.
  private func directions(_ model: LatentODE<BackwardRNN>) -> Double {
    let means = model.reconstruction(of: test.observed(everyone), at: [0, 1]).posterior.mean.values
    let points = everyone.map { Array(means[$0 * 4..<($0 + 1) * 4]) }
    let side = everyone.map { $0 % 2 == 0 ? 1.0 : -1.0 }
    let half = test.count / 2
    let fit = LeastSquares(
      rows: Array(points[..<half]), targets: Array(side[..<half]), ridge: 0)
    let right = (half..<test.count).filter { number in
      let value = zip(points[number], fit.coefficients.dropFirst()).reduce(fit.coefficients[0]) {
        $0 + $1.0 * $1.1
      }
      return value * side[number] > 0
    }
    return Double(right.count) / Double(test.count - half)
  }

  /// Mean entropy of the posterior after so many points, in nats.
  private func entropy(of model: LatentODE<BackwardRNN>, seeing count: Int) -> Double {
    let sequences = SparseSequences(
      test.set, seeing: count, of: Self.window.count,
      key: run.key.folding(in: 900 + UInt64(count)))
    return model.reconstruction(of: sequences.observed(everyone), at: [0, 1]).posterior
      .entropy.sum([1]).mean().values[0]
  }

  /// Half a window before the first time.
  private var pastTimes: [Double] { (1...50).reversed().map { -Double($0) * test.set.times[1] } }

  /// The past of all series: how far it reaches (the data stay below 2.2), and whether it jumps.
  private func past(of model: LatentODE<BackwardRNN>) -> (reach: Double, roughness: Double) {
    let initial = model.reconstruction(of: test.observed(everyone), at: [0, 1]).posterior.mean
    let count = pastTimes.count
    let means = model.decoded(initial, from: 0, at: pastTimes + test.set.times).mean.evaluated()
    func longest(_ rows: Range<Int>) -> Double {
      let next = rows.lowerBound + 1..<rows.upperBound + 1
      return square(means.sliced(next, axis: 0) - means.sliced(rows, axis: 0)).sum([2]).maximum()
        .values[0].squareRoot()
    }
    return (
      abs(means.sliced(0..<count, axis: 0)).maximum().values[0],
      longest(0..<count) / longest(count..<count + Self.window.count)
    )
  }

  /// Four spirals with what was seen, what is predicted, and draws from the posterior.
  fileprivate func charts(of model: LatentODE<BackwardRNN>) -> [Chart] {
    let chosen = Array(0..<4)
    let times = pastTimes + test.set.times
    let band = model.band(
      for: test.observed(chosen).observations, from: 0, at: times, draws: 12,
      key: run.key.folding(in: 950))
    let (mean, paths) = (band.mean.evaluated(), band.paths.evaluated())
    func line(_ x: Tensor, _ number: Int, _ axis: Int, _ rows: Range<Int>) -> [Double] {
      x.sliced(rows, axis: 0).at(number, axis: 1).at(axis, axis: 1).values
    }
    let (before, all) = (0..<pastTimes.count, pastTimes.count..<times.count)
    return chosen.map { number in
      let truth = test.set.values[number]
      let seen = test.seen[number]
      var marks = (0..<12).map { draw in
        Mark.line(
          x: line(paths.at(draw), number, 0, all), y: line(paths.at(draw), number, 1, all),
          color: .muted, emphasis: .faint)
      }
      marks += [
        .line(
          "truth", x: truth[100...].map { $0[0] }, y: truth[100...].map { $0[1] }, color: .second),
        .line(
          "told", x: line(mean, number, 0, all), y: line(mean, number, 1, all), emphasis: .strong),
        .line(
          "told of the past", x: line(mean, number, 0, before), y: line(mean, number, 1, before),
          color: .third, emphasis: .dashed),
        .points("seen", x: seen.map { truth[$0][0] }, y: seen.map { truth[$0][1] }, color: .fourth),
      ]
      return Chart(
        "Spiral \(number + 1)", x: Axis("x"), y: Axis("y"), width: .half, height: 320,
        caption:
          "30 points of the window, and 100 steps beyond it; grey: draws from the posterior.",
        marks: marks)
    }
  }
}

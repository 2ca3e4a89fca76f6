import NumericCore
import LearningTasks
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// Free-form continuous flows on toy distributions (Grathwohl and others 2019).
///
/// The paper shows these as pictures; the thresholds are calibrated, and the floors are the distributions' entropies.
struct FFJORDExperiment: Experiment {
  let name = "ffjord"
  let summary =
    "FFJORD on 2-D toys: test NLL against entropy, with an audit; Hutchinson's estimator."

  /// One distribution and how it is trained.
  struct Setting {
    var data: PlanarData
    var steps: Int
    var iterations: Int
    var threshold: Double
    /// Of the quick version; `nil` for not in it.
    var quick: (iterations: Int, steps: Int, threshold: Double)?
  }

  static let settings = [
    Setting(
      data: .eightGaussians, steps: 10, iterations: 1500, threshold: 2.935,
      quick: (iterations: 100, steps: 6, threshold: 3.5)),
    Setting(
      data: .moons, steps: 10, iterations: 1200, threshold: 2.494,
      quick: (iterations: 100, steps: 6, threshold: 3.4)),
    Setting(data: .checkerboard, steps: 10, iterations: 2600, threshold: 3.665, quick: nil),
    Setting(data: .circles, steps: 8, iterations: 600, threshold: 3.78, quick: nil),
  ]

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    var trainings: [(name: String, history: [PlanarTraining.Moment])] = []
    for setting in Self.settings where !run.isQuick || setting.quick != nil {
      trainings.append((setting.data.rawValue, try toy(setting, run, &result)))
    }
    if !run.isQuick { result.charts += DensityCharts.progress(trainings) }
    result.claims += Self.estimatorClaims(run)
    return result
  }

  /// Trains on one distribution and audits the result on fresh points.
  private func toy(
    _ setting: Setting, _ run: ExperimentRun, _ result: inout ExperimentResult
  ) throws -> [PlanarTraining.Moment] {
    let data = setting.data
    let full = (setting.iterations, setting.steps, setting.threshold)
    let (iterations, steps, threshold) = run.isQuick ? setting.quick ?? full : full
    let (outcome, seconds) = try timed {
      try PlanarTraining(
        data, steps: steps, iterations: iterations, seed: run.seed
      ).run(progress: run.progress)
    }
    let flow = outcome.model
    let test = data.sample(run.choose(full: 5000, quick: 1000), key: run.key.folding(in: 99))
    let audit = flow.audit(on: test, entropy: data.entropy)
    result.claims += [
      Claim(
        "\(data.rawValue), test NLL (nats)", ours: audit.fine,
        threshold: .between(data.entropy - LikelihoodAudit.allowedExcess, threshold),
        seconds: seconds),
      Claim(
        "\(data.rawValue), |NLL by the training solver − by a finer one| (nats)",
        ours: (audit.reported - audit.fine).magnitude,
        threshold: .atMost(LikelihoodAudit.allowedDifference)),
    ]
    result.notes.append(audit.sentence(of: data.rawValue))
    if !run.isQuick { result.charts += DensityCharts.toy(data, flow, key: run.key) }
    return outcome.history
  }

  /// Hutchinson's estimator at a fixed field: bias in standard errors, and the two noises' variances.
  private static func estimatorClaims(_ run: ExperimentRun) -> [Claim] {
    let field = TimeConditionedMLP(
      dimension: 2, hidden: [64, 64, 64], key: run.key.folding(in: 7), scalarType: .float64)
    let (time, draws) = (Tensor([0.3], shape: []), 4000)
    let point = run.key.folding(in: 8).normal([1, 2], scalarType: .float64)
    let exact = field.valueAndTrace(time, point).trace.values[0]
    func estimate(_ noise: Tensor) -> (mean: Double, variance: Double) {
      let tangents = field.pushforward(
        time, point.broadcast(to: [draws, 2]), noise.expandingAxis(at: 0)
      ).tangents
      let values = (tangents.at(0) * noise).sum([1]).values
      let mean = values.reduce(0, +) / Double(draws)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws - 1))
    }
    let rademacher = estimate(
      run.key.folding(in: 9).rademacher([draws, 2], scalarType: .float64))
    let gaussian = estimate(run.key.folding(in: 10).normal([draws, 2], scalarType: .float64))
    func bias(_ estimate: (mean: Double, variance: Double)) -> Double {
      let error = (estimate.variance / Double(draws)).squareRoot()
      return error == 0 ? 0 : (estimate.mean - exact).magnitude / error
    }
    return [
      Claim(
        "Hutchinson's estimate, bias of 4000 draws (standard errors)",
        ours: max(bias(rademacher), bias(gaussian)), threshold: .atMost(3)),
      Claim(
        "variance with Rademacher noise / with Gaussian noise",
        ours: rademacher.variance / gaussian.variance, threshold: .atMost(1)),
    ]
  }
}

import Platform
import NumericCore
import Reports
import LearningTasks
import ContinuousModels
import Integrators
import NeuralNets
import Tensors
import Training

/// Free-form flows in 8 and 64 dimensions, trained with Hutchinson's estimator, tested with the exact trace.
struct HighDimensionalExperiment: Experiment {
  let name = "high-dimensional"
  let summary =
    "FFJORD on an 8-D mixture and on 64-D digits: exact-trace NLL beside a Gaussian and mixtures."

  /// Test figures of scikit-learn on the same rows, from `Benchmarks/Densities/high_dimensional_baselines.py`.
  static let mixtureBaseline = 5.0297
  static let digitsBaseline = 115.97

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    try mixture(run, &result)
    try digits(run, &result)
    return result
  }

  /// The 8-D mixture, its gap to the exact entropy.
  private func mixture(_ run: ExperimentRun, _ result: inout ExperimentResult) throws {
    let width = GaussianMixture.dimension
    let (outcome, seconds) = try timed {
      try PlanarTraining(
        .fresh(dimension: width) { GaussianMixture.points($0, key: $1) }, steps: 8,
        iterations: run.choose(full: 1500, quick: 40), seed: run.seed, estimate: .rademacher
      ).run(progress: run.progress)
    }
    let count = run.choose(full: 5000, quick: 500)
    let points = GaussianMixture.points(count, key: run.key.folding(in: 98))
    let audit = outcome.model.audit(
      on: Tensor(points, shape: [count, width]), entropy: GaussianMixture.entropy)
    let gaussian = Self.table(
      GaussianMixture.points(20_000, key: run.key.folding(in: 97)).map(Double.init), width)
    let figure = GaussianBaseline(gaussian)
      .negativeLogLikelihood(of: Self.table(points.map(Double.init), width))
    result.claims += [
      Claim(
        "8-D mixture, test NLL minus entropy (nats)",
        ours: audit.fine - GaussianMixture.entropy,
        threshold: .between(-LikelihoodAudit.allowedExcess, run.choose(full: 0.5, quick: 7)),
        seconds: seconds),
      Claim(
        "8-D mixture, test NLL minus a Gaussian's (nats)", ours: audit.fine - figure,
        threshold: .atMost(run.choose(full: -1, quick: 1))),
    ]
    result.notes += [
      audit.sentence(of: "8-D mixture"),
      "8-D mixture: entropy \(Figure(GaussianMixture.entropy)), Gaussian \(Figure(figure)), mixture "
        + "of 8 Gaussians by scikit-learn \(Figure(Self.mixtureBaseline))",
    ]
    if !run.isQuick {
      result.charts += DensityCharts.progress([("8-D mixture", outcome.history)])
    }
  }

  /// Digits in 64 dimensions.
  private func digits(_ run: ExperimentRun, _ result: inout ExperimentResult) throws {
    let digits = try DequantizedDigits()
    var training = DigitsTraining(digits, seed: run.seed)
    if run.isQuick {
      training.iterations = 30
      training.hidden = [32]
    }
    let (flow, seconds) = try timed { try training.run(progress: run.progress) }
    let count = run.isQuick ? 64 : digits.test.count / DequantizedDigits.dimension
    let test = DequantizedDigits.dequantized(
      Array(digits.test.prefix(count * DequantizedDigits.dimension)), key: run.key.folding(in: 96))
    let audit = flow.audit(on: test)
    let gaussian = training.whitening.negativeLogLikelihood(
      of: Self.table(test, DequantizedDigits.dimension))
    result.claims += [
      Claim(
        "digits, test NLL minus a Gaussian's (nats an image)", ours: audit.fine - gaussian,
        threshold: .atMost(run.choose(full: -5, quick: 5)), seconds: seconds),
      Claim(
        "digits, |NLL by the training solver − by a finer one| (nats)",
        ours: (audit.reported - audit.fine).magnitude, threshold: .atMost(0.1)),
    ]
    let bits = audit.fine / (64 * .logarithm(2))
    result.notes += [
      audit.sentence(of: "digits"),
      "digits: \(Figure(bits)) bits a pixel at most; Gaussian of full covariance "
        + "\(Figure(gaussian)) nats; mixture by scikit-learn \(Figure(Self.digitsBaseline))",
    ]
    if !run.isQuick { result.charts += Self.pictures(digits, flow, run) }
  }

  private static func table(_ values: [Double], _ width: Int) -> PointTable {
    PointTable(source: "", columns: (0..<width).map { "x\($0)" }, values: values)
  }

  /// Forty images of the data beside forty samples.
  private static func pictures(
    _ digits: DequantizedDigits, _ flow: DigitsTraining.Model, _ run: ExperimentRun
  ) -> [Chart] {
    [("digits: data", digits.test), ("digits: samples", flow.samples(40, key: run.key))].map {
      DensityCharts.images($0.0, $0.1, columns: 8)
    }
  }
}

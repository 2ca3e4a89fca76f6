import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import NumericCore
import Programs
import Tensors
import Training

/// A-GOKU: a known law finds each pendulum's length and foresees its swing (Linial and others 2021).
package struct GOKUExperiment: Experiment {
  package let name = "goku"
  package let summary = "GOKU-net on pendulums of unknown length, with and without unknown friction"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let smooth = PendulumSplit(friction: 0, run: run)
    let rubbed = PendulumSplit(friction: 0.7, run: run)
    let goku = fitGOKU(smooth, correction: nil, run, salt: 1)
    run.progress("known law: \(goku.summary)")
    let latent = fitLatent(smooth, run)
    run.progress("latent ODE: \(latent.summary)")
    let alone = fitGOKU(rubbed, correction: nil, run, salt: 3)
    run.progress("friction, known law alone: \(alone.summary)")
    let mixed = fitGOKU(rubbed, correction: 64, run, salt: 4)
    run.progress("friction, known law and network: \(mixed.summary)")
    return ExperimentResult(
      claims: claims(run, goku: goku, latent: latent, alone: alone, mixed: mixed),
      notes: [
        "latent ODE: extrapolation \(Figure(latent.extrapolation)), interpolation "
          + "\(Figure(latent.interpolation))",
        "errors are against frames without noise; 450 series train, 50 test; a model reads 50 frames "
          + "and foresees 50 more",
      ])
  }

  private func claims(
    _ run: ExperimentRun, goku: Score, latent: Score, alone: Score, mixed: Score
  ) -> [Claim] {
    // The quick variant trains for a tenth of the iterations; it shows only that training works.
    [
      Claim(
        "pendulum, correlation of inferred and true length", ours: goku.correlation,
        threshold: .atLeast(run.choose(full: 0.95, quick: 0.5)), seconds: goku.seconds),
      Claim(
        "pendulum, mean error of the length (m)", ours: goku.lengthError,
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
        "pendulum, interpolation L1", ours: goku.interpolation,
        threshold: .atMost(run.choose(full: 0.06, quick: 0.5)), seconds: goku.seconds),
      Claim(
        "friction, extrapolation L1 with a network over the known law alone",
        ours: mixed.extrapolation / alone.extrapolation,
        threshold: .atMost(run.choose(full: 0.7, quick: 1.2)),
        seconds: mixed.seconds + alone.seconds),
      Claim(
        "friction, correlation of inferred and true length", ours: mixed.correlation,
        threshold: .atLeast(run.choose(full: 0.8, quick: 0)), seconds: mixed.seconds),
      Claim(
        "friction, mean error of the length (m)", ours: mixed.lengthError,
        threshold: .atMost(run.choose(full: 0.12, quick: 0.5)), seconds: mixed.seconds),
    ]
  }

  // MARK: - Training

  private func fitGOKU(
    _ data: PendulumSplit, correction: Int?, _ run: ExperimentRun, salt: UInt64
  ) -> Score {
    let sizes = GOKUSizes(
      features: PendulumSeries.features, states: 2, parameters: 1, correction: correction)
    let start = GOKUNet(
      sizes, known: PartlyKnownField.pendulum, key: run.key.folding(in: 10 + salt))
    let (model, seconds) = timed {
      train(start, data, run, noise: 2 * sizes.latent, salt: salt) { model, batch, times in
        model.loss(batch.points, at: times, noise: batch.targets, correctionWeight: 1)
      }
    }
    let prediction = model(data.head, at: PendulumSplit.times(PendulumSplit.frames))
    return data.score(
      prediction.observations, lengths: prediction.parameters.values, seconds: seconds)
  }

  private func fitLatent(_ data: PendulumSplit, _ run: ExperimentRun) -> Score {
    let start = LatentPendulum(features: PendulumSeries.features, key: run.key.folding(in: 12))
    let (model, seconds) = timed {
      train(start, data, run, noise: LatentPendulum.latent, salt: 2) { model, batch, times in
        model.loss(batch.points, at: times, noise: batch.targets)
      }
    }
    let (observations, _) = model(data.head, at: PendulumSplit.times(PendulumSplit.frames))
    return data.score(observations, lengths: nil, seconds: seconds)
  }

  /// Adam along a cosine on random windows of half a series.
  private func train<Model: TensorTree>(
    _ start: Model, _ data: PendulumSplit, _ run: ExperimentRun, noise: Int, salt: UInt64,
    loss: @escaping @Sendable (Model, LabelledPoints, [Double]) -> Tensor
  ) -> Model {
    let iterations = run.choose(full: 1500, quick: 150)
    let times = PendulumSplit.times(PendulumSplit.window)
    var model = start
    var optimizer = Adam(for: model, learningRate: .cosine(from: 3e-3, over: iterations))
    let lossAndGradient = valueAndGrad { (model: Model, batch: LabelledPoints) in
      loss(model, batch, times)
    }
    let key = run.key.folding(in: 100 + salt)
    for iteration in 0..<iterations {
      let keys = key.folding(in: UInt64(iteration)).split(2)
      let batch = LabelledPoints(
        points: data.windows(64, key: keys[0]), targets: keys[1].normal([64, noise]))
      let gradient = lossAndGradient(model, batch).gradient
      optimizer.update(&model, along: gradient.clipped(toNorm: 5))
    }
    return model
  }
}

/// Series to train on and series to test on.
private struct PendulumSplit {
  static let frames = 100
  static let window = 50
  static let testCount = 50

  let series: PendulumSeries
  /// Frames of the training series as rows `[frame · series, feature]`.
  let trainFrames: Tensor
  let trainCount: Int
  /// The part of the test series that models read, `[frame, series, feature]`.
  let head: Tensor

  init(friction: Double, run: ExperimentRun) {
    let count = 500
    series = PendulumSeries(
      count: count, frames: Self.frames, friction: friction, key: run.key.folding(in: 1))
    trainCount = count - Self.testCount
    trainFrames =
      series.observed.sliced(0..<trainCount, axis: 1)
      .reshaped([Self.frames * trainCount, PendulumSeries.features]).evaluated()
    head =
      series.observed.sliced(trainCount..<count, axis: 1).sliced(0..<Self.window, axis: 0)
      .evaluated()
  }

  static func times(_ count: Int) -> [Double] {
    (0..<count).map { Double($0) * PendulumSeries.interval }
  }

  /// Random windows of random series, `[window, count, feature]`.
  func windows(_ count: Int, key: RandomKey) -> Tensor {
    let keys = key.split(2)
    let chosen = keys[0].integers(count, below: trainCount)
    let starts = keys[1].integers(count, below: Self.frames - Self.window + 1)
    var rows: [Int] = []
    for frame in 0..<Self.window {
      for i in 0..<count { rows.append((starts[i] + frame) * trainCount + chosen[i]) }
    }
    return trainFrames.rows(rows).reshaped([Self.window, count, PendulumSeries.features])
      .evaluated()
  }

  func score(_ observations: Tensor, lengths: [Double]?, seconds: Double) -> Score {
    let truth = series.clean.sliced(trainCount..<trainCount + Self.testCount, axis: 1)
    let error = abs(observations - truth).evaluated()
    func mean(_ frames: Range<Int>) -> Double { error.sliced(frames, axis: 0).mean().values[0] }
    let trueLengths = Array(series.lengths[trainCount...])
    return Score(
      interpolation: mean(0..<Self.window), extrapolation: mean(Self.window..<Self.frames),
      correlation: lengths.map { correlation($0, trueLengths) } ?? .nan,
      lengthError: lengths.map {
        zip($0, trueLengths).map { abs($0 - $1) }.reduce(0, +) / Double(trueLengths.count)
      } ?? .nan, seconds: seconds)
  }

  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (ma, mb) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - ma) * (y - mb)
      aa += (x - ma) * (x - ma)
      bb += (y - mb) * (y - mb)
    }
    return ab / (aa * bb).squareRoot()
  }
}

/// How well the test series are told.
private struct Score {
  var interpolation, extrapolation, correlation, lengthError, seconds: Double

  var summary: String {
    "extrapolation \(Figure(extrapolation)), interpolation \(Figure(interpolation)), length "
      + "correlation \(Figure(correlation)), error \(Figure(lengthError))"
  }
}

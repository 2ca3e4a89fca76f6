import Platform
import NumericCore
import BundledData
import Reports
import LearningTasks
import ContinuousModels
import NeuralNets
import Transforms
import Tensors
import Training

/// A-ANODEV2: what weights that evolve add (Zhang and others 2019).
///
/// No autonomous planar flow maps `z` to `diag(−1, −2) z`: with constant weights the mean squared error of a coordinate
/// has the infimum 0.125. With `θ̇ = q(θ)` the map is exact.
package struct EvolvingWeightsExperiment: Experiment {
  package let name = "anodev2"
  package let summary = "evolving weights (ANODEV2) against constant ones: diag(−1, −2), and digits"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let constant = bestLinearFit(evolves: false, run)
    let evolving = bestLinearFit(evolves: true, run)
    run.progress("diag(−1, −2): \(constant.error) constant, \(evolving.error) evolving")
    var claims = [
      Claim(
        "diag(−1, −2), MSE per coordinate of constant weights (floor 0.125)",
        ours: constant.error, threshold: .between(0.12, 0.2), seconds: constant.seconds),
      Claim(
        "diag(−1, −2), MSE per coordinate of evolving weights, best of 5 starts",
        paper: "more capable", ours: evolving.error, threshold: .atMost(1e-4),
        seconds: evolving.seconds),
    ]
    var notes = [
      "diag(−1, −2): \(constant.diverged) of 5 starts with constant and \(evolving.diverged) with "
        + "evolving weights diverged and were dropped"
    ]
    var charts: [Chart] = []
    if let still = constant.model, let moving = evolving.model {
      charts += EvolvingCharts.linear(constant: still, evolving: moving)
    }
    let digits = try digitClaims(run)
    claims += digits.claims
    notes += digits.notes
    charts += digits.charts
    return ExperimentResult(claims: claims, notes: notes, charts: charts)
  }

  // MARK: - The linear map

  private struct LinearFit {
    var error: Double
    var model: LinearCoupledSystem?
    var diverged: Int
    var seconds: Double
  }

  /// The loss over `z ~ N(0, I)` is the squared Frobenius distance of the two maps; it is taken exactly, as the error of
  /// the images of the unit vectors.
  private func bestLinearFit(evolves: Bool, _ run: ExperimentRun) -> LinearFit {
    let basis = LabelledPoints(
      points: Tensor([1.0, 0, 0, 1], shape: [2, 2]),
      targets: Tensor([-1.0, 0, 0, -2], shape: [2, 2]))
    let lossAndGradient = valueAndGrad { (model: LinearCoupledSystem, batch: LabelledPoints) in
      square(model.state(from: batch.points, steps: 20) - batch.targets).sum() * 0.5
    }
    var (best, diverged) = (Double.infinity, 0)
    var bestModel: LinearCoupledSystem?
    let iterations = run.choose(full: 4000, quick: 2000)
    let (_, seconds) = timed {
      for start in 0..<5 {
        var model = LinearCoupledSystem(
          dimension: 2, evolutionDeviation: evolves ? 0.1 : nil,
          key: run.key.folding(in: UInt64(100 + start)))
        var optimizer = Adam(
          for: model, learningRate: .cosine(from: 0.03, to: 1e-4, over: iterations))
        var last = Double.infinity
        for _ in 0..<iterations {
          let result = lossAndGradient(model, basis)
          last = result.loss
          guard last.isFinite else { break }
          optimizer.update(&model, along: result.gradient.clipped(toNorm: 1))
        }
        if !last.isFinite { diverged += 1 }
        if last < best { (best, bestModel) = (last, model) }
      }
    }
    return LinearFit(error: best, model: bestModel, diverged: diverged, seconds: seconds)
  }

  // MARK: - Digits

  private static let kinds = [
    "constant", "time appended", "Galerkin", "piecewise", "evolving 1", "evolving 2",
  ]

  /// Each kind of weights from five draws, the same draw and the same batches for all kinds.
  private func digitClaims(
    _ run: ExperimentRun
  ) throws -> (claims: [Claim], notes: [String], charts: [Chart]) {
    let (training, test) = try DigitImages.split()
    let draws = run.choose(full: 5, quick: 1)
    var accuracies = [[Double]](repeating: [], count: Self.kinds.count)
    var trained: [(name: String, model: EvolvingClassifier, accuracy: Double)] = []
    let (_, seconds) = timed {
      for draw in 0..<draws {
        let key = run.key.folding(in: UInt64(3 + draw))
        for (place, name) in Self.kinds.enumerated() {
          let model = fitted(
            classifier(place, key: key), training, epochs: run.choose(full: 20, quick: 4), key: key)
          let accuracy = Accuracy.percent(logits: model(test.points), labels: test.targets)
          accuracies[place].append(accuracy)
          if draw == 0 { trained.append((name, model, accuracy)) }
        }
      }
    }
    var (claims, notes): ([Claim], [String]) = ([], [])
    for (place, configuration) in [(4, "configuration 1"), (5, "configuration 2")] {
      let gains = zip(accuracies[place], accuracies[0]).map { $0 - $1 }
      claims.append(
        Claim(
          "digits, accuracy of evolving weights less that of constant ones, mean over draws, "
            + "\(configuration) (points)", paper: "more accurate (CIFAR-10)",
          ours: Self.mean(gains),
          threshold: .atLeast(run.choose(full: -0.3, quick: -5)),
          seconds: seconds / Double(Self.kinds.count)))
      notes.append(
        "digits, \(configuration) less constant, draw by draw (points): "
          + gains.map { Figure($0).description }.joined(separator: ", "))
    }
    let list = zip(Self.kinds, accuracies).map { "\($0) \(Figure(Self.mean($1)))" }
    notes.append(
      "digits, mean test accuracy by kind of weights (%): " + list.joined(separator: ", "))
    return (claims, notes, EvolvingCharts.digits(trained))
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private func classifier(_ kind: Int, key: RandomKey) -> EvolvingClassifier {
    let width = 32
    let keys = key.split(4)
    let layer = Linear(width, width, key: keys[1])
    guard let bias = layer.bias else { preconditionFailure("the layer has a bias") }
    func zeros(_ tensor: Tensor) -> Tensor { .zeros(like: tensor) }
    var (weight, shift) = (DepthWeights.constant(layer.weight), DepthWeights.constant(bias))
    switch kind {
    case 1: weight = .constant(Linear(width + 1, width, key: keys[1]).weight)
    case 2:
      weight = .galerkin([layer.weight, zeros(layer.weight), zeros(layer.weight)])
      shift = .galerkin([bias, zeros(bias), zeros(bias)])
    case 3:
      weight = .piecewise(keys[3].split(5).map { Linear(width, width, key: $0).weight })
    case 4, 5:
      weight = .evolving(layer.weight, ReactionDiffusionAdvection())
      shift = .evolving(bias, ReactionDiffusionAdvection())
    default: break
    }
    return EvolvingClassifier(
      stem: Linear(64, width, key: keys[0]), weight: weight, bias: shift,
      head: Linear(width, 10, key: keys[2]), steps: kind == 5 ? 2 : 5, substeps: kind == 5 ? 5 : 1,
      takesTime: kind == 1)
  }

  private func fitted(
    _ start: EvolvingClassifier, _ training: LabelledPoints, epochs: Int, key: RandomKey
  ) -> EvolvingClassifier {
    var model = start
    var optimizer = Adam(
      for: model, learningRate: .cosine(from: 3e-3, over: epochs * (training.count / 64)),
      weightDecay: 1e-3)
    let lossAndGradient = valueAndGrad { (model: EvolvingClassifier, batch: LabelledPoints) in
      crossEntropy(model(batch.points), target: batch.targets)
    }
    for epoch in 1...epochs {
      for batch in training.batches(of: 64, key: key.folding(in: UInt64(2000 + epoch))) {
        optimizer.update(&model, along: lossAndGradient(model, batch).gradient)
      }
    }
    return model
  }
}

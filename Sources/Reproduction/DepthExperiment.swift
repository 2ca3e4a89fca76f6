import NumericCore
import BundledData
import Reports
import LearningTasks
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// A-SUP: one block as a field against six residual blocks, on the 8 × 8 digits.
///
/// Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 3.
package struct DepthExperiment: Experiment {
  package let name = "ode-net"
  package let summary = "ODE-Net against ResNet with the same block, on 8 × 8 digits"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let (training, test) = try DigitImages.split()
    let epochs = run.choose(full: 40, quick: 8)
    let keys = run.key.folding(in: 2).split(3)
    let residual = fit(
      .resNet(features: 64, width: 64, classes: 10, key: keys[0]), training, test, epochs, run)
    let rungeKutta = fit(odeNet(.discrete, keys[1]), training, test, epochs, run)
    let adjoint = fit(odeNet(.backsolve(), keys[1]), training, test, epochs, run)
    let finer = accuracy(rungeKutta.model.with(.fixedSteps(16)), test)
    let adaptive = accuracy(rungeKutta.model.with(.adaptive(1e-6)), test)
    let change = max(
      Swift.abs(finer - rungeKutta.accuracy), Swift.abs(adaptive - rungeKutta.accuracy))
    let share =
      Double(rungeKutta.model.parameterCount) / Double(residual.model.parameterCount)
    run.progress(
      "accuracy: ResNet \(residual.accuracy), RK-Net \(rungeKutta.accuracy), "
        + "ODE-Net \(adjoint.accuracy)")
    var claims = [
      Claim(
        "test accuracy of the ResNet (%)", paper: "99.59 (MNIST)", ours: residual.accuracy,
        threshold: .atLeast(run.choose(full: 97.5, quick: 95)), seconds: residual.seconds),
      Claim(
        "test accuracy of the RK-Net, gradients through the solver (%)", paper: "99.53 (MNIST)",
        ours: rungeKutta.accuracy, threshold: .atLeast(run.choose(full: 96.5, quick: 90)),
        seconds: rungeKutta.seconds),
      Claim(
        "test accuracy of the ODE-Net, gradients by the adjoint (%)", paper: "99.58 (MNIST)",
        ours: adjoint.accuracy, threshold: .atLeast(run.choose(full: 96.5, quick: 90)),
        seconds: adjoint.seconds),
      Claim(
        "accuracy of the ResNet less that of the RK-Net (points)", paper: "-0.01 to 0.06",
        ours: residual.accuracy - rungeKutta.accuracy,
        threshold: .atMost(run.choose(full: 2, quick: 5))),
      Claim(
        "accuracy of the ResNet less that of the ODE-Net (points)", paper: "-0.01",
        ours: residual.accuracy - adjoint.accuracy,
        threshold: .atMost(run.choose(full: 2, quick: 5))),
      Claim(
        "parameters of the ODE-Net over the ResNet's", paper: "0.37", ours: share,
        threshold: .atMost(0.35)),
      Claim(
        "change of accuracy with another solver at test (points)", ours: change,
        threshold: .atMost(run.choose(full: 0.5, quick: 1.5))),
      Claim(
        "largest difference of the losses, stored evaluations against stages computed again",
        ours: differenceOfStorage(training, keys[1], run), threshold: .atMost(1e-5)),
      try Self.spiralClaim(run),
    ]
    if !run.isQuick {
      claims.append(
        Claim(
          "evaluations at 1e-6 after the last epoch over after the first",
          paper: "grow during training",
          ours: rungeKutta.lastEvaluations / rungeKutta.firstEvaluations,
          threshold: .atLeast(1.2)))
    }
    return ExperimentResult(
      claims: claims,
      charts: charts(residual: residual, rungeKutta: rungeKutta, adjoint: adjoint, test))
  }

  private func charts(
    residual: Fit, rungeKutta: Fit, adjoint: Fit, _ test: LabelledPoints
  ) -> [Chart] {
    func accuracies(_ fit: Fit) -> [(steps: Int, accuracy: Double)] {
      [1, 2, 3, 4, 6, 8, 16, 32].map { ($0, accuracy(fit.model.with(.fixedSteps($0)), test)) }
    }
    return DepthCharts.training([
      ("ResNet", residual.epochs), ("RK-Net", rungeKutta.epochs), ("ODE-Net", adjoint.epochs),
    ]) + [
      DepthCharts.steps(
        [("RK-Net", accuracies(rungeKutta)), ("ODE-Net", accuracies(adjoint))], trained: 4)
    ]
  }

  private func odeNet(_ adjoint: Adjoint, _ key: RandomKey) -> DenseClassifier {
    .odeNet(
      features: 64, width: 64, classes: 10, time: 6, solver: .fixedSteps(4), adjoint: adjoint,
      key: key)
  }

  // MARK: - Training

  private struct Fit {
    var model: DenseClassifier
    var accuracy: Double
    var firstEvaluations: Double
    var lastEvaluations: Double
    var seconds: Double
    /// After every epoch.
    var epochs: [DepthCharts.Epoch]
  }

  /// AdamW at 3e-3 with a cosine, weight decay 1e-3, batches of 64.
  private func fit(
    _ start: DenseClassifier, _ training: LabelledPoints, _ test: LabelledPoints, _ epochs: Int,
    _ run: ExperimentRun
  ) -> Fit {
    var model = start
    let steps = epochs * (training.count / 64)
    var optimizer = Adam(
      for: model, learningRate: .cosine(from: 3e-3, over: steps), weightDecay: 1e-3)
    let lossAndGradient = valueAndGrad { (model: DenseClassifier, batch: LabelledPoints) in
      crossEntropy(model(batch.points), target: batch.targets)
    }
    var first = Double.nan
    var seen: [DepthCharts.Epoch] = []
    var seconds = 0.0
    for epoch in 1...epochs {
      let key = run.key.folding(in: UInt64(1000 + epoch))
      let (loss, elapsed) = timed {
        training.batches(of: 64, key: key).reduce(0.0) { sum, batch in
          let result = lossAndGradient(model, batch)
          optimizer.update(&model, along: result.gradient)
          return sum + Double(result.loss)
        }
      }
      seconds += elapsed
      if epoch == 1 { first = evaluations(model, test) }
      seen.append(
        DepthCharts.Epoch(
          loss: loss / Double(training.count / 64), accuracy: accuracy(model, test),
          evaluations: evaluations(model, test)))
    }
    return Fit(
      model: model, accuracy: accuracy(model, test), firstEvaluations: first,
      lastEvaluations: evaluations(model, test), seconds: seconds, epochs: seen)
  }

  /// Over one epoch from the same start, all stored against nothing but the start of each step.
  private func differenceOfStorage(
    _ training: LabelledPoints, _ key: RandomKey, _ run: ExperimentRun
  ) -> Double {
    let losses = [StoredStates.evaluations(), .starts].map { storing -> [Double] in
      var model = odeNet(.discrete(storing: storing), key)
      var optimizer = Adam(for: model, learningRate: .constant(3e-3), weightDecay: 1e-3)
      let lossAndGradient = valueAndGrad { (model: DenseClassifier, batch: LabelledPoints) in
        crossEntropy(model(batch.points), target: batch.targets)
      }
      return training.batches(of: 64, key: run.key.folding(in: 999)).map { batch in
        let result = lossAndGradient(model, batch)
        optimizer.update(&model, along: result.gradient)
        return Double(result.loss)
      }
    }
    return zip(losses[0], losses[1]).map { Swift.abs($0 - $1) }.max() ?? .nan
  }

  private func evaluations(_ model: DenseClassifier, _ data: LabelledPoints) -> Double {
    guard case .continuous(var flow, let time) = model.depth else { return .nan }
    flow.solver = .adaptive(1e-6)
    return flow(model.start(data.points), at: [0, time]).statistics!.values[0]
  }

  private func accuracy(_ model: DenseClassifier, _ data: LabelledPoints) -> Double {
    Accuracy.percent(logits: model(data.points), labels: data.targets)
  }
}

extension DenseClassifier {
  /// The same weights with another solver.
  fileprivate func with(_ solver: ODESolver) -> DenseClassifier {
    var other = self
    other.depth = depth.with(solver: solver)
    return other
  }
}

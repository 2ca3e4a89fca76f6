import NumericCore
import Reports
import LearningTasks
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// A-ANODE: what a homeomorphism cannot map, an augmented one can (Dupont, Doucet and Teh 2019).
///
/// The crossing map sends −1 to 1 and 1 to −1: no flow of the line does. The spheres are an inner disc and a ring
/// around it, distinguished by a linear readout.
package struct AugmentedExperiment: Experiment {
  package let name = "anode"
  package let summary = "augmented neural ODEs against plain ones: the crossing map and the spheres"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let crossing = crossingClaims(run)
    let spheres = spheresClaims(run)
    return ExperimentResult(
      claims: crossing.claims + spheres.claims, notes: spheres.notes,
      charts: crossing.charts + spheres.charts)
  }

  // MARK: - Crossing map

  private func crossingClaims(_ run: ExperimentRun) -> (claims: [Claim], charts: [Chart]) {
    let data = LabelledPoints.crossing(count: 1500, noise: 0.05, key: run.key.folding(in: 1))
    let epochs = run.choose(full: 50, quick: 15)
    func error(
      augmentedBy extra: Int
    ) -> (coarse: Double, fine: Double, seconds: Double, model: AugmentedCharts.Model) {
      let (model, seconds) = timed {
        train(
          AugmentedODE(
            features: 1, augmentedBy: extra, outputs: nil, solver: .fixedSteps(10),
            key: run.key.folding(in: UInt64(10 + extra))), data, epochs: epochs, key: run.key,
          loss: { meanSquaredError($0, target: $1) })
      }
      func test(_ steps: Int) -> Double {
        var model = model
        model.flow.solver = .fixedSteps(steps)
        return meanSquaredError(model(data.points), target: data.targets).values[0]
      }
      return (test(100), test(400), seconds, model)
    }
    let plain = error(augmentedBy: 0)
    let augmented = error(augmentedBy: 1)
    run.progress("crossing map: \(plain.fine) plain, \(augmented.fine) augmented")
    let charts = AugmentedCharts.crossing(plain: plain.model, augmented: augmented.model)
    let claims = [
      Claim(
        "crossing map, MSE of the plain flow (400 steps)", paper: "plateau at 1", ours: plain.fine,
        threshold: .atLeast(0.97), seconds: plain.seconds),
      Claim(
        "crossing map, MSE of the plain flow (100 steps)", paper: "plateau at 1",
        ours: plain.coarse, threshold: .atLeast(0.97), seconds: plain.seconds),
      Claim(
        "crossing map, MSE with one more dimension", paper: "0", ours: augmented.fine,
        threshold: .atMost(run.choose(full: 0.01, quick: 0.05)), seconds: augmented.seconds),
    ]
    return (claims, charts)
  }

  // MARK: - Spheres

  private struct SphereRun {
    var model: AugmentedCharts.Model
    var early: Double
    var late: Double
    var firstEvaluations: Double
    var lastEvaluations: Double
    /// Largest distance of a point from itself after a forward and a backward solve, at the training's tolerance and at 1e-5.
    var (reconstruction, fineReconstruction): (Double, Double)
    var seconds: Double
  }

  private func spheresClaims(
    _ run: ExperimentRun
  ) -> (claims: [Claim], notes: [String], charts: [Chart]) {
    let data = LabelledPoints.spheres(inner: 1000, outer: 2000, key: run.key.folding(in: 2))
    let epochs = run.choose(full: 50, quick: 6)
    func train(augmentedBy extra: Int) -> SphereRun {
      sphereRun(data, augmentedBy: extra, epochs: epochs, run: run)
    }
    let plain = train(augmentedBy: 0)
    let augmented = train(augmentedBy: 1)
    run.progress(
      "spheres: Huber \(plain.late) plain, \(augmented.late) augmented; evaluations "
        + "\(plain.lastEvaluations), \(augmented.lastEvaluations)")
    var claims = [
      Claim(
        "spheres, Huber loss at epoch 5, augmented over plain", ours: augmented.early / plain.early,
        threshold: .atMost(0.25), seconds: plain.seconds + augmented.seconds),
      Claim(
        "spheres, largest reconstruction error at 1e-3, augmented over plain",
        ours: augmented.reconstruction / plain.reconstruction, threshold: .atMost(0.7)),
      Claim(
        "spheres, largest reconstruction error at 1e-5, where evaluations are counted, plain flow",
        ours: plain.fineReconstruction,
        threshold: .atMost(run.choose(full: 0.01, quick: 0.03))),
    ]
    if !run.isQuick {
      claims += [
        Claim(
          "spheres, Huber loss at epoch 50, augmented over plain",
          ours: augmented.late / plain.late, threshold: .atMost(0.5), seconds: plain.seconds),
        Claim(
          "spheres, evaluations at 1e-5 after training, plain over augmented",
          paper: "grow for plain", ours: plain.lastEvaluations / augmented.lastEvaluations,
          threshold: .atLeast(1.15), seconds: plain.seconds),
        Claim(
          "spheres, evaluations at 1e-5, growth of the plain flow over training",
          paper: "×1.74 (replication)", ours: plain.lastEvaluations / plain.firstEvaluations,
          threshold: .atLeast(1.5), seconds: plain.seconds),
      ]
    }
    let notes = [
      "spheres, largest reconstruction error at tolerance 1e-3: plain "
        + "\(Figure(plain.reconstruction)), augmented \(Figure(augmented.reconstruction)); at 1e-5: "
        + "\(Figure(plain.fineReconstruction)), \(Figure(augmented.fineReconstruction))",
      "spheres, evaluations at 1e-5 of the augmented flow: \(Figure(augmented.firstEvaluations)) "
        + "after one epoch, \(Figure(augmented.lastEvaluations)) at the end",
    ]
    let charts = AugmentedCharts.spheres(plain: plain.model, augmented: augmented.model, data)
    return (claims, notes, charts)
  }

  private func sphereRun(
    _ data: LabelledPoints, augmentedBy extra: Int, epochs: Int, run: ExperimentRun
  ) -> SphereRun {
    let start = AugmentedODE(
      features: 2, augmentedBy: extra, outputs: 1, solver: .adaptive(1e-3),
      key: run.key.folding(in: UInt64(20 + extra)))
    var (early, first) = (Double.nan, Double.nan)
    let (model, seconds) = timed {
      train(
        start, data, epochs: epochs, key: run.key,
        loss: { huberLoss($0, target: $1) }
      ) { epoch, model in
        if epoch == 1 { first = evaluations(model, data, tolerance: 1e-5) }
        if epoch == 5 { early = huberLoss(model(data.points), target: data.targets).values[0] }
      }
    }
    return SphereRun(
      model: model, early: early,
      late: huberLoss(model(data.points), target: data.targets).values[0],
      firstEvaluations: first, lastEvaluations: evaluations(model, data, tolerance: 1e-5),
      reconstruction: reconstructionError(model, data, tolerance: 1e-3),
      fineReconstruction: reconstructionError(model, data, tolerance: 1e-5), seconds: seconds)
  }

  /// Evaluations of one joint solve of a thousand points.
  private func evaluations(
    _ model: AugmentedODE<PerceptronField>, _ data: LabelledPoints, tolerance: Double
  ) -> Double {
    var flow = model.flow
    flow.solver = .adaptive(tolerance)
    let points = data.points.sliced(0..<min(1000, data.count), axis: 0)
    return flow(model.augmentation(points), at: [0, 1]).statistics!.values[0]
  }

  /// Largest distance between a point and itself after the flow forward and back.
  private func reconstructionError(
    _ model: AugmentedODE<PerceptronField>, _ data: LabelledPoints, tolerance: Double
  ) -> Double {
    var flow = model.flow
    flow.solver = .adaptive(tolerance)
    let start = model.augmentation(data.points)
    let back = flow(flow(start, at: [0, 1]).final, at: [1, 0]).final
    return sqrt(square(back - start).sum([1])).maximum().values[0]
  }

  // MARK: - Training

  private func train(
    _ start: AugmentedODE<PerceptronField>, _ data: LabelledPoints, epochs: Int, key: RandomKey,
    loss: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    afterEpoch: (Int, AugmentedODE<PerceptronField>) -> Void = { _, _ in }
  ) -> AugmentedODE<PerceptronField> {
    var model = start
    var optimizer = Adam(for: model, learningRate: 1e-3)
    let lossAndGradient = valueAndGrad {
      (model: AugmentedODE<PerceptronField>, batch: LabelledPoints) in
      loss(model(batch.points), batch.targets)
    }
    for epoch in 1...epochs {
      for batch in data.batches(of: 64, key: key.folding(in: UInt64(epoch))) {
        optimizer.update(&model, along: lossAndGradient(model, batch).gradient)
      }
      afterEpoch(epoch, model)
    }
    return model
  }
}

extension ODESolver {
  /// So many classical Runge–Kutta steps between one save time and the next.
  static func fixedSteps(_ count: Int) -> ODESolver {
    ODESolver(method: .rungeKutta4, control: .steps(perInterval: count))
  }
}

import Platform
import NumericCore
import Reports
import LearningTasks
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// Width-M continuous planar flows with a hypernetwork.
///
/// Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 4.
struct CNFExperiment: Experiment {
  typealias Flow = ContinuousNormalizingFlow<GatedPlanarField>

  let name = "cnf"
  let summary = "Continuous planar flows: two circles against discrete layers, density matching."

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    let flow = try circles(run, &result)
    if !run.isQuick { result.charts += DensityCharts.toy(.twoCircles, flow, key: run.key) }
    try matching(run, &result)
    result.claims += integrity(of: flow, run)
    return result
  }

  /// Two circles by maximum likelihood, against planar layers trained for the same time.
  private func circles(_ run: ExperimentRun, _ result: inout ExperimentResult) throws -> Flow {
    let iterations = run.choose(full: 1500, quick: 80)
    let initial = Flow(
      GatedPlanarField(dimension: 2, width: 64, key: run.key.folding(in: 1)), dimension: 2,
      baseVariance: 0.1,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 16)))
    let (flow, seconds) = try timed {
      try fit(
        initial, DensityEvaluator(solver: initial.solver),
        on: DensityData(.planar(.twoCircles), count: 256),
        validation: DensityData(.planar(.twoCircles), count: 512),
        learningRate: .cosine(from: 1e-2, over: iterations),
        options: options(iterations, run, validations: 5), observer: observer(run)
      ).best
    }
    let test = PlanarData.twoCircles.sample(
      run.choose(full: 5000, quick: 1000), key: run.key.folding(in: 99))
    let audit = flow.audit(on: test, entropy: PlanarData.twoCircles.entropy)
    let discrete = try planarLayers(seconds: seconds, test: test, run)
    result.claims += [
      Claim(
        "two circles, M = 64, test NLL (nats)", ours: audit.fine,
        threshold: .between(
          PlanarData.twoCircles.entropy - LikelihoodAudit.allowedExcess,
          run.choose(full: 0.988, quick: 2.2)), seconds: seconds),
      Claim(
        "two circles, NLL minus that of 32 planar layers in the same time (nats)",
        paper: "continuous lower (figure 5)", ours: audit.fine - discrete,
        threshold: .atMost(run.choose(full: 0, quick: 1))),
    ]
    result.notes += [
      audit.sentence(of: "two circles"), "32 planar layers: NLL \(Figure(discrete))",
    ]
    return flow
  }

  /// The test figure of discrete planar layers after the given time of training.
  private func planarLayers(
    seconds: Double, test: Tensor, _ run: ExperimentRun
  ) throws -> Double {
    let layers = PlanarNormalizingFlow(dimension: 2, layers: 32, key: run.key.folding(in: 2))
    let loss = CompiledLoss<PlanarNormalizingFlow, DensityBatch> { model, batch in
      -model.logDensity(of: batch.points, baseVariance: 0.1).mean()
    }
    let end = SystemClock.monotonicTime + seconds
    var state = TrainingState(
      model: layers, optimizer: Adam(for: layers, learningRate: .constant(3e-3)))
    let data = DensityData(.planar(.twoCircles), count: 256)
    // Batches of a few hundred steps until the time is over.
    for round in 0..<1000 where SystemClock.monotonicTime < end {
      let trainer = Trainer(
        loss, training: data, options: options(200 * (round + 1), run, validations: 1))
      _ = try trainer.train(&state)
    }
    return -CompiledFunction<Pair<PlanarNormalizingFlow, Tensor>> {
      [$0.first.logDensity(of: $0.second, baseVariance: 0.1).mean()]
    }(Pair(state.model, test))[0].values[0]
  }

  /// Density matching against the ring potential for three widths.
  private func matching(_ run: ExperimentRun, _ result: inout ExperimentResult) throws {
    var divergence: [Int: Double] = [:]
    if !run.isQuick { result.charts.append(Self.target(.ring)) }
    for width in [2, 8, 32] {
      let (flow, seconds) = try timed { try match(.ring, width: width, run) }
      let found =
        energy(of: flow, in: .ring, solver: flow.solver.refined, run)
        + Potential.ring.logNormalizer
      divergence[width] = found
      if !run.isQuick && width != 8 {
        let points = Tensor(Self.grid.centers.map(Float.init), shape: [80 * 80, 2])
        let logs = flow.densities(of: points, solver: flow.solver).logDensities
        result.charts.append(
          DensityCharts.map(
            "matched by M = \(width)", logs.map { Double.exponential($0) }, on: Self.grid,
            width: .third))
      }
      result.notes.append("ring potential, M = \(width): KL \(Figure(found))")
      if width == 32 {
        result.claims.append(
          Claim(
            "ring potential, M = 32, KL(q‖p) (nats)", ours: found,
            threshold: .between(-0.02, run.choose(full: 0.1, quick: 2)), seconds: seconds))
      }
    }
    result.claims.append(
      Claim(
        "ring potential, loss of M = 8 minus M = 2 (nats)",
        paper: "wider is better (figure 4)", ours: divergence[8]! - divergence[2]!,
        threshold: .atMost(run.choose(full: 0, quick: 0.5))))
  }

  private static let grid = DensityCharts.Grid(x: -4...4, y: -4...4, columns: 80, rows: 80)

  /// The normalized target as a map.
  private static func target(_ potential: Potential) -> Chart {
    let points = Tensor(grid.centers, shape: [80 * 80, 2])
    let density = exp(-potential(points) - potential.logNormalizer).values
    return DensityCharts.map("ring potential: target", density, on: grid, width: .third)
  }

  /// A flow trained to minimize `E_q [log q + U]`.
  ///
  /// Training goes in tenths; where a finer solver disagrees by more than a hundredth of a nat the steps are doubled.
  private func match(
    _ potential: Potential, width: Int, _ run: ExperimentRun
  ) throws -> Flow {
    let iterations = run.choose(full: 4000, quick: 60)
    let initial = Flow(
      GatedPlanarField(dimension: 2, width: width, key: run.key.folding(in: 3)), dimension: 2,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 16)))
    var state = TrainingState(
      model: initial,
      optimizer: Adam(for: initial, learningRate: .cosine(from: 2e-3, over: iterations)))
    var loss = Self.energyLoss(potential)
    for part in 1...10 {
      let trainer = Trainer(
        loss, training: NormalData(dimension: 2, count: 256),
        options: options(iterations * part / 10, run, validations: 1))
      _ = try trainer.train(&state)
      let own = energy(of: state.model, in: potential, solver: state.model.solver, run)
      let fine = energy(of: state.model, in: potential, solver: state.model.solver.refined, run)
      if (own - fine).magnitude > 0.01, case .steps(let count) = state.model.solver.control,
        count < 256
      {
        state.model.solver.control = .steps(perInterval: 2 * count)
        loss = Self.energyLoss(potential)
        run.progress("M = \(width): \(2 * count) steps after \(state.step) updates")
      }
    }
    return state.model
  }

  /// `E_q [log q + U]` by the model's own solver, as a loss; traced anew for every solver.
  private static func energyLoss(_ potential: Potential) -> CompiledLoss<Flow, Tensor> {
    CompiledLoss { flow, noise in
      let path = flow.sample(flow.basePoints(noise))
      return (path.logDensity + potential(path.points)).mean()
    }
  }

  /// `E_q [log q + U]` on fresh points by a solver.
  private func energy(
    of flow: Flow, in potential: Potential, solver: ODESolver, _ run: ExperimentRun
  ) -> Double {
    let noise = run.key.folding(in: 97).normal([run.choose(full: 5000, quick: 1000), 2])
    let energy = CompiledFunction<Pair<Flow, Tensor>> { input in
      let path = input.first.sample(
        input.first.basePoints(input.second), FlowOptions(solver: solver))
      return [(path.logDensity + potential(path.points)).mean()]
    }
    return energy(Pair(flow, noise))[0].values[0]
  }

  /// What holds of any density: it integrates to 1 and points come back, the better the tighter the tolerance.
  private func integrity(of flow: Flow, _ run: ExperimentRun) -> [Claim] {
    let points = PlanarData.twoCircles.sample(500, key: run.key.folding(in: 96))
    let tight = (mass(flow, 1e-6) - 1).magnitude
    let loose = (mass(flow, 1e-2) - 1).magnitude
    return [
      Claim(
        "|integral of the density − 1| at tolerance 1e-6", ours: tight, threshold: .atMost(0.01)),
      Claim(
        "the same at tolerance 1e-2, minus it",
        paper: "grows with the tolerance (FFJORD, figure 8)",
        ours: loose - tight, threshold: .atLeast(-1e-4)),
      Claim(
        "round-trip error at tolerance 1e-6",
        ours: flow.reconstructionError(on: points, solver: .adaptive(1e-6)),
        threshold: .atMost(1e-4)),
    ]
  }

  /// The integral of the density over |x|, |y| ≤ 3 by the midpoint rule.
  private func mass(_ flow: Flow, _ tolerance: Double) -> Double {
    let (count, edge) = (150, 3.0)
    let width = 2 * edge / Double(count)
    let values = (0..<count * count).flatMap { cell in
      [cell / count, cell % count].map { Float(-edge + (Double($0) + 0.5) * width) }
    }
    let grid = Tensor(values, shape: [count * count, 2])
    let densities = flow.densities(of: grid, solver: .adaptive(tolerance)).logDensities
    return densities.reduce(0) { $0 + .exponential($1) } * width * width
  }

  private func options(
    _ iterations: Int, _ run: ExperimentRun, validations: Int
  ) -> TrainingOptions {
    TrainingOptions(
      length: .steps(iterations), batchSize: 256, shardSize: 128, threads: 2, seed: run.seed,
      gradientClip: 10, validationInterval: .steps(max(iterations / validations, 1)),
      checkpointInterval: .steps(iterations))
  }

  private func observer(_ run: ExperimentRun) -> TrainingObserver<Flow> {
    TrainingObserver(onStep: { record in
      guard let validation = record.validation else { return }
      run.progress("step \(record.step), by a finer solver \(Figure(validation))")
    })
  }
}

import NumericCore
import Reports
import Adjoints
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

extension DepthExperiment {
  /// A field learned from one noiseless trajectory, as in the demonstration published with Chen and others 2018.
  ///
  /// The truth is `y′ = y³ A` from (2, 0) over 0…25 at 1000 times; a step of training sees 20 windows of 10 times, and the
  /// loss is the mean absolute error. The claim is about the whole trajectory from its first point, the best of the
  /// evaluations during training.
  static func spiralClaim(_ run: ExperimentRun) throws -> Claim {
    let iterations = run.choose(full: 2000, quick: 300)
    let count = 1000
    let times = (0..<count).map { 25 * Double($0) / Double(count - 1) }
    let truth = try ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: 1e-9, absolute: 1e-9))
    ).solve(Spiral(), from: [2, 0], over: TimeSpan(from: 0, to: 25), at: times)
    let path = truth.states.map { [Float($0.x), Float($0.y)] }
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: 1e-7, absolute: 1e-9)))
    let field = SpiralField(
      network: MLP(
        sizes: [2, 50, 2], initializer: .normal(standardDeviation: 0.1),
        key: run.key.folding(in: 40)))
    var model = Flow(of: field, solver: solver)
    var optimizer = Adam(for: model, learningRate: .cosine(from: 1e-2, over: iterations))
    let window = Array(times[..<10])
    let lossAndGradient = valueAndGrad { (model: Flow<SpiralField>, batch: Pair<Tensor, Tensor>) in
      abs(model(batch.first, at: window).states - batch.second).mean()
    }
    let whole = Tensor(path.flatMap(\.self), shape: [count, 1, 2])
    let error = CompiledFunction<Flow<SpiralField>> { model in
      [abs(model(Tensor([Float(2), 0], shape: [1, 2]), at: times).states - whole).mean()]
    }
    var best = Double.infinity
    let (_, seconds) = timed {
      for step in 1...iterations {
        let starts = run.key.folding(in: UInt64(5000 + step)).permutation(count - 10).prefix(20)
        let initial = Tensor(starts.flatMap { path[$0] }, shape: [20, 2])
        let target = Tensor(
          (0..<10).flatMap { place in starts.flatMap { path[$0 + place] } }, shape: [10, 20, 2])
        optimizer.update(
          &model, along: lossAndGradient(model, Pair(initial, target)).gradient)
        if step % 20 == 0 { best = min(best, error(model)[0].values[0]) }
      }
    }
    run.progress("cubic spiral: mean error of the whole trajectory \(Figure(best))")
    return Claim(
      "cubic spiral from its windows, mean error of the whole trajectory", paper: nil, ours: best,
      threshold: .atMost(run.choose(full: 0.25, quick: 1)), seconds: seconds)
  }
}

/// `y′ = y³ A`, row vectors.
private struct Spiral: VectorField {
  func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> {
    let cube = y * y * y
    return SIMD2(-0.1 * cube.x - 2 * cube.y, 2 * cube.x - 0.1 * cube.y)
  }
}

/// `dy/dt = net(y³)`.
private struct SpiralField: TensorField {
  var network: MLP

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { network(pow(state, 3)) }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}

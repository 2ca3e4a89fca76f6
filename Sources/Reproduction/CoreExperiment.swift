import Platform
import NumericCore
import Reports
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors

/// CORE: orders, tolerances, dense output, gradients and their memory, against closed forms and differences.
package struct CoreExperiment: Experiment {
  package let name = "core"
  package let summary =
    "solvers and gradients: orders, tolerances, dense output, three ways to a gradient"

  package init() {}

  package func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    try orders(&result)
    try tolerances(&result)
    orderConditions(&result)
    try denseOutput(&result)
    gradients(&result, run)
    memory(&result, run)
    try reconstruction(&result)
    rateGradient(&result)
    return result
  }

  // MARK: - Orders

  /// `y′ = y cos t`, `y = exp(sin t)`.
  private struct Wave: VectorField {
    func callAsFunction(_ time: Double, _ y: Double) -> Double { y * Double.cosine(time) }

    static func solution(_ time: Double) -> Double { .exponential(.sine(time)) }
  }

  private func orders(_ result: inout ExperimentResult) throws {
    let methods: [(ODEMethod, Double)] = [
      (.euler, 1), (.midpoint, 2), (.heun3, 3), (.rungeKutta4, 4), (.threeEighths4, 4),
      (.dormandPrince5, 5), (.tsitouras5, 5),
    ]
    var marks: [Mark] = []
    let colors: [SeriesColor] = [.first, .second, .third, .fourth, .fifth, .sixth, .muted]
    for (place, (method, order)) in methods.enumerated() {
      // The largest error at 16 times: that of the end alone passes through zero for some methods.
      let times = (0...16).map { Double($0) / 8 }
      let counts = [32, 64, 128, 256]
      let errors = try counts.map { count in
        let solver = ODESolver(method: method, control: .steps(perInterval: count / 16))
        let states = try solver.solve(Wave(), from: 1, over: TimeSpan(from: 0, to: 2), at: times)
          .states
        return zip(times, states).map { Swift.abs($1 - Wave.solution($0)) }.max() ?? .nan
      }
      let x = counts.map { Double.logarithm(Double($0)) }
      let y = errors.map { Double.logarithm($0) }
      let slope = -Self.slope(x, y)
      result.claims.append(
        Claim(
          "order of \(method.name)", paper: "\(Int(order))", ours: slope,
          threshold: .between(order - 0.15, order + 0.15)))
      let decimal = Double.logarithm(10)
      marks.append(
        .line(
          method.name, x: x.map { $0 / decimal }, y: y.map { $0 / decimal },
          color: colors[place]))
    }
    result.charts.append(
      Chart(
        "Errors of fixed steps", x: Axis("log₁₀ steps"), y: Axis("log₁₀ largest error"),
        caption: "y′ = y cos t over 0…2: the slope is the order.", marks: marks))
  }

  static func slope(_ x: [Double], _ y: [Double]) -> Double {
    let (mx, my) = (
      x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count)
    )
    let above = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    return above / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
  }

  // MARK: - Tolerances

  /// Lotka's and Volterra's equations with all rates 1 but predation, 0.5.
  private struct PreyAndPredator: VectorField {
    func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> {
      SIMD2(y.x - 0.5 * y.x * y.y, 0.5 * y.x * y.y - y.y)
    }
  }

  private func tolerances(_ result: inout ExperimentResult) throws {
    func end(_ tolerance: Double, _ method: ODEMethod = .dormandPrince5) throws -> (
      SIMD2<Double>, Int
    ) {
      let solver = ODESolver(
        method: method,
        control: .integral(Tolerance(relative: tolerance, absolute: tolerance)))
      let solution = try solver.solve(
        PreyAndPredator(), from: [1, 1], over: TimeSpan(from: 0, to: 10), at: [10])
      return (solution.states[0], solution.statistics.evaluations)
    }
    let (truth, _) = try end(1e-13, .verner6)
    var errors: [Double] = []
    var evaluations: [Double] = []
    let digits = Array(3...10)
    for digit in digits {
      let (state, count) = try end(1 / Self.power(digit))
      let difference = state - truth
      errors.append(max(difference.x.magnitude, difference.y.magnitude))
      evaluations.append(Double(count))
    }
    let shares = zip(errors, digits).map { $0 * Self.power($1) }
    let rises = zip(errors, errors.dropFirst()).count { $1 >= $0 }
    result.claims += [
      Claim(
        "dopri5: tolerances 1e-3…1e-10 at which the error does not fall", ours: Double(rises),
        threshold: .atMost(0)),
      Claim(
        "dopri5: smallest error over tolerance", ours: shares.min() ?? .nan,
        threshold: .atLeast(1e-2)),
      Claim(
        "dopri5: largest error over tolerance", ours: shares.max() ?? .nan,
        threshold: .atMost(1e3)),
      Claim(
        "dopri5: digits of work per digit of tolerance", paper: "1/5",
        ours: Self.slope(digits.map(Double.init), evaluations.map { .logarithm($0) })
          / .logarithm(10), threshold: .between(0.12, 0.25)),
    ]
  }

  private static func power(_ digits: Int) -> Double {
    (0..<digits).reduce(1) { value, _ in value * 10 }
  }

  // MARK: - Tableaus and dense output

  private func orderConditions(_ result: inout ExperimentResult) {
    for method in [ODEMethod.dormandPrince5, .tsitouras5] {
      let tableau = method.tableau
      let worst = (0...4).map { power in
        let sum = zip(tableau.weights, tableau.nodes).reduce(0.0) { total, pair in
          total + pair.0 * (0..<power).reduce(1.0) { value, _ in value * pair.1 }
        }
        return Swift.abs(sum - 1 / Double(power + 1))
      }.max()
      result.claims.append(
        Claim(
          "\(method.name): largest miss of Σ b c^q = 1/(q + 1), q ≤ 4", ours: worst ?? .nan,
          threshold: .atMost(1e-14)))
    }
  }

  private func denseOutput(_ result: inout ExperimentResult) throws {
    let tolerance = 1e-7
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: tolerance, absolute: tolerance)))
    let solution = try solver.solve(Wave(), from: 1, over: TimeSpan(from: 0, to: 10))
    let times = RandomKey(11).uniform(1_000, as: Double.self).map { 10 * $0 }
    let worst = times.map { Swift.abs(solution.state(at: $0) - Wave.solution($0)) }.max()
    result.claims.append(
      Claim(
        "dopri5: error between steps at 1000 places over the tolerance",
        ours: (worst ?? .nan) / tolerance, threshold: .atMost(50)))
  }

  // MARK: - Gradients

  private struct Problem: TensorTree {
    var flow: Flow<LatentField>
    var initial: Tensor

    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("flow", &flow)
      visitor("initial", &initial)
    }
  }

  private func gradients(_ outcome: inout ExperimentResult, _ run: ExperimentRun) {
    let keys = run.key.folding(in: 40).split(2)
    let field = LatentField(
      network: MLP(sizes: [5, 16, 5], activation: .tanh, key: keys[0], scalarType: .float64))
    let initial = Tensor(keys[1].normal(15, as: Double.self), shape: [3, 5])
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .integral(Tolerance(relative: 1e-10, absolute: 1e-10)))
    func result(_ adjoint: Adjoint, _ solver: ODESolver) -> (loss: Double, gradient: [Double]) {
      let function = valueAndGrad { (problem: Problem, unused: Tensor) in
        square(problem.flow(problem.initial, at: [0, 1]).final).sum() + unused.sum()
      }
      let problem = Problem(
        flow: Flow(of: field, solver: solver, adjoint: adjoint), initial: initial)
      let value = function(problem, Tensor([0.0]))
      return (value.loss, value.gradient.tensors.flatMap(\.values))
    }
    let direct = result(.discrete(storing: .evaluations()), solver).gradient
    func distance(_ other: [Double]) -> Double {
      let scale = direct.reduce(0) { max($0, $1.magnitude) }
      return zip(direct, other).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / scale
    }
    // Differences of the loss in some weights and initial states, fourth order.
    let problem = Problem(flow: Flow(of: field, solver: solver), initial: initial)
    let tensors = problem.tensors
    let flat = tensors.flatMap(\.values)
    let fixed = ODESolver(method: .dormandPrince5, control: .steps(perInterval: 40))
    func loss(_ place: Int, _ shift: Double) -> Double {
      var moved = flat
      moved[place] += shift
      var start = 0
      let parts = tensors.map { tensor in
        defer { start += tensor.values.count }
        return Tensor(Array(moved[start..<start + tensor.values.count]), shape: tensor.shape)
      }
      var other = problem.replacingTensors(with: parts)
      other.flow.solver = fixed
      return square(other.flow(other.initial, at: [0, 1]).final).sum().values[0]
    }
    let exact = result(.discrete, fixed).gradient
    let h = 1e-3
    let worst = stride(from: 0, to: flat.count, by: 7).map { place in
      let slope =
        (8 * (loss(place, h) - loss(place, -h)) - (loss(place, 2 * h) - loss(place, -2 * h)))
        / (12 * h)
      return Swift.abs(slope - exact[place])
    }.max()
    outcome.claims += [
      Claim(
        "gradient: stored stages against stages computed again (relative)",
        ours: distance(result(.discrete(storing: .starts), solver).gradient),
        threshold: .atMost(1e-12)),
      Claim(
        "gradient: adjoint equation at 1e-10 against the exact one (relative)",
        ours: distance(result(.backsolve(), solver).gradient), threshold: .atMost(1e-7)),
      Claim(
        "gradient: against central differences (absolute)", ours: worst ?? .nan,
        threshold: .atMost(1e-6)),
    ]
  }

  // MARK: - Backwards

  /// `z′ = λ z`.
  private struct Decay: VectorField {
    var rate: Double

    func callAsFunction(_ time: Double, _ z: Double) -> Double { rate * z }
  }

  /// How far off the start a solve forwards and then backwards ends, relative.
  private func returned(_ rate: Double, _ method: ODEMethod, _ steps: Int) throws -> Double {
    let solver = ODESolver(method: method, control: .steps(perInterval: steps))
    let there = try solver.solve(
      Decay(rate: rate), from: 1, over: TimeSpan(from: 0, to: 1), at: [1]
    ).states[0]
    return try solver.solve(
      Decay(rate: rate), from: there, over: TimeSpan(from: 1, to: 0), at: [0]
    ).states[0]
  }

  private func reconstruction(_ result: inout ExperimentResult) throws {
    let cases: [(Double, ODEMethod, Int, Double, Double)] = [
      (-10, .rungeKutta4, 20, 4.5e-3, 1e-4), (-20, .rungeKutta4, 20, 0.36, 0.01),
      (-20, .rungeKutta4, 100, 8.9e-5, 1e-6),
    ]
    for (rate, method, steps, known, margin) in cases {
      let error = Swift.abs(try returned(rate, method, steps) - 1)
      result.claims.append(
        Claim(
          "z′ = \(Int(rate)) z forwards and back, \(method.name), \(steps) steps: error",
          paper: "\(Figure(known))", ours: error,
          threshold: .between(known - margin, known + margin)))
    }
    result.claims.append(
      Claim(
        "z′ = −5 z forwards and back by Euler, h = 0.1: what is left of the start",
        paper: "0.056", ours: try returned(-5, .euler, 10), threshold: .between(0.0555, 0.0568)))
  }
}

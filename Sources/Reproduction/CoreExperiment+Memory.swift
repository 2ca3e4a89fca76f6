import Platform
import NumericCore
import Reports
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors

extension CoreExperiment {
  // MARK: - Memory

  private struct Problem: TensorTree {
    var flow: Flow<LatentField>
    var initial: Tensor

    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("flow", &flow)
      visitor("initial", &initial)
    }
  }

  /// How the bytes that a gradient holds grow with the evaluations of its solve, from 50 to 500.
  func memory(_ result: inout ExperimentResult, _ run: ExperimentRun) {
    let keys = run.key.folding(in: 41).split(2)
    let field = LatentField(
      network: MLP(sizes: [16, 32, 16], activation: .tanh, key: keys[0], scalarType: .float64))
    let initial = Tensor(keys[1].normal(32 * 16, as: Double.self), shape: [32, 16])
    let steps = [8, 16, 32, 64, 83]
    let kinds: [(String, Adjoint, SeriesColor)] = [
      ("stored evaluations", .discrete(storing: .evaluations()), .first),
      ("stored stages", .discrete(storing: .stages), .second),
      ("stored starts", .discrete(storing: .starts), .third),
      ("adjoint equation", .backsolve(), .fourth),
    ]
    var slopes: [Double] = []
    var marks: [Mark] = []
    for (name, adjoint, color) in kinds {
      let costs = steps.map { steps in
        let solver = ODESolver(method: .dormandPrince5, control: .steps(perInterval: steps))
        let problem = Problem(
          flow: Flow(of: field, solver: solver, adjoint: adjoint), initial: initial)
        let loss = valueAndGrad { (problem: Problem, unused: Tensor) in
          square(problem.flow(problem.initial, at: [0, 1]).final).sum() + unused.sum()
        }
        return GradientCost.measured(loss, problem, Tensor([0.0]))
      }
      let x = costs.map { Double($0.forwardEvaluations) }
      let y = costs.map { Double($0.bytes) / 1024 }
      slopes.append(Self.slope(x, y))
      marks.append(.line(name, x: x, y: y, color: color))
    }
    result.claims += [
      Claim(
        "memory of stored evaluations, KiB an evaluation (32 rows of 16)",
        paper: "grows linearly", ours: slopes[0], threshold: .atLeast(4)),
      Claim(
        "memory of stored stages, KiB an evaluation: 4 is a state", paper: "grows linearly",
        ours: slopes[1], threshold: .between(4, 5)),
      Claim(
        "memory of the adjoint equation over that of stored stages, growth by evaluations",
        paper: "0.00002 (a replication)", ours: Swift.abs(slopes[3] / slopes[1]),
        threshold: .atMost(0.01)),
    ]
    result.charts.append(
      Chart(
        "Memory of a gradient", x: Axis("evaluations of the solve"), y: Axis("KiB held"),
        caption: "Records of steps and the buffers of solve and adjoint, 32 rows of 16 doubles.",
        marks: marks))
  }

  // MARK: - A rate's gradient

  /// `z′ = λ z`.
  private struct Growth: TensorField {
    var rate: Tensor

    func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { rate * state }

    mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rate", &rate) }
  }

  /// `dz(1)/dλ` at λ = −10 by ten steps of the classical Runge–Kutta method.
  func rateGradient(_ result: inout ExperimentResult) {
    let solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 10))
    func gradient(_ adjoint: Adjoint) -> Double {
      let flow = Flow(of: Growth(rate: Tensor([-10.0])), solver: solver, adjoint: adjoint)
      let loss = valueAndGrad { (flow: Flow<Growth>, initial: Tensor) in
        flow(initial, at: [0, 1]).final.sum()
      }
      return loss(flow, Tensor([1.0], shape: [1, 1])).gradient.field.rate.values[0]
    }
    let cases: [(String, Double, Double)] = [
      ("the solution's own, exp(−10)", .exponential(-10), 4.54e-5),
      ("the adjoint equation, backwards", gradient(.backsolve()), 5.72e-5),
      ("exactly that of the numbers computed", gradient(.discrete), 4.89e-5),
    ]
    for (name, value, known) in cases {
      result.claims.append(
        Claim(
          "dz(1)/dλ at λ = −10, rk4, 10 steps: \(name)", paper: "\(Figure(known))", ours: value,
          threshold: .between(known - 5e-8, known + 5e-8)))
    }
  }
}

import Foundation
import MechanisticModels
import NeuralODE
import Testing

// The Swift of the guides, compiled and run as it stands there. `GuideTextTests` compares the texts.

private struct Fast: VectorField {
  func callAsFunction(_ time: Double, _ y: Double) -> Double { -1e6 * (y - cos(time)) }
}

private struct Pulse: VectorField {
  func callAsFunction(_ time: Double, _ y: Double) -> Double { time < 0.5 ? 0 : 1 }
}

private struct Ball: VectorField {
  func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> { SIMD2(y.y, -9.81) }
}

private struct Cautious: StepController {
  func factor(after history: StepHistory) -> Double { history.error > 0.1 ? 0.5 : 1.5 }
}

private struct Gate: TensorTree {
  var inner: Linear
  @Constant var mask: Tensor
  func callAsFunction(_ x: Tensor) -> Tensor { sigmoid(inner(x)) * mask }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("inner", &inner) }
}

private struct NetworkField: TensorField {
  var network: MLP
  func callAsFunction(_ time: Tensor, _ z: Tensor) -> Tensor { network(z) }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}

/// Compiled only: the tests of fits run such calls.
private func fit() throws {
  let model = try EquationSystem(contentsOf: "decay.ode")
  let data = try FitData("decay.csv", for: model)
  var fit = ParameterFit(model, to: data.experiments, noise: .proportional)
  fit.individual = ["x(0)"]
  fit.priors["k"] = .lognormal(mean: -0.7, deviation: 0.3)
  let result = try fit.run()
  print(result["k"] ?? .nan, result.isTrustworthy)
  try FitPage(fit, result, source: data.source).report().write(to: "decay.html")

  let inference = try SubjectInference(EquationMechanism(model), data.experiments)
  for subject in try inference.run() { print(subject.id, subject.means, subject.deviations) }
}

@Suite struct IrregularGuideTests {
  @Test func `a masked loss ignores a target that is not a number`() {
    let predictions = Tensor([1.0, 2.0, 4.0])
    let measured = Tensor([1.0, .nan, 3.0])
    let mask = Tensor([1.0, 0.0, 1.0])
    let loss = meanSquaredError(predictions, target: measured, weights: mask)  // 0.5
    #expect(loss.values == [0.5])
  }

  @Test func `rows have save times of their own`() {
    let decay = ClosureField { _, z in -z }
    let flow = Flow(of: decay, solver: ODESolver(), sharing: .perRow)
    let times = Tensor([0, 0.1, 2.0, 0, 1.5, 1.7], shape: [2, 3])  // the first is the start
    let states = flow(Tensor([1.0, 2.0], shape: [2, 1]), at: times).states  // [time, batch, 1]
    #expect(states.shape == [3, 2, 1])
    let expected: [Double] = [1, 2, exp(-0.1), 2 * exp(-1.5), exp(-2), 2 * exp(-1.7)]
    for (state, exact) in zip(states.values, expected) { #expect(abs(state - exact) < 1e-5) }
  }
}

@Suite struct StiffnessGuideTests {
  @Test func `an explicit method reports stiffness, and the implicit one solves`() throws {
    let span = TimeSpan(from: 0, to: 100)
    let explicit = try ODESolver().solve(Fast(), from: 1, over: span)
    if case .stiff(let time, _) = explicit.status { print("stiff at \(time)") }
    let implicit = try ODESolver(method: .rodas5P).solve(Fast(), from: 1, over: span)
    guard case .stiff = explicit.status else {
      Issue.record("the explicit method ended with \(explicit.status)")
      return
    }
    #expect(implicit.status == .completed)
    #expect(abs(implicit.state(at: 100) - cos(100.0)) < 1e-4)
  }

  @Test func `a jump at a forced time is exact`() throws {
    let pulse = try ODESolver().solve(
      Pulse(), from: 0, over: TimeSpan(from: 0, to: 1), forcedTimes: [0.5])
    #expect(abs(pulse.state(at: 1) - 0.5) < 1e-12)
  }

  @Test func `events are recorded with their states`() throws {
    let ground = Event<Ball>.root(
      .falling, of: { _, y in y.x }, .reset { _, y in SIMD2(0, -0.8 * y.y) })
    let bounces = try ODESolver().solve(
      Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: 2), events: [ground])
    let first = (2 / 9.81).squareRoot()
    #expect(bounces.events.count >= 2)
    #expect(abs((bounces.events.first?.time ?? 0) - first) < 1e-9)
  }
}

@Suite struct NumericsGuideTests {
  @Test func `tolerances and keys`() {
    let smallest = Tolerance.smallestRelative(for: Float.self)
    #expect(smallest > 1e-7 && smallest < 1e-5)
    let keys = RandomKey(7).split(2)
    let first = keys[0].normal(3, as: Double.self)
    let again = RandomKey(7).split(2)[0].normal(3, as: Double.self)  // equal to first
    #expect(first == again && first != keys[1].normal(3, as: Double.self))
  }
}

@Suite struct ExtendingGuideTests {
  @Test func `a user-defined method has its order`() throws {
    let ralston = ODEMethod(
      name: "my-ralston", source: "Ralston, Math. Comp. 16 (1962)",
      scheme: .explicitRungeKutta(
        Tableau(
          nodes: [0, 2.0 / 3], stages: [[], [2.0 / 3]], weights: [0.25, 0.75],
          embeddedWeights: [1, 0], order: 2, embeddedOrder: 1)))
    let solver = ODESolver(method: ralston)
    let solution = try solver.solve(
      Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: 0.1))
    // The exact solution has degree two.
    #expect(abs(solution.state(at: 0.1).x - (1 - 0.5 * 9.81 * 0.01)) < 1e-9)
    #expect(Cautious() == Cautious())
  }

  @Test func `an operation is a function, and a model lists its tensors`() {
    func swish(_ x: Tensor) -> Tensor { x * sigmoid(x) }
    let slope = grad { (x: Tensor) in swish(x).sum() }
    #expect(abs(slope(Tensor([0.0])).values[0] - 0.5) < 1e-12)
    let halving = Schedule.custom(CustomSchedule("halving") { step in step < 100 ? 0.01 : 0.005 })
    #expect(halving(100) == 0.005)
    let gate = Gate(inner: Linear(2, 1, key: RandomKey(1)), mask: Tensor([Float(0)]))
    #expect(gate(Tensor(rows: [[Float(1), 2]])).values == [0])
    #expect(gate.tensorNames == ["inner.weight", "inner.bias"])
  }
}

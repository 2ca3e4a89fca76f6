import NumericCore
import Adjoints
import Graphs
import Integrators
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

struct DiscreteAdjointTests {
  private static let times = [0.0, 0.2, 0.55, 1.3]

  private struct Model: TensorTree {
    var flow: Flow<CubicMLPField>
    var initial: Tensor
    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("flow", &flow)
      visitor("initial", &initial)
    }
  }

  private static func model(
    rows: Int = 6, method: ODEMethod = .dormandPrince5,
    control: StepControl = .integral(Tolerance(relative: 1e-6, absolute: 1e-8)),
    adjoint: Adjoint = .discrete, sharing: StepSharing = .joint
  ) -> Model {
    let keys = RandomKey(12).split(5)
    func drawn(_ shape: [Int], _ key: RandomKey) -> Tensor {
      Tensor(key.normal(shape.reduce(1, *), as: Double.self).map { 0.5 * $0 }, shape: shape)
    }
    let field = CubicMLPField(
      w1: drawn([2, 7], keys[0]), b1: drawn([7], keys[1]), w2: drawn([7, 2], keys[2]),
      b2: drawn([2], keys[3]))
    let initial = keys[4].normal(20, as: Double.self)
    return Model(
      flow: Flow(
        of: field, solver: ODESolver(method: method, control: control), adjoint: adjoint,
        sharing: sharing), initial: Tensor(Array(initial.prefix(2 * rows)), shape: [rows, 2]))
  }

  private static let lossAndGradient: @Sendable (Model) -> (loss: Double, gradient: [[Double]]) = {
    model in
    let evaluate = valueAndGrad { (model: Model, scale: Tensor) in
      (square(model.flow(model.initial, at: times).states) * scale).sum()
    }
    let result = evaluate(model, Tensor([0.5], shape: []))
    return (result.loss, result.gradient.tensors.map(\.values))
  }

  @Test(arguments: [ODEMethod.euler, .heun3, .rungeKutta4, .bogackiShampine3, .tsitouras5])
  func `fixed steps: the gradient is that of differences of the solve`(_ method: ODEMethod) {
    let model = Self.model(method: method, control: .steps(perInterval: 3))
    let gradient = Self.lossAndGradient(model).gradient
    for (number, tensor) in model.tensors.enumerated() {
      let own = tensor.values
      for i in [0, own.count - 1] {
        func loss(_ shift: Double) -> Double {
          var moved = own
          moved[i] += shift
          var tensors = model.tensors
          tensors[number] = Tensor(moved, shape: tensor.shape)
          return Self.lossAndGradient(model.replacingTensors(with: tensors)).loss
        }
        // Fourth-order differences with h = 1e-3: truncation about 1e-12, rounding about 1e-12.
        let h = 1e-3
        let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * h)
        #expect(abs(gradient[number][i] - difference) < 1e-8 * max(1, abs(difference)))
      }
    }
  }

  @Test(arguments: [StepSharing.joint, .perRow])
  func `what is stored changes no bit of the gradient`(_ sharing: StepSharing) {
    let all = Self.lossAndGradient(
      Self.model(adjoint: .discrete(storing: .stages), sharing: sharing))
    let few = Self.lossAndGradient(
      Self.model(adjoint: .discrete(storing: .starts), sharing: sharing))
    #expect(all.gradient == few.gradient)
  }

  @Test(arguments: [1 << 28, 2_000, 0], [StepControl.steps(perInterval: 3), nil])
  func `kept evaluations give the gradient of evaluating anew, however few there is room for`(
    _ room: Int, _ control: StepControl?
  ) {
    func result(_ stored: StoredStates) -> (loss: Double, gradient: [[Double]]) {
      let adjoint = Adjoint.discrete(storing: stored)
      let model =
        control.map { Self.model(method: .rungeKutta4, control: $0, adjoint: adjoint) }
        ?? Self.model(adjoint: adjoint)
      return Self.lossAndGradient(model)
    }
    let (anew, kept) = (result(.stages), result(.evaluations(upTo: room)))
    #expect(anew.loss == kept.loss)
    for (a, b) in zip(anew.gradient, kept.gradient) {
      // The same arithmetic; products and sums may be fused in one and not in the other.
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-13 * max(1, abs(y))) }
    }
  }

  @Test func `unrolled and discrete gradients agree`() {
    let control = StepControl.steps(perInterval: 4)
    let discrete = Self.lossAndGradient(Self.model(method: .rungeKutta4, control: control))
    let unrolled = Self.lossAndGradient(
      Self.model(method: .rungeKutta4, control: control, adjoint: .unrolled))
    for (a, b) in zip(discrete.gradient, unrolled.gradient) {
      // The same arithmetic in another order: some hundred roundings.
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12 * max(1, abs(y))) }
    }
  }

  @Test func `with steps per row, a batch is its rows alone, bit for bit`() {
    let batch = Self.model(rows: 5, sharing: .perRow)
    let states = batch.flow(batch.initial, at: Self.times).states.values
    for row in 0..<5 {
      let alone = batch.flow(batch.initial.rows([row]), at: Self.times).states.values
      for save in Self.times.indices {
        #expect(
          Array(states[(save * 5 + row) * 2..<(save * 5 + row) * 2 + 2])
            == Array(alone[save * 2..<save * 2 + 2]))
      }
    }
  }

  @Test func `own times for each row give what shared times give`() {
    let model = Self.model(rows: 4, sharing: .perRow)
    let shared = model.flow(model.initial, at: Self.times).states.values
    let own = Tensor((0..<4).flatMap { _ in Self.times }, shape: [4, 4])
    #expect(model.flow(model.initial, at: own).states.values == shared)
  }

  @Test func `forward sensitivities agree with the discrete adjoint`() {
    // ⟨J v, w⟩ = ⟨v, Jᵀ w⟩ with J the derivative of the final state in all tensors, at fixed steps.
    let model = Self.model(method: .rungeKutta4, control: .steps(perInterval: 3))
    let graph = trace(like: model) { [$0.flow($0.initial, at: Self.times).final] }
    let inputs = model.tensors.map(\.values)
    let tangents = inputs.enumerated().map { number, values in
      values.indices.map { Double(($0 * 3 + number) % 5) - 2 }
    }
    let cotangent = (0..<12).map { Double($0 % 4) - 1.5 }
    func run(_ graph: Graph, _ values: [[Double]]) -> [[Double]] {
      Program(graph)(zip(values, graph.parameterTypes).map { Storage($0, shape: $1.shape) })
        .map(\.doubles)
    }
    let forward = run(graph.jvp(includingOutputs: false), inputs + tangents)[0]
    let backward = run(graph.vjp(includingOutputs: false), inputs + [cotangent])
    let left = zip(forward, cotangent).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(tangents, backward).reduce(0) { sum, pair in
      sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(left - right) < 1e-11 * max(1, abs(left)))
  }
}

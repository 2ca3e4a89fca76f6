import NumericCore
import Adjoints
import Integrators
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

/// Gradients against torchdiffeq's in float64 (`Tests/Fixtures/make_torchdiffeq_gradients.py`).
struct TorchdiffeqTests {
  private struct Problem: TensorTree {
    var target: Tensor
    var weight: Tensor
    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("target", &target)
      visitor("weight", &weight)
    }
  }

  /// Field and initial state, so that the gradient has both.
  private struct Model: TensorTree {
    var flow: Flow<CubicMLPField>
    var initial: Tensor
    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("flow", &flow)
      visitor("initial", &initial)
    }
  }

  private func check(
    _ name: String, method: ODEMethod, control: StepControl, adjoint: Adjoint,
    sharing: StepSharing = .joint, tolerance: Double
  ) throws {
    let fixture = try fixture("torchdiffeq_gradients")
    let (rows, width, hidden) = (5, 2, 8)
    func tensor(_ key: String, _ shape: [Int]) throws -> Tensor {
      try Tensor(#require(fixture.numbers(at: "problem", key)), shape: shape)
    }
    let field = CubicMLPField(
      w1: try tensor("W1", [width, hidden]), b1: try tensor("b1", [hidden]),
      w2: try tensor("W2", [hidden, width]), b2: try tensor("b2", [width]))
    let model = Model(
      flow: Flow(
        of: field, solver: ODESolver(method: method, control: control), adjoint: adjoint,
        sharing: sharing), initial: try tensor("y0", [rows, width]))
    let times = try #require(fixture.numbers(at: "times"))
    let batch = Problem(
      target: try tensor("target", [times.count, rows, width]),
      weight: try tensor("weight", [times.count, rows, width]))
    let lossAndGradient = valueAndGrad { (model: Model, batch: Problem) in
      (abs(model.flow(model.initial, at: times).states - batch.target) * batch.weight).mean()
    }
    let result = lossAndGradient(model, batch)
    let loss = try #require(fixture.numbers(at: "cases", name, "loss"))[0]
    #expect(Swift.abs(result.loss - loss) < tolerance)
    let gradient = result.gradient
    for (key, tensor) in [
      ("W1", gradient.flow.field.w1), ("b1", gradient.flow.field.b1),
      ("W2", gradient.flow.field.w2), ("b2", gradient.flow.field.b2), ("y0", gradient.initial),
    ] {
      let reference = try #require(fixture.numbers(at: "cases", name, key))
      let scale = reference.map { Swift.abs($0) }.max()!
      for (ours, theirs) in zip(tensor.values, reference) {
        #expect(Swift.abs(ours - theirs) <= tolerance * scale, "\(name) \(key)")
      }
    }
  }

  // Equal steps: the same arithmetic up to rounding.
  @Test func `fixed steps of the three-eighths rule`() throws {
    try check(
      "rk4", method: .threeEighths4, control: .fixed(0.05), adjoint: .discrete, tolerance: 1e-12)
    try check(
      "rk4", method: .threeEighths4, control: .fixed(0.05), adjoint: .unrolled, tolerance: 1e-12)
    try check(
      "rk4", method: .threeEighths4, control: .fixed(0.05), adjoint: .discrete, sharing: .perRow,
      tolerance: 1e-12)
  }

  @Test func `fixed Euler and midpoint steps`() throws {
    try check("euler", method: .euler, control: .fixed(0.05), adjoint: .discrete, tolerance: 1e-12)
    try check(
      "midpoint", method: .midpoint, control: .fixed(0.05), adjoint: .discrete, tolerance: 1e-12)
  }

  // Tight tolerances: both are the gradient of the exact flow, to some multiple of 1e-11.
  @Test func `adaptive steps at tight tolerances`() throws {
    let tight = StepControl.proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-13))
    for name in ["dopri5_tight", "adjoint_tight"] {
      for sharing in [StepSharing.joint, .perRow] {
        try check(
          name, method: .dormandPrince5, control: tight, adjoint: .discrete, sharing: sharing,
          tolerance: 1e-8)
        try check(
          name, method: .dormandPrince5, control: tight, adjoint: .backsolve(), sharing: sharing,
          tolerance: 1e-8)
      }
    }
    try check(
      "adjoint_tight", method: .tsitouras5, control: tight, adjoint: .discrete, tolerance: 1e-8)
  }
}

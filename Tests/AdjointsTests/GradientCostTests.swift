import NumericCore
import Adjoints
import CAllocations
import Integrators
import Programs
import Transforms
import TestSupport
import Tensors
import Testing

/// The cost of a gradient as its solves report it and as the allocator counts it.
struct GradientCostTests {
  private struct Model: TensorTree {
    var flow: Flow<CubicMLPField>
    var initial: Tensor
    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("flow", &flow)
      visitor("initial", &initial)
    }
  }

  private static func model(steps: Int, _ adjoint: Adjoint) -> Model {
    let keys = RandomKey(3).split(5)
    func drawn(_ shape: [Int], _ key: RandomKey) -> Tensor {
      Tensor(key.normal(shape.reduce(1, *), as: Double.self).map { 0.3 * $0 }, shape: shape)
    }
    let field = CubicMLPField(
      w1: drawn([2, 7], keys[0]), b1: drawn([7], keys[1]), w2: drawn([7, 2], keys[2]),
      b2: drawn([2], keys[3]))
    let solver = ODESolver(method: .dormandPrince5, control: .steps(perInterval: steps))
    return Model(
      flow: Flow(of: field, solver: solver, adjoint: adjoint), initial: drawn([400, 2], keys[4]))
  }

  private static func loss() -> ValueAndGradient<Model, Tensor> {
    valueAndGrad { (model: Model, scale: Tensor) in
      (square(model.flow(model.initial, at: [0, 0.5]).final) * scale).sum()
    }
  }

  private func cost(steps: Int, _ adjoint: Adjoint) -> GradientCost {
    .measured(Self.loss(), Self.model(steps: steps, adjoint), Tensor([1.0], shape: []))
  }

  @Test func `evaluations and products are counted on both ways`() {
    // Six stages a step: the seventh is not evaluated without an error estimate.
    let kept = cost(steps: 10, .discrete(storing: .evaluations()))
    #expect(kept.forwardEvaluations == 60)
    #expect(kept.backwardProducts == 60 && kept.backwardEvaluations == 0)
    let stages = cost(steps: 10, .discrete(storing: .stages))
    #expect(stages.backwardProducts == 60 && stages.backwardEvaluations == 60)
    // All six stages of each step are evaluated again before their products.
    let starts = cost(steps: 10, .discrete(storing: .starts))
    #expect(starts.backwardProducts == 60 && starts.backwardEvaluations == 60 + 60)
    let backsolve = cost(steps: 10, .backsolve())
    #expect(backsolve.forwardEvaluations == 60)
    #expect(backsolve.backwardProducts == 60 && backsolve.backwardEvaluations == 60)
  }

  @Test func `a replayed gradient counts its own solves, and one without a solve counts none`() {
    let model = Self.model(steps: 10, .backsolve())
    let (loss, scale) = (Self.loss(), Tensor([1.0], shape: []))
    let counts = (0..<2).map { _ in loss.counted(model, scale).evaluations }
    // Six stages a step, the same at every run.
    #expect(counts == [SolveEvaluations(forward: 60, backward: 60)].flatMap { [$0, $0] })
    let plain = valueAndGrad { (x: Tensor, scale: Tensor) in (square(x) * scale).sum() }
    #expect(plain.counted(Tensor([1.0, 2]), scale).evaluations == nil)
  }

  @Test(.enabled(if: allocations_are_counted()))
  func `the reported bytes of a gradient are those that it holds at most`() {
    /// The bytes of 144 further steps, as reported and as held.
    func growth(_ adjoint: Adjoint) -> (reported: Int, held: Int) {
      let ends = [16, 160].map { steps in
        let (loss, model) = (Self.loss(), Self.model(steps: steps, adjoint))
        _ = loss.program(model, Tensor([1.0], shape: []))
        allocations_begin()
        let cost = GradientCost.measured(loss, model, Tensor([1.0], shape: []))
        _ = allocations_end()
        return (cost.bytes, Int(allocations_peak()))
      }
      return (ends[1].0 - ends[0].0, ends[1].1 - ends[0].1)
    }
    for stored in [StoredStates.evaluations(), .stages, .starts] {
      let (reported, held) = growth(.discrete(storing: stored))
      #expect(reported > 144 * 400 * 2 * 8)
      // Memory comes in blocks, each twice as large as the one before.
      #expect(held > reported / 2 && held < 5 * reported, "\(stored): \(reported), \(held)")
    }
    let (reported, held) = growth(.backsolve())
    #expect(reported == 0 && held.magnitude < 4096, "\(held)")
  }
}

import NumericCore
import Tensors
import Testing
import Training

/// Optimizers and schedules of a user's own, groups of parameters, and training without blocking.
struct OwnOptimizerTests {
  private struct Model: TensorTree {
    var encoder = [Tensor([1, 2] as [Double]), Tensor([3] as [Double])]
    var head = Tensor([4] as [Double])
    mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("encoder", &encoder)
      visitor("head", &head)
    }
    var values: [Double] { tensors.flatMap { $0.storage?.doubles ?? [] } }
  }

  private var gradient: Model {
    Model().mapTensors { tensor in Tensor([Double](repeating: 2, count: tensor.type.count)) }
  }

  /// Gradient descent with momentum, written as a user would.
  private struct OwnMomentum: Optimizer {
    var learningRate: Schedule
    var state: OptimizerState

    mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
      let rate = currentRate
      state.update(&model, along: gradient) { value, slope, velocity, _ in
        velocity = 0.9 * velocity + slope
        value -= rate * velocity
      }
    }
  }

  @Test func `a user-defined optimizer has the values of the built-in one`() {
    var (own, builtIn) = (Model(), Model())
    let schedule = Schedule.custom(CustomSchedule("inverse") { 0.1 / Double($0 + 1) })
    var first = OwnMomentum(learningRate: schedule, state: OptimizerState(for: own, moments: 1))
    var second = SGD(for: builtIn, learningRate: schedule, momentum: 0.9)
    for _ in 0..<5 {
      first.update(&own, along: gradient)
      second.update(&builtIn, along: gradient)
    }
    #expect(own.values == builtIn.values && own.values != Model().values)
    #expect(first.state.step == 5 && schedule(3) == 0.025)
    #expect(schedule == .custom(CustomSchedule("inverse") { _ in 0 }))
  }

  @Test func `groups of parameters have their own rates by name`() {
    var (model, plain) = (Model(), Model())
    var grouped = ParameterGroups(
      SGD(for: model, learningRate: 0.5), factors: [("encoder", 0.25), ("encoder.1", 0)])
    var base = SGD(for: plain, learningRate: 0.5)
    grouped.update(&model, along: gradient)
    base.update(&plain, along: gradient)
    #expect(plain.values == [0, 1, 2, 3])
    #expect(model.values == [0.75, 1.75, 3, 3])
    #expect(grouped.factor(of: "encoder.1.weight") == 0 && grouped.factor(of: "encoders") == 1)
    #expect(grouped.state.step == 1 && grouped.currentRate == 0.5)
  }

  private static func trainer(_ steps: Int) -> Trainer<LineEvaluator, Points> {
    Trainer(
      LineEvaluator(), training: Points(count: 64),
      options: TrainingOptions(length: .steps(steps), batchSize: 16))
  }

  @Test func `a training that does not block has the bits of one that does`() async throws {
    var blocking = TrainingState<Line>.start()
    _ = try Self.trainer(40).train(&blocking)
    let (state, status) = try await Self.trainer(40).train(from: .start())
    #expect(status == .finished && state.model.values == blocking.model.values)
    var steps: [Int] = []
    var last: TrainingState<Line>?
    for try await event in Self.trainer(40).progress(from: .start()) {
      switch event {
      case .step(let record): steps.append(record.step)
      case .ended(let state, _): last = state
      }
    }
    #expect(steps == Array(1...40) && last?.model.values == blocking.model.values)
  }

  @Test func `a cancelled training stops after a step and can be continued`() async throws {
    let task = Task { try await Self.trainer(1_000_000_000).train(from: .start()) }
    task.cancel()
    let (state, status) = try await task.value
    #expect(status == .interrupted && state.step < 1_000_000_000)
  }
}

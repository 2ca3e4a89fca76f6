import Platform
import NumericCore
import Adjoints
import Graphs
import Integrators
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

private let tight = ODESolver(
  method: .dormandPrince5,
  control: .proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-12)))

/// `z' = −rate z`, a rate for each row, until `z` falls to a threshold.
private struct Decay: TensorField {
  /// `[rows, 1]`.
  var rate: Tensor
  /// `[1]`.
  var threshold: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { -rate * state }
  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("rate", perRow: &rate)
    visitor("threshold", &threshold)
  }
}

/// A ball: height and velocity.
private struct Ball: TensorField {
  /// `[1]` each.
  var gravity: Tensor
  var restitution: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let speed = state.split([1, 1], axis: 1)[1]
    return concatenate([speed, 0 * speed - gravity], axis: 1)
  }
  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("gravity", &gravity)
    visitor("restitution", &restitution)
  }

  static let floor = FlowEvent<Ball>(
    .falling, of: { _, _, state in state.split([1, 1], axis: 1)[0] },
    .reset { ball, _, state in
      let parts = state.split([1, 1], axis: 1)
      return concatenate([0 * parts[0], -ball.restitution * parts[1]], axis: 1)
    })
}

/// `z' = rate z`, with the second rate from a time on.
private struct Switched: TensorField {
  /// `[2]`.
  var rates: Tensor
  var time = 0.7

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let parts = rates.split([1, 1], axis: 0)
    let isLate = Tensor([self.time], shape: []) .<= time
    return select(isLate, parts[1], parts[0]) * state
  }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rates", &rates) }
}

private struct Model<Field: TensorField>: TensorTree {
  var flow: Flow<Field>
  var state: Tensor
  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("flow", &flow)
    visitor("state", &state)
  }
}

/// The gradient of a loss of a flow's result by the field's tensors, in their order, and by the
/// initial state.
private func gradient<Field: TensorField>(
  _ flow: Flow<Field>, _ state: Tensor, at times: [Double],
  _ loss: @escaping @Sendable (FlowResult) -> Tensor
) -> (value: Double, gradient: [[Double]]) {
  let evaluate = valueAndGrad { (model: Model<Field>, scale: Tensor) in
    loss(model.flow(model.state, at: times)) * scale
  }
  let result = evaluate(Model(flow: flow, state: state), Tensor([1.0], shape: []))
  return (result.loss, result.gradient.tensors.map(\.values))
}

private func expectClose(
  _ found: [Double], _ exact: [Double], _ tolerance: Double,
  location: SourceLocation = #_sourceLocation
) {
  #expect(found.count == exact.count, sourceLocation: location)
  for (a, b) in zip(found, exact) {
    #expect(abs(a - b) < tolerance * max(1, abs(b)), sourceLocation: location)
  }
}

@Suite struct FlowEventTests {
  @Test(arguments: [
    (StepSharing.joint, Adjoint.discrete), (.perRow, .discrete(storing: .starts)),
    (.perRow, .discrete(storing: .stages)), (.joint, .backsolve()),
  ])
  func `a forced time keeps the gradients of both sides apart`(
    sharing: StepSharing, adjoint: Adjoint
  ) {
    let (rates, start, end) = ([-0.4, 1.3], [1.5, -0.8], 2.0)
    var flow = Flow(
      of: Switched(rates: Tensor(rates)), solver: tight, adjoint: adjoint, sharing: sharing)
    flow.forcedTimes = [flow.field.time]
    let jump = flow.field.time
    let found = gradient(flow, Tensor(start, shape: [2, 1]), at: [0, 0.5, end]) {
      square($0.final).sum()
    }
    // z(T) = z₀ exp(r₁ c + r₂ (T − c)).
    let growth = Double.exponential(rates[0] * jump + rates[1] * (end - jump))
    let loss = start.reduce(0) { $0 + $1 * $1 * growth * growth }
    expectClose([found.value], [loss], 1e-9)
    expectClose(found.gradient[0], [2 * jump * loss, 2 * (end - jump) * loss], 1e-8)
    expectClose(found.gradient[1], start.map { 2 * $0 * growth * growth }, 1e-8)
  }

  @Test(arguments: [ODEMethod.dormandPrince5, .tsitouras5, .bogackiShampine3, .verner6])
  func `the time of a terminal event has the derivatives of its closed form`(method: ODEMethod) {
    // The last row does not reach the threshold.
    let (rates, starts, threshold) = ([0.5, 1.2, 2.0, 0.1], [2.0, 1.0, 5.0, 3.0], 0.4)
    var solver = tight
    solver.method = method
    var flow = Flow(
      of: Decay(rate: Tensor(rates, shape: [4, 1]), threshold: Tensor([threshold])),
      solver: solver, sharing: .perRow)
    flow.events = [FlowEvent(.falling, of: { $2 - $0.threshold }, .terminate)]
    let times = [0.0, 1, 4]
    let ends = gradient(flow, Tensor(starts, shape: [4, 1]), at: times) { result in
      guard let endTimes = result.endTimes else { return result.states.sum() }
      return endTimes.sum()
    }
    let exact = zip(rates, starts).map { Double.logarithm($1 / threshold) / $0 }
    expectClose([ends.value], [exact.dropLast().reduce(4, +)], 1e-8)
    expectClose(ends.gradient[0], zip(rates, exact).map { -$1 / $0 }.dropLast() + [0], 1e-7)
    expectClose(ends.gradient[1], [-rates.dropLast().reduce(0) { $0 + 1 / ($1 * threshold) }], 1e-7)
    expectClose(
      ends.gradient[2], zip(rates, starts).map { 1 / ($0 * $1) }.dropLast() + [0], 1e-7)
    // A row that has ended keeps its state, the threshold, at the later times.
    let states = gradient(flow, Tensor(starts, shape: [4, 1]), at: times) { $0.states.sum() }
    let last = starts[3] * Double.exponential(-rates[3] * 4)
    let middle = starts[3] * Double.exponential(-rates[3])
    let running = starts[0] * Double.exponential(-rates[0])
    #expect(exact[0] > 1 && exact[1] < 1 && exact[2] > 1)
    let third = starts[2] * Double.exponential(-rates[2])
    expectClose(
      [states.value],
      [starts.reduce(0, +) + running + threshold + third + middle + 3 * threshold + last], 1e-8)
    expectClose(states.gradient[0], [-running, 0, -third, -middle - 4 * last], 1e-7)
    expectClose(states.gradient[1], [4], 1e-7)
  }

  /// Height and velocity of the bouncing ball from rest.
  private static func exact(
    _ gravity: Double, _ restitution: Double, _ height: Double, _ end: Double
  ) -> (height: Double, velocity: Double) {
    var time = (2 * height / gravity).squareRoot()
    if end < time { return (height - 0.5 * gravity * end * end, -gravity * end) }
    var speed = gravity * time
    while true {
      speed *= restitution
      let flight = 2 * speed / gravity
      if end < time + flight { break }
      time += flight
    }
    let since = end - time
    return (speed * since - 0.5 * gravity * since * since, speed - gravity * since)
  }

  @Test func `a bouncing ball has the derivatives of its closed form`() {
    let (gravity, restitution, end) = (9.81, 0.8, 2.3)
    // Rows that bounce three, two and no times.
    let heights = [0.7, 2.0, 30]
    var flow = Flow(
      of: Ball(gravity: Tensor([gravity]), restitution: Tensor([restitution])), solver: tight,
      sharing: .perRow)
    flow.events = [Ball.floor]
    let weights = [1.0, 0.3]
    let initial = Tensor(heights.flatMap { [$0, 0] }, shape: [3, 2])
    let found = gradient(flow, initial, at: [0, 1, end]) {
      ($0.final * Tensor(weights, shape: [1, 2])).sum()
    }
    func loss(_ gravity: Double, _ restitution: Double, _ heights: [Double]) -> Double {
      heights.reduce(0) { sum, height in
        let state = Self.exact(gravity, restitution, height, end)
        return sum + weights[0] * state.height + weights[1] * state.velocity
      }
    }
    func difference(_ value: Double, _ loss: (Double) -> Double) -> Double {
      // Fourth order with h = 1e-3 of the value: truncation below 1e-9.
      let h = 1e-3 * value
      return
        (8 * (loss(value + h) - loss(value - h)) - (loss(value + 2 * h) - loss(value - 2 * h)))
        / (12 * h)
    }
    expectClose([found.value], [loss(gravity, restitution, heights)], 1e-9)
    expectClose(found.gradient[0], [difference(gravity) { loss($0, restitution, heights) }], 1e-6)
    expectClose(found.gradient[1], [difference(restitution) { loss(gravity, $0, heights) }], 1e-6)
    for row in heights.indices {
      let exact = difference(heights[row]) { height in
        var moved = heights
        moved[row] = height
        return loss(gravity, restitution, moved)
      }
      expectClose([found.gradient[2][2 * row]], [exact], 1e-6)
    }
  }

  @Test func `rows with events are the same alone`() {
    let heights = [0.7, 2.0, 30]
    var flow = Flow(
      of: Ball(gravity: Tensor([9.81]), restitution: Tensor([0.8])), solver: tight,
      sharing: .perRow)
    flow.events = [Ball.floor]
    func states(_ heights: [Double]) -> [Double] {
      flow(Tensor(heights.flatMap { [$0, 0] }, shape: [heights.count, 2]), at: [0, 2.3])
        .final.values
    }
    #expect(states(heights) == heights.flatMap { states([$0]) })
  }
}

import NumericCore
import Adjoints
import CAllocations
import Graphs
import Integrators
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

/// Lotka–Volterra with rates that all rows share and a harvest of each row.
private struct Harvest: TensorField {
  /// `[4]`.
  var rates: Tensor
  /// `[row, 1]`.
  var harvest: Tensor

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let (x, y) = (state.sliced(0..<1, axis: 1), state.sliced(1..<2, axis: 1))
    func rate(_ place: Int) -> Tensor { rates.sliced(place..<place + 1, axis: 0) }
    let season = 1 + 0.1 * sin(time)
    return concatenate(
      [
        x * (rate(0) * season - rate(1) * y) - harvest * tanh(x),
        y * (rate(3) * x - rate(2)),
      ], axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("rates", &rates)
    visitor("harvest", perRow: &harvest)
  }
}

/// The same field with enough idle operations that it does not run as a scalar program.
private struct Padded: TensorField {
  var field: Harvest

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    // Exactly 0: the exponentials underflow.
    let idle = (0..<200).reduce(state.splat(0)) { sum, step in
      sum + exp(-1e4 - Double(step) - square(state))
    }
    return field(time, state) + idle
  }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("field", &field) }
}

private struct FlowModel<Field: TensorField>: TensorTree {
  var flow: Flow<Field>
  var initial: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("flow", &flow)
    visitor("initial", &initial)
  }
}

struct ScalarFieldTests {
  private static let rows = 5
  private static let harvest = Harvest(
    rates: Tensor([0.55, 0.028, 0.8, 0.024]),
    harvest: Tensor([0.1, 0.3, 0, 0.2, 0.05], shape: [rows, 1]))

  /// The states at the end, and the gradient of a loss.
  private func results<Field: TensorField>(
    _ field: Field, _ sharing: StepSharing, _ adjoint: Adjoint
  ) -> [[Double]] {
    let solver = ODESolver(
      method: .dormandPrince5,
      control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8)))
    let start = [30, 4, 20, 5, 25, 6, 30, 4.5, 10, 8]
    let model = FlowModel(
      flow: Flow(of: field, solver: solver, adjoint: adjoint, sharing: sharing),
      initial: Tensor(start, shape: [Self.rows, 2]))
    let graph = trace(like: model) { model in
      let final = model.flow(model.initial, at: [0, 1.5, 4]).states
      return [square(final).sum(), final]
    }.valueAndGradient()
    return Program(graph)(model.tensors.compactMap(\.storage)).map(\.doubles)
  }

  @Test(
    arguments: [StepSharing.joint, .perRow],
    [Adjoint.discrete, .discrete(storing: .stages), .discrete(storing: .starts), .backsolve()])
  func `a scalar program gives the states and gradients of a program`(
    _ sharing: StepSharing, _ adjoint: Adjoint
  ) {
    let small = results(Self.harvest, sharing, adjoint)
    let large = results(Padded(field: Self.harvest), sharing, adjoint)
    #expect(small.count == large.count)
    var tolerance = 1e-9
    // A backsolve is as good as its tolerance.
    if case .backsolve = adjoint { tolerance = 1e-4 }
    for (a, b) in zip(small, large) {
      let scale = b.map { Swift.abs($0) }.max() ?? 0
      for (x, y) in zip(a, b) { #expect(Swift.abs(x - y) <= tolerance * scale) }
    }
  }

  @Test func `a row has the same bits alone and among others`() {
    let solver = ODESolver(
      method: .tsitouras5, control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6))
    )
    let start = [30.0, 4, 20, 5, 25, 6, 30, 4.5, 10, 8]
    func final(_ rows: Range<Int>) -> [Double] {
      var field = Self.harvest
      field.harvest = Tensor(Array([0.1, 0.3, 0, 0.2, 0.05][rows]), shape: [rows.count, 1])
      let model = FlowModel(
        flow: Flow(of: field, solver: solver, sharing: .perRow),
        initial: Tensor(
          Array(start[2 * rows.lowerBound..<2 * rows.upperBound]), shape: [rows.count, 2]))
      let graph = trace(like: model) { [$0.flow($0.initial, at: [0, 4]).final] }
      return Program(graph)(model.tensors.compactMap(\.storage))[0].doubles
    }
    let all = final(0..<Self.rows)
    for row in 0..<Self.rows { #expect(final(row..<row + 1) == Array(all[2 * row..<2 * row + 2])) }
  }

  @Test(arguments: [StepSharing.joint, .perRow], [Adjoint.discrete, .unrolled])
  func `a single-precision field sees late times exactly`(
    _ sharing: StepSharing, _ adjoint: Adjoint
  ) {
    struct Wave: TensorField {
      var frequency: Tensor
      func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
        0 * state + cos(frequency * time) * (1 + 0 * state)
      }
      mutating func visit(_ visitor: inout some TensorVisitor) { visitor("frequency", &frequency) }
    }
    let start = 1e8
    let control: StepControl =
      if case .unrolled = adjoint { .steps(perInterval: 40) } else {
        .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6))
      }
    let flow = Flow(
      of: Wave(frequency: Tensor([Float(0.5)], shape: [])),
      solver: ODESolver(method: .dormandPrince5, control: control), adjoint: adjoint,
      sharing: sharing)
    let initial = Tensor([Float(0), 0], shape: [2, 1])
    let graph = trace(like: FlowModel(flow: flow, initial: initial)) {
      [$0.flow($0.initial, at: [start, start + 3]).final]
    }
    let found = Program(graph)([flow.field.frequency, initial].compactMap(\.storage))[0].doubles
    let expected =
      2 * (LibraryFunctions.sin(0.5 * (start + 3)) - LibraryFunctions.sin(0.5 * start))
    for value in found { #expect(Swift.abs(value - expected) < 1e-5) }
  }

  @Test func `a flow is refused that cannot be differentiated`() async {
    await #expect(processExitsWith: .failure) {
      _ = Flow(of: ClosureField { $1 }, solver: ODESolver(method: .rodas5P))
    }
    await #expect(processExitsWith: .failure) {
      let control = StepControl.proportionalIntegral(Tolerance(relative: 1e-3, absolute: 1e-3))
      _ = Flow(
        of: ClosureField { $1 }, solver: ODESolver(method: .tsitouras5, control: control),
        adjoint: .unrolled)
    }
    await #expect(processExitsWith: .failure) {
      _ = Flow(
        of: ClosureField { $1 }, solver: ODESolver(method: .tsitouras5),
        adjoint: .backsolve(solver: ODESolver(method: .rodas5P)))
    }
  }
}

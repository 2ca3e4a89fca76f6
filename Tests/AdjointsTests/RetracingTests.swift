import Adjoints
import Integrators
import NeuralNets
import NumericCore
import Programs
import Transforms
import Synchronization
import Tensors
import Testing

/// Counts the calls of a field's body, each of which is a trace.
private final class TraceCounter: Sendable {
  let calls = Mutex(0)
  var count: Int { calls.withLock { $0 } }
}

/// `dz/dt = −rate z`.
private struct CountedDecay: TensorField {
  var rate: Tensor
  let counter: TraceCounter

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    counter.calls.withLock { $0 += 1 }
    return -rate * state
  }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rate", &rate) }
}

/// `w · f(x)` with parts that are not tensors.
private struct Layer: TensorTree {
  enum Shape { case straight, scaled(@Sendable (Tensor) -> Tensor) }
  var weight: Tensor
  var exponent = 1.0
  var sizes = [1]
  var activation: @Sendable (Tensor) -> Tensor = { $0 }
  var shape = Shape.straight
  @Constant var offset = Tensor([0.0])

  func callAsFunction(_ x: Tensor) -> Tensor {
    var result = weight * pow(activation(x), exponent) * Double(sizes.reduce(0, +)) + offset
    if case .scaled(let scale) = shape { result = scale(result) }
    return result.sum()
  }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("weight", &weight) }
}

@Suite struct RetracingTests {
  private let start = Tensor([1.0, 2.0], shape: [2, 1])

  @Test(arguments: [StepSharing.joint, .perRow])
  func `a flow that is evaluated again does not trace its field again`(sharing: StepSharing) {
    let counter = TraceCounter()
    var flow = Flow(
      of: CountedDecay(rate: Tensor([0.5]), counter: counter), solver: ODESolver(),
      sharing: sharing)
    func end() -> Double { flow(start, at: [0, 1]).final.values[0] }
    let first = end()
    let traces = counter.count
    #expect(traces > 0)
    for _ in 0..<5 { #expect(end() == first) }
    // Other values and other times of the same number need no trace either.
    flow.field.rate = Tensor([1.0])
    #expect(abs(flow(start, at: [0, 2]).final.values[0] - 0.1353352832) < 1e-5)
    #expect(counter.count == traces)
    // Another number of rows needs one.
    _ = flow(Tensor([1.0], shape: [1, 1]), at: [0, 1]).final.values
    #expect(counter.count > traces)
  }

  @Test func `a changed solver of a flow applies at the next call`() {
    var flow = Flow(
      of: CountedDecay(rate: Tensor([1.0]), counter: TraceCounter()),
      solver: ODESolver(method: .euler, control: .steps(perInterval: 1)))
    #expect(flow(start, at: [0, 1]).final.values == [0, 0])
    flow.solver.control = .steps(perInterval: 2)
    #expect(flow(start, at: [0, 1]).final.values == [0.25, 0.5])
    let gradient = valueAndGrad { (flow: Flow<CountedDecay>, y: Tensor) in
      flow(y, at: [0, 1]).final.sum()
    }
    #expect(gradient(flow, start).loss == 0.75)
    flow.solver.control = .steps(perInterval: 1)
    #expect(gradient(flow, start).loss == 0)
    flow.forcedTimes = [0.5]
    #expect(gradient(flow, start).loss == 0.75)
  }

  @Test func `changed parts that are not tensors apply at the next gradient and function`() {
    let gradient = valueAndGrad { (layer: Layer, x: Tensor) in layer(x) }
    let function = CompiledFunction { (pair: Pair<Layer, Tensor>) in [pair.first(pair.second)] }
    let x = Tensor([3.0])
    let factor = Double(start.shape[0])
    var layer = Layer(weight: Tensor([2.0]))
    let changes: [(value: Double, change: (inout Layer) -> Void)] = [
      (6, { _ in }),
      (18, { $0.exponent = 2 }),
      (90, { $0.sizes.append(4) }),
      (360, { $0.activation = { $0 * factor } }),
      (810, { $0.activation = { $0 * (factor + 1) } }),
      (1620, { $0.shape = .scaled { $0 * factor } }),
      (1622, { $0.offset = Tensor([1.0]) }),
      (
        813,
        {
          $0.shape = .straight; $0.offset = Tensor([3.0])
        }
      ),
    ]
    for (value, change) in changes {
      change(&layer)
      let result = gradient(layer, x)
      #expect(result.loss == value)
      #expect(function(Pair(layer, x))[0].values == [value])
    }
    // The gradient belongs to the changed function as well.
    #expect(gradient(layer, x).gradient.weight.values == [405])
  }

  @Test func `a training traces once while only tensors change`() {
    let counter = TraceCounter()
    var flow = Flow(
      of: CountedDecay(rate: Tensor([0.5]), counter: counter), solver: ODESolver())
    let gradient = valueAndGrad { (flow: Flow<CountedDecay>, y: Tensor) in
      flow(y, at: [0, 1]).final.sum()
    }
    _ = gradient(flow, start)
    let traces = counter.count
    for step in 0..<5 {
      flow.field.rate = Tensor([0.1 * Double(step)])
      _ = gradient(flow, start)
    }
    #expect(counter.count == traces)
  }

  @Test func `trees that differ in visited tensors only have the same structure bytes`() {
    let network = MLP(sizes: [2, 3, 3, 1], key: RandomKey(1))
    let other = network.mapTensors { Tensor.zeros(like: $0) }
    #expect(network.structureBytes == other.structureBytes)
    #expect(network.structureBytes.bytes.count < 200)
    let field = CountedDecay(rate: Tensor([0.5]), counter: TraceCounter())
    let flow = Flow(of: field, solver: ODESolver(), sharing: .perRow)
    var changed = flow
    changed.field.rate = Tensor([1.0])
    #expect(Pair(flow, start).structureBytes == Pair(changed, Tensor([0.0])).structureBytes)
    changed.solver.control = .steps(perInterval: 3)
    #expect(flow.structureBytes != changed.structureBytes)
    let bare = network.mapTensors { $0 }
    var biased = [Linear(2, 1, bias: false, key: RandomKey(1))]
    #expect(biased.structureBytes == biased.mapTensors { 2 * $0 }.structureBytes)
    biased.append(biased[0])
    #expect(biased.structureBytes != [biased[0]].structureBytes)
    #expect(bare.structureBytes == network.structureBytes)
  }

  @Test func `stored tensors that visit omits are found`() {
    struct Nested: TensorTree {
      var layer: Layer
      var forgotten: Tensor
      var more: [Tensor]
      mutating func visit(_ visitor: inout some TensorVisitor) { visitor("layer", &layer) }
    }
    let layer = Layer(weight: Tensor([2.0]))
    #expect(layer.omittedTensors == [])
    let nested = Nested(layer: layer, forgotten: Tensor([1.0]), more: [Tensor([1.0])])
    #expect(nested.omittedTensors == ["Nested.forgotten", "Nested.more.0"])
    #expect(MLP(sizes: [2, 3, 1], key: RandomKey(1)).omittedTensors == [])
  }
}

import Serialization
import Tensors
import TestSupport
import Testing
import Training

/// Optimizers against PyTorch and optax in float64 (`Tests/Fixtures/optimizers.py`), and closed forms.
@Suite struct OptimizerTests {
  private static let vector = Tensor([0.0, 0, 0, 0, 0])

  private static func optimizer(_ name: String) -> any Optimizer {
    switch name {
    case "adam", "adamOptax": Adam(for: vector, learningRate: 0.01)
    case "adamOther":
      Adam(
        for: vector, learningRate: 0.03, firstDecay: 0.8, secondDecay: 0.95, epsilon: 1e-4)
    case "adamW": Adam(for: vector, learningRate: 0.01, weightDecay: 0.1)
    case "adamax": Adamax(for: vector, learningRate: 0.02)
    case "sgd": SGD(for: vector, learningRate: 0.1)
    case "momentum": SGD(for: vector, learningRate: 0.1, momentum: 0.9, weightDecay: 0.01)
    case "nesterov", "nesterovOptax":
      SGD(for: vector, learningRate: 0.1, momentum: 0.9, usesNesterov: true)
    case "rmsprop": RMSprop(for: vector, learningRate: 0.01)
    default:
      RMSprop(
        for: vector, learningRate: 0.01, smoothing: 0.9, momentum: 0.8, weightDecay: 0.01)
    }
  }

  @Test(arguments: [
    "adam", "adamOther", "adamW", "adamOptax", "adamax", "sgd", "momentum", "nesterov",
    "nesterovOptax", "rmsprop", "rmspropMomentum",
  ])
  func `eight steps are those of PyTorch and optax`(name: String) throws {
    let data = try fixture("optimizers")
    var optimizer = Self.optimizer(name)
    var x = try #require(data["start"]?.numbers)
    let gradients = try #require(data["gradients"]?.array)
    let path = try #require(data["paths"]?[name]?.array)
    #expect(path.count == gradients.count)
    for (gradient, expected) in zip(gradients, path) {
      optimizer.update(&x, along: try #require(gradient.numbers))
      for (a, b) in zip(x, try #require(expected.numbers)) {
        // Another order of a dozen roundings per step.
        #expect(abs(a - b) <= 1e-14 * max(1, abs(b)))
      }
    }
  }

  @Test func `the first step of Adam has the length of its rate`() {
    var x = [0.0, 0, 0, 0, 0]
    var optimizer = Adam(for: Self.vector, learningRate: 0.01, epsilon: 0)
    optimizer.update(&x, along: [3, -1e-9, 1e9, 2, -5])
    // m̂ / √v̂ = g / |g|, up to the rounding of the bias corrections.
    for (value, sign) in zip(x, [-1.0, 1, -1, -1, 1]) {
      #expect(abs(value - 0.01 * sign) < 1e-15)
    }
  }

  @Test func `descent on a quadratic contracts by the factor of its rate`() {
    var x = [1.0, 0, 0, 0, 0]
    var optimizer = SGD(for: Self.vector, learningRate: 0.25)
    for _ in 0..<20 { optimizer.update(&x, along: x) }
    var expected = 1.0
    for _ in 0..<20 { expected *= 0.75 }
    // Twenty roundings.
    #expect(abs(x[0] / expected - 1) < 20 * 2.3e-16)
  }

  @Test func `an optimizer is a value`() {
    var first = Adam(for: Self.vector)
    var x = [1.0, 2, 3, 4, 5]
    first.update(&x, along: x)
    var (second, y) = (first, x)
    first.update(&x, along: [9, 9, 9, 9, 9])
    first.update(&x, along: [9, 9, 9, 9, 9])
    let before = second.state.tensors.map { $0.storage?.doubles }
    second.update(&y, along: [1, 1, 1, 1, 1])
    var (third, z) = (second, y)
    #expect(before != second.state.tensors.map { $0.storage?.doubles })
    third.update(&z, along: [1, 1, 1, 1, 1])
    second.update(&y, along: [1, 1, 1, 1, 1])
    #expect(y == z)
    #expect(first.state.step == 3 && second.state.step == 3)
  }

  @Test func `the model that was updated before keeps its values`() {
    let old = Tensor([1.0, 2, 3, 4, 5])
    var new = old
    var optimizer = SGD(for: old, learningRate: 1)
    optimizer.update(&new, along: Tensor([1.0, 1, 1, 1, 1]))
    #expect(old.storage?.doubles == [1, 2, 3, 4, 5])
    #expect(new.storage?.doubles == [0, 1, 2, 3, 4])
  }

  @Test func `single precision follows double precision`() {
    var single = Tensor([1.0, -2, 3] as [Float])
    var double = Tensor([1.0, -2, 3])
    var optimizers: [any Optimizer] = [Adam(for: single), Adam(for: double)]
    for step in 0..<10 {
      let gradient = [0.5, -0.25, Double(step)]
      optimizers[0].update(&single, along: Tensor(gradient.map(Float.init)))
      optimizers[1].update(&double, along: Tensor(gradient))
    }
    for (a, b) in zip(single.storage?.doubles ?? [], double.storage?.doubles ?? []) {
      #expect(abs(a - b) < 10 * 2e-7 * abs(b))  // ten steps, each a rounding of 6e-8 or a few
    }
  }

  @Test func `state names follow the model`() {
    let state = Adam(for: [Self.vector, Self.vector]).state
    #expect(state.tensorNames == ["first.0", "first.1", "second.0", "second.1"])
  }

  @Test func `clipping limits the global norm and keeps the direction`() throws {
    let tree = [Tensor([3.0, 0]), Tensor([4.0])]
    #expect(tree.globalNorm == 5)
    let clipped = tree.clipped(toNorm: 1)
    // 3 · (1 / 5) rounds twice.
    #expect(abs(clipped.globalNorm - 1) < 1e-15)
    #expect(abs((clipped[0].storage?.doubles[0] ?? 0) - 0.6) < 1e-15)
    #expect(tree.clipped(toNorm: 6)[0].storage === tree[0].storage)
    let data = try fixture("optimizers")
    let gradient = try #require(data["gradients"]?.array?[0].numbers)
    let norm = try #require(data["norm"]?.number)
    #expect(abs(Tensor(gradient).globalNorm - norm) < 1e-14 * norm)
    #expect([Tensor([Double.nan])].globalNorm.isNaN)
  }
}

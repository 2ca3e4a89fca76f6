import Serialization
import NeuralNets
import Tensors
import TestSupport
import Testing

/// Layers and losses against PyTorch in float64 (`Tests/Fixtures/layers.py`).
@Suite struct LayerOracleTests {
  /// The named tensors of one case of the fixture.
  private struct Case {
    let tensors: JSONValue

    init(_ name: String) throws { tensors = try #require(try fixture("layers")[name]) }

    func callAsFunction(_ name: String) throws -> Tensor {
      let entry = try #require(tensors[name])
      let shape = try #require(entry["shape"]?.numbers).map { Int($0) }
      return Tensor(try #require(entry["values"]?.numbers), shape: shape)
    }

    func linear(_ weight: String, _ bias: String) throws -> Linear {
      Linear(weight: try self(weight), bias: try self(bias))
    }
  }

  /// Both sides round a few dozen operations on numbers of order 1 to 10.
  private func expectEqual(
    _ tensor: Tensor, _ expected: Tensor, _ place: SourceLocation = #_sourceLocation
  ) {
    #expect(tensor.type == expected.type, sourceLocation: place)
    for (a, b) in zip(values(tensor), values(expected)) {
      #expect(abs(a - b) <= 1e-13 * max(1, abs(b)), sourceLocation: place)
    }
  }

  @Test func `linear, a perceptron of one layer, and a vector input`() throws {
    let data = try Case("linear")
    let linear = try data.linear("weight", "bias")
    expectEqual(linear(try data("x")), try data("y"))
    expectEqual(MLP(layers: [linear])(try data("x")), try data("y"))
    expectEqual(linear(try data("x").at(1)), try data("y").at(1))
  }

  @Test func `recurrent cells`() throws {
    let gru = try Case("gru")
    expectEqual(
      GRUCell(
        input: try gru.linear("inputWeight", "inputBias"),
        recurrent: try gru.linear("recurrentWeight", "recurrentBias"))(
          try gru("x"), state: try gru("h")), try gru("y"))
    let rnn = try Case("rnn")
    expectEqual(
      RNNCell(
        input: try rnn.linear("inputWeight", "inputBias"),
        recurrent: try rnn.linear("recurrentWeight", "recurrentBias"))(
          try rnn("x"), state: try rnn("h")), try rnn("y"))
    let lstm = try Case("lstm")
    let state = LSTMCell(
      input: try lstm.linear("inputWeight", "inputBias"),
      recurrent: try lstm.linear("recurrentWeight", "recurrentBias"))(
        try lstm("x"), state: .init(hidden: try lstm("h"), memory: try lstm("c")))
    expectEqual(state.hidden, try lstm("y"))
    expectEqual(state.memory, try lstm("memory"))
  }

  @Test func `normalizations and the convolution`() throws {
    let layer = try Case("layerNorm")
    var layerNorm = LayerNorm(4, scalarType: .float64)
    (layerNorm.scale, layerNorm.shift) = (try layer("scale"), try layer("shift"))
    expectEqual(layerNorm(try layer("x")), try layer("y"))
    let group = try Case("groupNorm")
    var groupNorm = GroupNorm(groups: 2, channels: 4, scalarType: .float64)
    (groupNorm.scale, groupNorm.shift) = (try group("scale"), try group("shift"))
    expectEqual(groupNorm(try group("x")), try group("y"))
    let data = try Case("convolution")
    expectEqual(
      Convolution2D(weight: try data("weight"), bias: try data("bias"), stride: 2, padding: 1)(
        try data("x")), try data("y"))
  }

  @Test(arguments: Activation.allCases)
  func `activations`(activation: Activation) throws {
    let data = try Case(activation.rawValue)
    expectEqual(activation(try data("x")), try data("y"))
  }

  @Test func `losses`() throws {
    var data = try Case("meanSquaredError")
    expectEqual(meanSquaredError(try data("x"), target: try data("target")), try data("y"))
    data = try Case("meanAbsoluteError")
    expectEqual(meanAbsoluteError(try data("x"), target: try data("target")), try data("y"))
    data = try Case("huber")
    expectEqual(huberLoss(try data("x"), target: try data("target"), threshold: 0.7), try data("y"))
    data = try Case("crossEntropy")
    expectEqual(crossEntropy(try data("x"), target: try data("target")), try data("y"))
    data = try Case("binaryCrossEntropy")
    expectEqual(binaryCrossEntropy(try data("x"), target: try data("target")), try data("y"))
    data = try Case("gaussian")
    expectEqual(
      gaussianNegativeLogLikelihood(
        try data("x"), target: try data("target"), logVariance: try data("logVariance")),
      try data("y"))
  }

  @Test func `densities, entropies and divergences of normals`() throws {
    let data = try Case("normal")
    let p = DiagonalNormal(mean: try data("mean"), standardDeviation: try data("deviation"))
    let q = DiagonalNormal(
      mean: try data("otherMean"), standardDeviation: try data("otherDeviation"))
    expectEqual(p.logDensity(of: try data("x")), try data("density"))
    expectEqual(p.entropy, try data("entropy"))
    expectEqual(p.divergence(from: q), try data("divergence"))
    expectEqual(p.divergenceFromStandard, try data("standard"))
    expectEqual(
      p.divergence(from: .standard([3, 4], scalarType: .float64)), try data("standard"))
    expectEqual(p.divergence(from: p), .zeros([3, 4], scalarType: .float64))
  }
}

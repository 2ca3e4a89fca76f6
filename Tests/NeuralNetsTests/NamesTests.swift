import NumericCore
import NeuralNets
import Tensors
import TestSupport
import Testing

@Suite struct NamesTests {
  @Test func `parameters have dotted names and the expected shapes`() {
    let key = RandomKey(1)
    #expect(
      MLP(sizes: [2, 3, 1], key: key).tensorNames == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
      ])
    #expect(
      GRUCell(2, 5, key: key).tensors.map(\.shape) == [[2, 15], [15], [5, 15], [15]])
    #expect(
      LSTMCell(2, 5, key: key).tensors.map(\.shape) == [[2, 20], [20], [5, 20], [20]])
    #expect(RNNCell(2, 5, key: key).tensors.map(\.shape) == [[2, 5], [5], [5, 5], [5]])
    #expect(Linear(2, 3, bias: false, key: key).tensorNames == ["weight"])
    #expect(
      Convolution2D(2, 4, kernel: 3, key: key).tensors.map(\.shape) == [[3, 3, 2, 4], [4]])
    #expect(GroupNorm(groups: 2, channels: 4).tensorNames == ["scale", "shift"])
    #expect(LayerNorm(4).parameterCount == 8)
    #expect(DiagonalNormal.standard([2]).tensorNames == ["mean", "standardDeviation"])
  }

  @Test func `visit forgets no tensor`() {
    let key = RandomKey(1)
    expectVisitsEveryTensor(MLP(sizes: [2, 3, 1], key: key))
    expectVisitsEveryTensor(GRUCell(2, 5, key: key))
    expectVisitsEveryTensor(LSTMCell(2, 5, key: key))
    expectVisitsEveryTensor(RNNCell(2, 5, key: key))
    expectVisitsEveryTensor(NormalGRUCell(2, 5, gateUnits: 4, key: key))
    expectVisitsEveryTensor(Linear(2, 3, bias: false, key: key))
    expectVisitsEveryTensor(Convolution2D(2, 4, kernel: 3, key: key))
    expectVisitsEveryTensor(GroupNorm(groups: 2, channels: 4))
    expectVisitsEveryTensor(LayerNorm(4))
    expectVisitsEveryTensor(
      DiagonalNormal(mean: Tensor([1.0]), standardDeviation: Tensor([2.0])))
    expectVisitsEveryTensor(LSTMCell.State(hidden: Tensor([1.0]), memory: Tensor([2.0])))
  }
}

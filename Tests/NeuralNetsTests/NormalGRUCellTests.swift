import Platform
import NumericCore
import NeuralNets
import Tensors
import Testing

@Suite struct NormalGRUCellTests {
  private let cell = NormalGRUCell(
    2, 3, gateUnits: 4, key: RandomKey(3), scalarType: .float64)

  private func input(_ seed: UInt64, _ shape: [Int]) -> Tensor {
    RandomKey(seed).normal(shape, scalarType: .float64)
  }

  /// A perceptron of one hidden tanh layer, on one row.
  private func apply(_ net: MLP, _ x: [Double]) -> [Double] {
    func linear(_ layer: Linear, _ x: [Double]) -> [Double] {
      let weight = values(layer.weight)
      let n = layer.outputCount
      return (0..<n).map { j in x.indices.reduce(0) { $0 + x[$1] * weight[$1 * n + j] } }
    }
    return linear(net.layers[1], linear(net.layers[0], x).map(Double.hyperbolicTangent))
  }

  @Test func `one row follows the published formula`() {
    let (x, mean) = (input(1, [1, 2]), input(2, [1, 3]))
    let deviation = abs(input(4, [1, 3]))
    let found = cell(x, state: DiagonalNormal(mean: mean, standardDeviation: deviation))
    let (m, s) = (values(mean), values(deviation))
    let u = apply(cell.update, m + s + values(x)).map { 1 / (1 + Double.exponential(-$0)) }
    let r = apply(cell.reset, m + s + values(x)).map { 1 / (1 + Double.exponential(-$0)) }
    let scaled = (0..<3).map { r[$0] * m[$0] } + (0..<3).map { r[$0] * s[$0] }
    let n = apply(cell.candidate, scaled + values(x))
    for i in 0..<3 {
      let newMean = (1 - u[i]) * n[i] + u[i] * m[i]
      let newDeviation = (1 - u[i]) * n[i + 3].magnitude + u[i] * s[i]
      // Some tens of roundings of numbers of order 1.
      #expect((values(found.mean)[i] - newMean).magnitude < 1e-14)
      #expect((values(found.standardDeviation)[i] - newDeviation).magnitude < 1e-14)
    }
  }

  @Test func `rows without an observation keep their state`() {
    let state = DiagonalNormal(
      mean: input(2, [2, 3]), standardDeviation: square(input(4, [2, 3])))
    let all = cell(input(1, [2, 2]), state: state)
    let first = cell(
      input(1, [2, 2]), state: state, observed: Tensor([1.0, 0], shape: [2, 1]))
    #expect(values(first.mean.at(0)) == values(all.mean.at(0)))
    #expect(values(first.mean.at(1)) == values(state.mean.at(1)))
    #expect(values(first.standardDeviation.at(1)) == values(state.standardDeviation.at(1)))
  }
}

import Graphs
import NeuralNets
import Tensors
import TestSupport
import Testing

@Suite struct LossTests {
  private static let prediction = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
  private static let target = Tensor([1.5, .nan, 2, 4, .nan, 3], shape: [2, 3])
  private static let mask = Tensor([1.0, 0, 1, 1, 0, 1], shape: [2, 3])

  @Test func `a mask leaves out what was not observed, even when it is not a number`() {
    let (p, t, m) = (Self.prediction, Self.target, Self.mask)
    // Errors −0.5, 1, 0, 3 and the means over four of them are exact in binary.
    #expect(values(meanSquaredError(p, target: t, weights: m)) == [2.5625])
    #expect(values(meanAbsoluteError(p, target: t, weights: m)) == [1.125])
    #expect(values(huberLoss(p, target: t, weights: m)) == [0.78125])
    #expect(values(meanSquaredError(p, target: t, weights: m, over: [1])) == [0.625, 4.5])
  }

  @Test func `a weight of n counts n times`() {
    let p = Tensor([1.0, 2], shape: [2])
    let zero = Tensor([0.0, 0], shape: [2])
    let weighted = meanSquaredError(p, target: zero, weights: Tensor([3.0, 1], shape: [2]))
    #expect(values(weighted) == [1.75])
  }

  @Test func `weights broadcast over features`() {
    let rows = Tensor([1.0, 0], shape: [2, 1])
    let p = Tensor([1.0, 2, 100, 100], shape: [2, 2])
    let t = Tensor.zeros([2, 2], scalarType: .float64)
    #expect(values(meanSquaredError(p, target: t, weights: rows)) == [2.5])
  }

  @Test func `nothing observed gives no loss`() {
    let none = Tensor.zeros([2, 3], scalarType: .float64)
    #expect(values(meanSquaredError(Self.prediction, target: Self.target, weights: none)) == [0])
  }

  @Test func `a sample with no noise is the mean, and noise scales with the deviation`() {
    let normal = DiagonalNormal(
      mean: Tensor([1.0, -2]), logVariance: Tensor([0.0, 2 * 0.693_147_180_559_945_3]))
    #expect(values(normal.sample(noise: Tensor([0.0, 0]))) == [1, -2])
    let sample = values(normal.sample(noise: Tensor([1.0, 1])))
    // exp(log 2) rounds once.
    #expect(sample[0] == 2 && abs(sample[1]) < 1e-15)
  }

  @Test func `what was not observed has no gradient, even when it is not a number`() {
    let losses: [(Tensor, Tensor, Tensor) -> Tensor] = [
      { meanSquaredError($0, target: $1, weights: $2) },
      { meanAbsoluteError($0, target: $1, weights: $2) },
      { huberLoss($0, target: $1, weights: $2) },
      { binaryCrossEntropy($0, target: $1, weights: $2) },
      { gaussianNegativeLogLikelihood($0, target: $1, logVariance: $0, weights: $2) },
    ]
    for loss in losses {
      let graph = trace([Self.prediction.type]) { [loss($0[0], Self.target, Self.mask)] }
      let gradient = ReferenceInterpreter.run(graph.gradient(), [values(Self.prediction)])[0]
      #expect(gradient.allSatisfy { $0.isFinite })
      #expect(gradient[1] == 0 && gradient[4] == 0 && gradient[0] != 0)
    }
  }
}

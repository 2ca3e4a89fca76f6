import NeuralNets
import NumericCore
import Tensors
import Testing

/// Dropout and batch normalization.
struct RegularizationTests {
  @Test func `dropout keeps the mean and drops its rate of elements`() {
    let count = 20_000
    let noise = Tensor(RandomKey(1).uniform(count, as: Double.self))
    let dropped = values(
      dropout(Tensor(repeating: 3, shape: [count], scalarType: .float64), rate: 0.25, noise: noise))
    #expect(Set(dropped) == [0, 4])
    // Four standard errors of a share of 0.25 in 20,000.
    let share = Double(dropped.count { $0 == 0 }) / Double(count)
    #expect(abs(share - 0.25) < 4 * (0.25 * 0.75 / Double(count)).squareRoot())
    #expect(values(dropout(noise, rate: 0, noise: noise)) == noise.storage?.doubles)
  }

  @Test func `batch normalization standardizes in training and uses running moments afterwards`() {
    let x = Tensor((0..<8).map { Double($0 * $0) }, shape: [4, 2])
    var layer = BatchNorm(2, epsilon: 0, scalarType: .float64)
    let (output, mean, variance) = layer.training(x)
    #expect(values(mean) == [14, 21])
    // Columns 0, 4, 16, 36 and 1, 9, 25, 49.
    #expect(values(variance) == [196, 336])
    let standardized = values(output)
    for column in 0..<2 {
      let entries = (0..<4).map { standardized[2 * $0 + column] }
      #expect(abs(entries.reduce(0, +)) < 1e-14)
      #expect(abs(entries.reduce(0) { $0 + $1 * $1 } - 4) < 1e-13)
    }
    #expect(values(layer(x)) == values(x))
    layer = layer.following(mean: mean, variance: variance, momentum: 0.5)
    #expect(
      values(layer.runningMean) == [7, 10.5] && values(layer.runningVariance) == [98.5, 168.5])
    #expect(layer.tensorNames == ["scale", "shift", "running_mean", "running_variance"])
  }
}

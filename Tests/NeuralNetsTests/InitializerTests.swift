import NumericCore
import NeuralNets
import Tensors
import Testing

@Suite struct InitializerTests {
  private static let key = RandomKey(11)

  private func draw(_ initializer: Initializer, _ inputs: Int = 200, _ outputs: Int = 300)
    -> [Double]
  {
    let tensor = initializer(
      [inputs, outputs], fanIn: inputs, fanOut: outputs, key: Self.key, scalarType: .float64)
    #expect(tensor.shape == [inputs, outputs])
    return tensor.storage?.doubles ?? []
  }

  private func variance(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
  }

  @Test(arguments: [
    (Initializer.fanInUniform, (1.0 / 200).squareRoot()),
    (.glorotUniform, (6.0 / 500).squareRoot()),
    (.heUniform, (6.0 / 200).squareRoot()),
    (.uniform(bound: 0.3), 0.3),
  ])
  func `uniform initializers fill their interval`(initializer: Initializer, bound: Double) {
    let values = draw(initializer)
    #expect(values.allSatisfy { abs($0) <= bound })
    // 60,000 numbers: relative standard error of the variance √(0.8 / n) = 0.0037; five of them.
    #expect(abs(variance(values) / (bound * bound / 3) - 1) < 0.019)
  }

  @Test(arguments: [
    (Initializer.normal(standardDeviation: 0.1), 0.01), (.glorotNormal, 2.0 / 500),
    (.heNormal, 2.0 / 200),
  ])
  func `normal initializers have their variance`(initializer: Initializer, expected: Double) {
    // 60,000 numbers: relative standard error of the variance √(2 / n) = 0.0058; five of them.
    #expect(abs(variance(draw(initializer)) / expected - 1) < 0.029)
  }

  @Test(arguments: [(5, 8), (8, 5), (6, 6)])
  func `an orthogonal matrix has orthonormal rows or columns`(rows: Int, columns: Int) {
    let values = draw(.orthogonal(gain: 2), rows, columns)
    let few = min(rows, columns)
    for a in 0..<few {
      for b in 0..<few {
        let product = (0..<max(rows, columns)).reduce(0.0) { total, k in
          let place = { (i: Int) in rows <= columns ? i * columns + k : k * columns + i }
          return total + values[place(a)] * values[place(b)]
        }
        // Sums of eight products of numbers below 2: a few units of 1e-16 each.
        #expect(abs(product - (a == b ? 4 : 0)) < 1e-13)
      }
    }
  }

  @Test func `one key gives the same model in both scalar types`() {
    let single = MLP(sizes: [3, 4, 2], key: Self.key, scalarType: .float32)
    let double = MLP(sizes: [3, 4, 2], key: Self.key, scalarType: .float64)
    for (a, b) in zip(single.tensors, double.tensors) {
      #expect(a.storage?.doubles == b.storage?.doubles.map { Double(Float($0)) })
    }
  }

  @Test func `layers draw different numbers from one key`() {
    let model = MLP(sizes: [4, 4, 4], key: Self.key)
    let weights = model.layers.map { $0.weight.storage?.doubles ?? [] }
    #expect(weights[0] != weights[1])
    #expect(model.layers[0].bias?.storage?.doubles != Array(weights[0][..<4]))
  }
}

import Programs
import Transforms
import Tensors
import Testing

@Suite struct ProgramCacheTests {
  /// The cache keeps the memory of 16 programs: with 40 shapes in turn every one has lost it when it occurs again.
  @Test func `programs whose memory was released compute the same`() {
    let gradient = valueAndGrad { (model: Tensor, batch: Tensor) in (model * square(batch)).mean() }
    let model = Tensor([Float(3)], shape: [1])
    for round in 0..<3 {
      for count in 1...40 {
        let batch = Tensor((0..<count).map { Float($0 + round) }, shape: [count])
        let result = gradient(model, batch)
        // Whole numbers below 2^24 and one division: exact up to its rounding.
        let sum = (0..<count).reduce(0) { $0 + ($1 + round) * ($1 + round) }
        let mean = Double(sum) / Double(count)
        #expect(abs(result.loss - 3 * mean) <= 3 * mean * 1e-6)
        #expect(abs(result.gradient.values[0] - mean) <= mean * 1e-6)
      }
    }
  }
}

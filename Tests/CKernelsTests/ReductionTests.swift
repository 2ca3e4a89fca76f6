import CKernels
import TestSupport
import Testing

@Suite struct ReductionTests {
  private func check<T: KernelScalar>(_: T.Type, level: nk_level) {
    var generator = SeededGenerator(seed: 27)
    for outer in [0, 1, 3] {
      for n in [0, 1, 2, 5, 16, 33, 64, 200] {
        for inner in [1, 2, 3, 8, 17, 40] {
          let count = outer * n * inner
          let x = (0..<count).map { _ in T(Int.random(in: -50...50, using: &generator)) }
          let initial = (0..<outer * inner).map { T($0) }
          var expected = [T](repeating: 0, count: outer * inner)
          var largest = [T](repeating: -.infinity, count: outer * inner)
          for i in 0..<count {
            let place = i / (n * inner) * inner + i % inner
            expected[place] += x[i]
            largest[place] = max(largest[place], x[i])
          }
          var sum = initial
          T.sum(x, outer, n, inner, accumulate: false, into: &sum)
          // Whole numbers below 2^24: sums are exact in any order.
          #expect(sum == expected, "[\(outer), \(n), \(inner)] at level \(level.rawValue)")
          T.sum(x, outer, n, inner, accumulate: true, into: &sum)
          #expect(sum == expected.map { $0 + $0 })
          var maximum = initial
          T.maximum(x, outer, n, inner, into: &maximum)
          #expect(maximum == largest, "[\(outer), \(n), \(inner)] at level \(level.rawValue)")
        }
      }
    }
  }

  @Test func `sums and maxima agree with plain loops`() {
    atEveryLevel { level in
      check(Float.self, level: level)
      check(Double.self, level: level)
    }
  }

  @Test func `a sum's bits do not depend on the sums beside it`() {
    atEveryLevel { _ in
      var generator = SeededGenerator(seed: 28)
      for (n, inner) in [(100, 1), (7, 1), (33, 21), (50, 3)] {
        let x = generator.numbers(4 * n * inner).map { Float($0) }
        var together = [Float](repeating: 0, count: 4 * inner)
        Float.sum(x, 4, n, inner, accumulate: false, into: &together)
        for row in 0..<4 {
          var alone = [Float](repeating: 0, count: inner)
          let part = Array(x[row * n * inner..<(row + 1) * n * inner])
          Float.sum(part, 1, n, inner, accumulate: false, into: &alone)
          #expect(alone == Array(together[row * inner..<(row + 1) * inner]))
        }
      }
    }
  }

  @Test func `a maximum hands NaN on`() {
    atEveryLevel { _ in
      for n in [1, 5, 70] {
        for place in [0, n / 2, n - 1] {
          for inner in [1, 3] {
            var x = [Double](repeating: 1, count: n * inner)
            x[place * inner] = .nan
            var y = [Double](repeating: 0, count: inner)
            Double.maximum(x, 1, n, inner, into: &y)
            #expect(y[0].isNaN)
            #expect(y.dropFirst().allSatisfy { $0 == 1 })
          }
        }
      }
    }
  }

  @Test func `a long sum in single precision is accurate`() {
    atEveryLevel { _ in
      let n = 100_000
      let x = [Float](repeating: 0.1, count: n)
      var y: [Float] = [0]
      Float.sum(x, 1, n, 1, accumulate: false, into: &y)
      // At least 16 partial sums of at most 6,250 terms: 6,250 u relative in the worst case, far less on average.
      #expect(abs(Double(y[0]) - Double(n) * Double(Float(0.1))) < 1e-4 * Double(n) * 0.1)
    }
  }
}

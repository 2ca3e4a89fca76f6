import CKernels
import TestSupport
import Testing

@Suite struct MovementTests {
  private func checkCopies<T: KernelScalar>(_: T.Type, level: nk_level) {
    var generator = SeededGenerator(seed: 29)
    for number in 0..<1200 {
      func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
      var sizes = (0..<random(1..<6)).map { _ in random(0..<7) == 0 ? random(1..<40) : random(1..<8)
      }
      while sizes.reduce(1, *) > 20_000 { sizes[random(0..<sizes.count)] = 1 }
      if random(0..<40) == 0 { sizes[0] = 0 }
      var from = [Int](repeating: 0, count: sizes.count)
      var to = from
      var sourceCount = 1
      for d in sizes.indices.shuffled(using: &generator) where random(0..<8) > 0 {
        from[d] = sourceCount
        sourceCount *= max(sizes[d], 1)
      }
      var targetCount = 1
      for d in sizes.indices.reversed() {
        to[d] = targetCount
        targetCount *= max(sizes[d], 1)
        if random(0..<5) == 0 { targetCount += 3 }
      }
      // Some dimensions backwards.
      var start = 0
      for d in sizes.indices where from[d] > 0 && sizes[d] > 0 && random(0..<10) == 0 {
        start += (sizes[d] - 1) * from[d]
        from[d] = -from[d]
      }
      let source = generator.numbers(sourceCount).map { T($0) }
      var expected = [T](repeating: 7, count: targetCount)
      for element in 0..<sizes.reduce(1, *) {
        var (rest, a, b) = (element, start, 0)
        for d in sizes.indices.reversed() {
          a += rest % sizes[d] * from[d]
          b += rest % sizes[d] * to[d]
          rest /= sizes[d]
        }
        expected[b] = source[a]
      }
      var target = [T](repeating: 7, count: targetCount)
      source.withUnsafeBufferPointer { source in
        guard let first = source.baseAddress else { return }
        T.copy(first + start, from, &target, to, sizes)
      }
      #expect(
        target == expected, "copy \(number): \(sizes), \(from) to \(to), level \(level.rawValue)")
    }
  }

  @Test func `strided copies agree with plain loops`() {
    atEveryLevel { level in
      checkCopies(Float.self, level: level)
      checkCopies(Double.self, level: level)
    }
  }

  private func checkRows<T: KernelScalar>(_: T.Type) {
    var generator = SeededGenerator(seed: 30)
    for width in [0, 1, 3, 16, 37] {
      let rows = 9
      let source = generator.numbers(rows * width).map { T($0) }
      let indices: [T] = [0, 8, 3, 3, -1, 9, .nan, 1e9, 5]
      let gathered = T.gather(source, rows: rows, width: width, indices)
      for (i, index) in indices.enumerated() {
        let row = gathered[i * width..<(i + 1) * width]
        if index >= 0 && index < 9 {
          #expect(Array(row) == Array(source[Int(index) * width..<(Int(index) + 1) * width]))
        } else {
          #expect(row.allSatisfy { $0.isNaN })
        }
      }
      // ⟨gather(x), w⟩ = ⟨x, scatter(w)⟩ over the indices that are inside.
      let scattered = T.scatterAdd(source, rows: 9, width: width, indices)
      var expected = [T](repeating: 0, count: 9 * width)
      for (i, index) in indices.enumerated() where index >= 0 && index < 9 {
        for j in 0..<width { expected[Int(index) * width + j] += source[i * width + j] }
      }
      #expect(scattered == expected)
    }
  }

  @Test func `gathered and scattered rows agree with plain loops`() {
    atEveryLevel { _ in
      checkRows(Float.self)
      checkRows(Double.self)
    }
  }
}

import CKernels
import TestSupport
import Testing

@Suite struct RowTests {
  private func checkCombinations<T: KernelScalar>(_: T.Type, level: nk_level) {
    var generator = SeededGenerator(seed: 32)
    for count in [0, 1, 2, 3, 4, 5, 6, 7, 8, 13] {
      for (rows, width) in [(1, 1), (1, 100), (5, 2), (300, 1), (70, 3), (9, 33), (4, 0), (0, 4)] {
        let stages = (0..<count).map { _ in generator.numbers(rows * width).map { T($0) } }
        let base = generator.numbers(rows * width).map { T($0) }
        var h = generator.numbers(rows, in: 0.01...0.1)
        if count % 2 == 0 { h = h.map { _ in 0.05 } }
        for perRow in [false, true] {
          let weights = generator.numbers(perRow ? count * rows : count)
          for hasBase in [false, true] {
            var target = [T](repeating: 7, count: rows * width)
            T.combine(
              hasBase ? base : nil, stages, weights, perRow: perRow, h, width: width, into: &target)
            for r in 0..<rows {
              for i in r * width..<(r + 1) * width {
                var sum = 0.0
                for j in 0..<count {
                  sum += weights[perRow ? j * rows + r : j] * Double(stages[j][i])
                }
                let exact = (hasBase ? Double(base[i]) : 0) + h[r] * sum
                // count + 3 roundings of terms of magnitude at most 1, scaled by h <= 0.1, and one of the base.
                let bound =
                  Double(T.ulpOfOne) * (Double(count + 3) * 0.1 * Double(max(count, 1)) + 1)
                #expect(
                  abs(Double(target[i]) - exact) <= bound, "\(count) stages, \(rows)×\(width)")
              }
            }
            // The target may be the base.
            if hasBase {
              let alone = target
              target = base
              target.withUnsafeMutableBufferPointer { target in
                combineInPlace(target, stages, weights, perRow: perRow, h, width: width)
              }
              #expect(target == alone)
            }
          }
        }
      }
    }
  }

  private func combineInPlace<T: KernelScalar>(
    _ target: UnsafeMutableBufferPointer<T>, _ stages: [[T]], _ weights: [Double], perRow: Bool,
    _ h: [Double], width: Int
  ) {
    withPointers(stages) { pointers in
      let count = Int32(stages.count)
      if let target = target as? UnsafeMutableBufferPointer<Float> {
        let pointers = pointers as? [UnsafePointer<Float>?] ?? []
        let combine = perRow ? nk_combine_rows_f32 : nk_combine_f32
        combine(
          target.baseAddress, pointers, weights, count, h, h.count, width, target.baseAddress)
      } else if let target = target as? UnsafeMutableBufferPointer<Double> {
        let pointers = pointers as? [UnsafePointer<Double>?] ?? []
        let combine = perRow ? nk_combine_rows_f64 : nk_combine_f64
        combine(
          target.baseAddress, pointers, weights, count, h, h.count, width, target.baseAddress)
      }
    }
  }

  @Test func `combinations agree with plain sums`() {
    atEveryLevel { level in
      checkCombinations(Float.self, level: level)
      checkCombinations(Double.self, level: level)
    }
  }

  private func checkNorms<T: KernelScalar>(_: T.Type) {
    var generator = SeededGenerator(seed: 33)
    for (rows, width) in [(1, 1), (40, 2), (3, 100), (2, 1000), (7, 8), (300, 1), (5, 31)] {
      for masked in [false, true] {
        let stages = (0..<4).map { _ in generator.numbers(rows * width).map { T($0) } }
        let weights = generator.numbers(4)
        let h = generator.numbers(rows, in: 0.01...0.1)
        let y0 = generator.numbers(rows * width).map { T($0) }
        let y1 = generator.numbers(rows * width).map { T($0) }
        var mask: [T]? = masked ? (0..<width).map { T($0 % 3 == 0 ? 1 : 0) } : nil
        if width == 1 { mask = nil }
        let norms = T.errorNorms(
          stages, weights, h, y0, y1, absolute: 1e-3, relative: 1e-2, mask: mask, width: width)
        for r in 0..<rows {
          var (sum, counted) = (0.0, 0.0)
          for i in 0..<width {
            let place = r * width + i
            let e = h[r] * (0..<4).reduce(0.0) { $0 + weights[$1] * Double(stages[$1][place]) }
            let scale = 1e-3 + 1e-2 * Double(max(abs(y0[place]), abs(y1[place])))
            let weight = Double(mask?[i] ?? 1)
            sum += weight * (e / scale) * (e / scale)
            counted += weight
          }
          let exact = (sum / counted).squareRoot()
          // About ten roundings an element; cancellation in e costs a little more when the sum is small.
          let bound = 20 * Double(T.ulpOfOne) * max(exact, 1)
          #expect(abs(norms[r] - exact) <= bound, "\(rows)×\(width), masked \(masked)")
          // The row alone gives the same bits.
          let part = r * width..<(r + 1) * width
          let alone = T.errorNorms(
            stages.map { Array($0[part]) }, weights, [h[r]], Array(y0[part]), Array(y1[part]),
            absolute: 1e-3, relative: 1e-2, mask: mask, width: width)
          #expect(alone[0] == norms[r])
        }
      }
    }
  }

  @Test func `error norms agree with plain sums and do not depend on other rows`() {
    atEveryLevel { _ in
      checkNorms(Float.self)
      checkNorms(Double.self)
    }
  }

  @Test func `an infinity or NaN anywhere in a row shows in its norm`() {
    func check<T: KernelScalar>(_: T.Type) {
      for width in [1, 2, 20, 300] {
        for bad in [T.infinity, -.infinity, .nan] {
          for inStage in [false, true] {
            var stage = [T](repeating: 0.5, count: 3 * width)
            var y1 = [T](repeating: 1, count: 3 * width)
            let place = width + width / 2
            if inStage { stage[place] = bad } else { y1[place] = bad }
            let norms = T.errorNorms(
              [stage], [1], [0.1, 0.1, 0.1], [T](repeating: 1, count: 3 * width), y1,
              absolute: 1e-6, relative: 1e-3, mask: nil, width: width)
            #expect(norms[0].isFinite)
            #expect(!norms[1].isFinite)
            #expect(norms[2].isFinite)
          }
        }
      }
    }
    atEveryLevel { _ in
      check(Float.self)
      check(Double.self)
    }
  }

  private func checkAdam<T: KernelScalar>(_: T.Type) {
    var generator = SeededGenerator(seed: 34)
    for n in [0, 1, 15, 100] {
      var x = generator.numbers(n).map { T($0) }
      var m = generator.numbers(n).map { T($0) }
      var v = generator.numbers(n, in: 0...1).map { T($0) }
      let g = generator.numbers(n).map { T($0) }
      let (x0, m0, v0) = (x, m, v)
      let c = AdamConstants()
      T.adam(&x, &m, &v, g, c)
      for i in 0..<n {
        let first = c.b1 * Double(m0[i]) + (1 - c.b1) * Double(g[i])
        let second = c.b2 * Double(v0[i]) + (1 - c.b2) * Double(g[i]) * Double(g[i])
        let direction = first / c.c1 / ((second / c.c2).squareRoot() + c.epsilon)
        let moved = Double(x0[i]) - c.rate * (direction + c.decay * Double(x0[i]))
        // A handful of roundings of numbers of magnitude 1.
        #expect(abs(Double(m[i]) - first) <= 4 * Double(T.ulpOfOne))
        #expect(abs(Double(v[i]) - second) <= 4 * Double(T.ulpOfOne))
        #expect(abs(Double(x[i]) - moved) <= 4 * Double(T.ulpOfOne))
      }
    }
  }

  @Test func `one step of Adam agrees with its formula`() {
    atEveryLevel { _ in
      checkAdam(Float.self)
      checkAdam(Double.self)
    }
  }
}

import NumericCore
import Testing

@Suite struct RandomTests {
  /// Random123 1.14, `tests/kat_vectors`, the three rows of `philox4x32 10`.
  @Test(
    arguments: [
      [0, 0, 0, 0, 0, 0, 0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
      [
        .max, .max, .max, .max, .max, .max, 0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd,
      ],
      [
        0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344, 0xa409_3822, 0x299f_31d0, 0xd16c_fe09,
        0x94fd_cceb, 0x5001_e420, 0x2412_6ea1,
      ],
    ] as [[UInt32]])
  func `Philox gives the published words`(row: [UInt32]) {
    let words = Philox.block(
      counter: SIMD4(row[0], row[1], row[2], row[3]), key: SIMD2(row[4], row[5]))
    #expect((0..<4).map { words[$0] } == Array(row[6...]))
  }

  @Test func `numbers depend on the key alone, not on how many are drawn`() {
    let key = RandomKey(7)
    #expect(key.normal(5, as: Float.self) == Array(key.normal(1003, as: Float.self)[..<5]))
    #expect(key.uniform(3, as: Double.self) == Array(key.uniform(8, as: Double.self)[..<3]))
    #expect(RandomKey(key.seed) == key)
    #expect(RandomKey(0xFEDC_BA98_7654_3210).seed == 0xFEDC_BA98_7654_3210)
  }

  @Test func `split keys differ from each other and from their parent`() {
    let key = RandomKey(7)
    let keys = [key] + key.split(1000) + key.folding(in: 3).split(10)
    #expect(Set(keys).count == keys.count)
    #expect(key.split(2)[1] == key.folding(in: 1))
  }

  @Test func `uniform numbers fill their interval evenly`() {
    let count = 100_000
    let values = RandomKey(1).uniform(count, from: -1.0, to: 3.0)
    #expect(values.allSatisfy { (-1..<3).contains($0) })
    // Standard error of the mean 4 / √12 / √n = 0.0037, of the variance (16/12) √0.8 / √n = 0.0038; five of them.
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean - 1) < 0.02)
    #expect(abs(variance - 16.0 / 12) < 0.02)
    #expect(RandomKey(1).uniform(count, as: Float.self).allSatisfy { (0..<1).contains($0) })
  }

  @Test func `normal numbers have the normal moments and quantiles`() {
    let count = 200_000
    let values = RandomKey(2).normal(count, as: Double.self)
    let moments = (1...4).map { power in
      values.reduce(0) { total, x in
        total + (0..<power).reduce(1.0) { product, _ in product * x }
      } / Double(count)
    }
    // Standard errors of the raw moments: √(1, 2, 15, 96) / √n = 0.0022, 0.0032, 0.0087, 0.022; five of them.
    for (moment, (expected, tolerance)) in zip(
      moments, [(0.0, 0.011), (1.0, 0.016), (0.0, 0.043), (3.0, 0.11)])
    {
      #expect(abs(moment - expected) < tolerance)
    }
    let below = Double(values.count { $0 < 1 }) / Double(count)
    #expect(abs(below - 0.841_344_746) < 0.0041)  // five standard errors √(p (1 − p) / n)
  }

  /// Roots of Φ(z) = p with 40 digits (mpmath), p the double nearest to the number written.
  @Test(arguments: [
    (0.5, 0),
    (0.6, 0.25334710313579974132),
    (0.925, 1.4395314709384562291),
    (0.0751, -1.4388253927525399824),
    (0.01, -2.3263478740408410931),
    (1e-5, -4.2648907939228246102),
    (1e-11, -6.7060231554951362961),
    (1e-12, -7.0344838253011319326),
    (1e-16, -8.2220822161304356152),
    (1e-300, -37.047096299361199237),
    (0.975, 1.9599639845400538556),
  ])
  func `the normal quantile agrees with 40-digit values`(p: Double, expected: Double) {
    // AS 241 states about 1 part in 1e16; a few roundings of the evaluation come on top.
    #expect(abs(normalQuantile(p) - expected) <= 1e-15 * max(1, abs(expected)) * 2)
    #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity)
    #expect(normalQuantile(-0.1).isNaN && normalQuantile(1.1).isNaN && normalQuantile(.nan).isNaN)
  }

  @Test func `the quantile is symmetric and the extreme words stay finite`() {
    for p in [0.25, 0.125, 0.0625] { #expect(normalQuantile(p) == -normalQuantile(1 - p)) }
    for words in [SIMD4<UInt32>(repeating: 0), SIMD4(repeating: .max)] {
      #expect(normalQuantile(Double.centered(words, at: 0)).isFinite)
      #expect(normalQuantile(Float.centered(words, at: 0)).isFinite)
      #expect(Float.uniform(words, at: 0) < 1)
    }
  }

  @Test func `a permutation holds each number once, and every order is equally likely`() {
    #expect(RandomKey(3).permutation(1000).sorted() == Array(0..<1000))
    #expect(RandomKey(3).permutation(0) == [])
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 { counts[RandomKey(UInt64(seed)).permutation(3), default: 0] += 1 }
    // Binomial with n = 6000, p = 1/6: standard deviation 29; five of them.
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 145 })
  }

  @Test func `bounded integers are even`() {
    let values = RandomKey(4).integers(60_000, below: 6)
    for face in 0..<6 {
      // Standard deviation √(n p (1 − p)) = 91; five of them.
      #expect(abs(values.count { $0 == face } - 10_000) < 460)
    }
  }

  @Test func `signs and coin tosses have their probabilities`() {
    let count = 100_000
    let signs = RandomKey(5).rademacher(count, as: Float.self)
    #expect(signs.allSatisfy { abs($0) == 1 })
    #expect(abs(signs.reduce(0, +)) < 5 * 317)  // five standard deviations √n
    let tosses = RandomKey(6).bernoulli(count, probability: 0.3, as: Double.self)
    #expect(abs(tosses.reduce(0, +) - 30_000) < 5 * 145)  // √(n p (1 − p)) = 145
    #expect(RandomKey(6).bernoulli(9, probability: 1, as: Double.self).allSatisfy { $0 == 1 })
  }
}

import Platform

/// The random numbers of NumPy's `default_rng(seed)`, so that workloads start from the numbers of the peers' scripts.
///
/// PCG64 (128-bit linear congruential generator with the XSL-RR output) behind a seed sequence; normals by a ziggurat of 256
/// layers, whole numbers by multiplication with rejection.
/// - Source: O'Neill 2014 and 2015; Marsaglia and Tsang 2000; Lemire 2019.
package struct NumPyGenerator {
  private var state: UInt128
  private let increment: UInt128
  private var spare: UInt32?
  private let table = Ziggurat()

  package init(seed: UInt32) {
    let words = SeedSequence(seed: seed).words(4)
    func joined(_ high: UInt64, _ low: UInt64) -> UInt128 { UInt128(high) << 64 | UInt128(low) }
    increment = joined(words[2], words[3]) << 1 | 1
    state = 0
    advance()
    state &+= joined(words[0], words[1])
    advance()
  }

  private mutating func advance() {
    let multiplier: UInt128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645
    state = state &* multiplier &+ increment
  }

  private mutating func next64() -> UInt64 {
    advance()
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return folded >> turn | folded << ((64 &- turn) & 63)
  }

  /// The lower half of a word first; the upper half is saved for the next call.
  private mutating func next32() -> UInt32 {
    if let kept = spare {
      spare = nil
      return kept
    }
    let word = next64()
    spare = UInt32(truncatingIfNeeded: word >> 32)
    return UInt32(truncatingIfNeeded: word)
  }

  /// Uniform in [0, 1), 53 bits.
  package mutating func uniform() -> Double { Double(next64() >> 11) * 0x1p-53 }

  /// Uniform in a range, one after another.
  package mutating func uniform(_ low: Double, _ high: Double, count: Int) -> [Double] {
    (0..<count).map { _ in low + (high - low) * uniform() }
  }

  /// Whole numbers in `low ..< high`.
  package mutating func integers(_ low: Int, _ high: Int, count: Int) -> [Int] {
    let span = UInt32(high - low)
    let threshold = (0 &- span) % span
    return (0..<count).map { _ in
      var product = UInt64(next32()) * UInt64(span)
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(next32()) * UInt64(span)
      }
      return low + Int(product >> 32)
    }
  }

  /// Normal numbers of a mean and standard deviation.
  package mutating func normal(_ mean: Double, _ deviation: Double, count: Int) -> [Double] {
    (0..<count).map { _ in mean + deviation * normal() }
  }

  private mutating func normal() -> Double {
    while true {
      let word = next64()
      let layer = Int(word & 0xFF)
      let magnitude = word >> 9 & 0xF_FFFF_FFFF_FFFF
      let x = Double(magnitude) * table.widths[layer]
      let signed = word >> 8 & 1 == 1 ? -x : x
      if magnitude < table.limits[layer] { return signed }
      if layer == 0 {
        while true {
          let far = -Double.logarithmOnePlus(-uniform()) / Ziggurat.edge
          let height = -Double.logarithmOnePlus(-uniform())
          guard 2 * height > far * far else { continue }
          return magnitude >> 8 & 1 == 1 ? -(Ziggurat.edge + far) : Ziggurat.edge + far
        }
      }
      let (below, above) = (table.heights[layer], table.heights[layer - 1])
      if (above - below) * uniform() + below < Double.exponential(-0.5 * x * x) { return signed }
    }
  }
}

/// Layers of equal area under exp(−x²/2).
private struct Ziggurat {
  static let edge = 3.654_152_885_361_008_8

  private(set) var widths = [Double](repeating: 0, count: 256)
  private(set) var heights = [Double](repeating: 1, count: 256)
  private(set) var limits = [UInt64](repeating: 0, count: 256)

  init() {
    let (area, scale) = (0.004_928_673_233_974_654_93, 0x1p52)
    var (x, outer) = (Self.edge, Self.edge)
    let base = area / Double.exponential(-0.5 * x * x)
    limits[0] = UInt64(x / base * scale)
    widths[0] = base / scale
    widths[255] = x / scale
    heights[255] = Double.exponential(-0.5 * x * x)
    for layer in stride(from: 254, through: 1, by: -1) {
      x = (-2 * Double.logarithm(area / x + Double.exponential(-0.5 * x * x))).squareRoot()
      limits[layer + 1] = UInt64(x / outer * scale)
      outer = x
      heights[layer] = Double.exponential(-0.5 * x * x)
      widths[layer] = x / scale
    }
  }
}

/// NumPy's expansion of one seed to well mixed words.
private struct SeedSequence {
  private var pool: [UInt32]

  init(seed: UInt32) {
    var constant: UInt32 = 0x43B0_D7E5
    func hashed(_ value: UInt32) -> UInt32 {
      var value = value ^ constant
      constant &*= 0x931E_8875
      value &*= constant
      return value ^ value >> 16
    }
    pool = [seed, 0, 0, 0].map(hashed)
    for source in 0..<4 {
      for target in 0..<4 where target != source {
        let mixed =
          0xCA01_F9DD &* pool[target] &- 0x4973_F715 &* hashed(pool[source])
        pool[target] = mixed ^ mixed >> 16
      }
    }
  }

  func words(_ count: Int) -> [UInt64] {
    var constant: UInt32 = 0x8B51_F9DD
    let halves = (0..<2 * count).map { index in
      var value = pool[index % 4] ^ constant
      constant &*= 0x58F3_8DED
      value &*= constant
      return UInt64(value ^ value >> 16)
    }
    return (0..<count).map { halves[2 * $0] | halves[2 * $0 + 1] << 32 }
  }
}

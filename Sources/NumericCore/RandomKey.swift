import Platform

/// A key for random numbers without state: the same key always gives the same numbers.
///
/// Philox 4×32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"):
/// a keyed permutation of 128-bit counters. The numbers of a key depend neither on their count nor
/// on the number of threads. Use a key once; for more numbers `split` it or fold a number in.
public struct RandomKey: Hashable, Sendable {
  /// The two words of Philox' key.
  @usableFromInline package let words: SIMD2<UInt32>

  @inlinable package init(words: SIMD2<UInt32>) { self.words = words }

  /// The key of a seed: its low and high words.
  public init(_ seed: UInt64) {
    words = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The seed of this key.
  public var seed: UInt64 { UInt64(words.y) << 32 | UInt64(words.x) }

  /// The key of a number, such as a step, an epoch or a row.
  ///
  /// It consists of the first two words of Philox at the counter `(number, 1, 0)`; numbers drawn
  /// from a key use counters `(block, 0, 0)`, so the two never coincide.
  public func folding(in number: UInt64) -> RandomKey {
    let block = Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), 1, 0),
      key: words)
    return RandomKey(words: SIMD2(block.x, block.y))
  }

  /// `count` keys, independent of each other and of this one: number `i` is `folding(in: i)`.
  public func split(_ count: Int = 2) -> [RandomKey] {
    precondition(count >= 0, "cannot split a key into \(count)")
    return (0..<count).map { folding(in: UInt64($0)) }
  }

  /// Four random words: Philox at the counter `(block, 0, 0)`.
  @inlinable package func block(_ number: UInt64) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), 0, 0),
      key: words)
  }
}

/// The permutation itself.
@usableFromInline package enum Philox {
  /// Ten rounds of Philox 4×32; constants as published.
  @inlinable package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32>
  {
    var (x, y, z, w) = (counter.x, counter.y, counter.z, counter.w)
    var (first, second) = (key.x, key.y)
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) * UInt64(x)
      let b = UInt64(0xCD9E_8D57) * UInt64(z)
      (x, z) = (
        UInt32(truncatingIfNeeded: b >> 32) ^ y ^ first,
        UInt32(truncatingIfNeeded: a >> 32) ^ w ^ second
      )
      (y, w) = (UInt32(truncatingIfNeeded: b), UInt32(truncatingIfNeeded: a))
      first &+= 0x9E37_79B9
      second &+= 0xBB67_AE85
    }
    return SIMD4(x, y, z, w)
  }
}

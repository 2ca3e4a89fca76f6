public import Platform

/// A scalar type that can be made from random words.
public protocol RandomScalar: BinaryFloatingPoint, Sendable {
  /// The number of random words per number: 1, 2 or 4.
  static var wordsPerNumber: Int { get }
  /// A multiple of 2⁻²⁴ (Float) or 2⁻⁵³ (Double) in `0 ..< 1`, each equally likely.
  static func uniform(_ words: SIMD4<UInt32>, at place: Int) -> Self
  /// The middle of one of 2³² (Float) or 2⁵³ (Double) equal parts of the open interval (0, 1).
  static func centered(_ words: SIMD4<UInt32>, at place: Int) -> Double
}

extension Float: RandomScalar {
  @inlinable public static var wordsPerNumber: Int { 1 }
  @inlinable public static func uniform(_ words: SIMD4<UInt32>, at place: Int) -> Float {
    Float(words[place] >> 8) * 0x1p-24
  }
  @inlinable public static func centered(_ words: SIMD4<UInt32>, at place: Int) -> Double {
    (Double(words[place]) + 0.5) * 0x1p-32
  }
}

extension Double: RandomScalar {
  @inlinable public static var wordsPerNumber: Int { 2 }
  @inlinable public static func uniform(_ words: SIMD4<UInt32>, at place: Int) -> Double {
    Double(bits53(words, at: place)) * 0x1p-53
  }
  @inlinable public static func centered(_ words: SIMD4<UInt32>, at place: Int) -> Double {
    // 53 bits and a half need 54: the sum rounds to even in the upper half, so it may reach 1 only at the
    // last of the 2⁵³ parts, which takes its lower edge instead.
    min((Double(bits53(words, at: place)) + 0.5) * 0x1p-53, 1 - 0x1p-53)
  }
  /// The upper 53 of 64 bits; the first word is the low one.
  @inlinable static func bits53(_ words: SIMD4<UInt32>, at place: Int) -> UInt64 {
    (UInt64(words[place + 1]) << 32 | UInt64(words[place])) >> 11
  }
}

extension RandomKey {
  /// Numbers uniform in `0 ..< 1`: multiples of 2⁻²⁴ (`Float`) or 2⁻⁵³ (`Double`).
  @inlinable
  public func uniform<Scalar: RandomScalar>(_ count: Int, as: Scalar.Type) -> [Scalar] {
    numbers(count) { Scalar.uniform($0, at: $1) }
  }

  /// Numbers uniform between two bounds: `lower + (upper − lower) u` with `u` in `0 ..< 1`.
  @inlinable
  public func uniform<Scalar: RandomScalar>(
    _ count: Int, from lower: Scalar, to upper: Scalar
  ) -> [Scalar] {
    numbers(count) { lower + (upper - lower) * Scalar.uniform($0, at: $1) }
  }

  /// Standard normal numbers: `Φ⁻¹(u)` with `u` in the middle of one of 2³² (`Float`) or 2⁵³ (`Double`)
  /// equal parts of (0, 1), by `normalQuantile`.
  ///
  /// One number is a monotone function of one uniform number, and its bits are the same on every machine. The
  /// largest magnitude is 6.3 (`Float`) or 8.3 (`Double`).
  @inlinable
  public func normal<Scalar: RandomScalar>(_ count: Int, as: Scalar.Type) -> [Scalar] {
    numbers(count) { Scalar(normalQuantile(Scalar.centered($0, at: $1))) }
  }

  /// Numbers that are 1 with the given probability, otherwise 0.
  @inlinable
  public func bernoulli<Scalar: RandomScalar>(
    _ count: Int, probability: Double, as: Scalar.Type
  ) -> [Scalar] {
    precondition((0...1).contains(probability), "\(probability) is not a probability")
    return numbers(count) { Scalar.centered($0, at: $1) < probability ? 1 : 0 }
  }

  /// Numbers that are 1 or −1 with equal probability.
  @inlinable
  public func rademacher<Scalar: RandomScalar>(_ count: Int, as: Scalar.Type) -> [Scalar] {
    numbers(count) { Scalar.centered($0, at: $1) < 0.5 ? -1 : 1 }
  }

  /// The numbers `0 ..< count` in random order, each order equally likely (Fisher–Yates).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    var words = RandomWords(self)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, words.next(below: last + 1))
    }
    return order
  }

  /// Integers in `0 ..< bound`, each equally likely.
  public func integers(_ count: Int, below bound: Int) -> [Int] {
    var words = RandomWords(self)
    return (0..<count).map { _ in words.next(below: bound) }
  }

  @inlinable
  func numbers<Scalar: RandomScalar>(
    _ count: Int, _ number: (SIMD4<UInt32>, Int) -> Scalar
  ) -> [Scalar] {
    precondition(count >= 0, "cannot draw \(count) numbers")
    return [Scalar](unsafeUninitializedCapacity: count) { buffer, filled in
      var block = UInt64(0)
      while filled < count {
        let words = self.block(block)
        block += 1
        var place = 0
        while place < 4 && filled < count {
          buffer.initializeElement(at: filled, to: number(words, place))
          filled += 1
          place += Scalar.wordsPerNumber
        }
      }
    }
  }
}

/// The 64-bit words of a key, one after the other.
package struct RandomWords: RandomNumberGenerator {
  private let key: RandomKey
  private var position: UInt64 = 0
  private var words = SIMD4<UInt32>()

  package init(_ key: RandomKey) { self.key = key }

  package mutating func next() -> UInt64 {
    defer { position += 1 }
    if position % 2 == 0 {
      words = key.block(position / 2)
      return UInt64(words.y) << 32 | UInt64(words.x)
    }
    return UInt64(words.w) << 32 | UInt64(words.z)
  }

  /// An integer in `0 ..< bound`, each equally likely: multiplication with rejection (Lemire 2019, "Fast
  /// random integer generation in an interval", algorithm 5).
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "no integer is below \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}

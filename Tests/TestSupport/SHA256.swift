/// SHA-256 (FIPS 180-4) of bytes in lower-case hexadecimal: checks that bundled files are what the manifest says.
public func sha256(_ bytes: [UInt8]) -> String {
  // First 32 bits of the fractional parts of the square and cube roots of the first primes.
  let primes = (2...311).filter { n in (2..<n).allSatisfy { n % $0 != 0 } }
  var state = primes.prefix(8).map { fractionalBits(of: $0, root: 2) }
  let constants = primes.prefix(64).map { fractionalBits(of: $0, root: 3) }

  var message = bytes + [0x80]
  message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
  message += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(bytes.count * 8) >> (56 - 8 * $0)) }

  var words = [UInt32](repeating: 0, count: 64)
  for block in stride(from: 0, to: message.count, by: 64) {
    for t in 0..<16 {
      words[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(message[block + 4 * t + $1]) }
    }
    for t in 16..<64 {
      let (a, b) = (words[t - 15], words[t - 2])
      let small0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)
      let small1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10)
      words[t] = words[t - 16] &+ small0 &+ words[t - 7] &+ small1
    }
    var s = state
    for t in 0..<64 {
      let big1 = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
      let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
      let first = s[7] &+ big1 &+ choice &+ constants[t] &+ words[t]
      let big0 = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
      let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
      s = [first &+ big0 &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
    }
    for i in 0..<8 { state[i] = state[i] &+ s[i] }
  }
  return state.map { word in
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 - count)
}

/// ⌊2³² · frac(ⁿ√p)⌋ by bisection over integers, so that no rounding of a floating-point root can matter.
private func fractionalBits(of prime: Int, root: Int) -> UInt32 {
  var low: UInt64 = 0
  var high: UInt64 = 32 << 32
  while high - low > 1 {
    let middle = (low + high) / 2
    if isAtMost(middle, prime, root) { low = middle } else { high = middle }
  }
  return UInt32(truncatingIfNeeded: low)
}

/// Whether (m / 2³²)ⁿ ≤ p.
private func isAtMost(_ m: UInt64, _ prime: Int, _ root: Int) -> Bool {
  let square = m.multipliedFullWidth(by: m)  // m² = high · 2⁶⁴ + low; m < 2³⁷
  if root == 2 {
    return square.high < UInt64(prime) || square.high == UInt64(prime) && square.low == 0
  }
  // m³ = high · m · 2⁶⁴ + low · m, to be compared with p · 2⁹⁶.
  let carry = square.low.multipliedFullWidth(by: m)
  let upper = square.high * m + carry.high
  let bound = UInt64(prime) << 32
  return upper < bound || upper == bound && carry.low == 0
}

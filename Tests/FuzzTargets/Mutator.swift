package import NumericCore

/// Changes bytes at random, the same way for the same key: flips, insertions, deletions, copies, and words of the formats.
package struct Mutator {
  private let words: [[UInt8]]

  /// A mutator that also inserts pieces of a corpus.
  package init(corpus: [[UInt8]]) {
    let texts = [
      "#", "\"", "\n", "\r\n", ",", ";", "\t", "nan", "inf", "1e300", "-1", "0", "1e9",
      "9223372036854775807", "{", "}", "[", "]", ":", "null", "\u{feff}", "(", ")", "^", "'", "=",
      "\\u0000", "\0", "\u{1f}\u{8b}",
    ]
    words = texts.map { Array($0.utf8) } + corpus.map { Array($0.prefix(16)) }
  }

  /// Some bytes after one to four changes.
  package func mutated(_ bytes: [UInt8], _ key: RandomKey) -> [UInt8] {
    var bytes = bytes
    var words = RandomWords(key)
    for _ in 0...words.below(4) { change(&bytes, &words) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout RandomWords) {
    let place = random.below(bytes.count + 1)
    let count = min(1 + random.below(8), bytes.count - place)
    switch random.below(6) {
    case 0 where count > 0: bytes[place] ^= 1 << random.below(8)
    case 1 where count > 0: bytes[place] = UInt8(random.below(256))
    case 2 where count > 0: bytes.removeSubrange(place..<place + count)
    case 3 where count > 0:
      let piece = bytes[place..<place + count]
      bytes.insert(contentsOf: Array(piece), at: random.below(bytes.count + 1))
    case 4: bytes.insert(UInt8(random.below(256)), at: place)
    default: bytes.insert(contentsOf: words[random.below(words.count)], at: place)
    }
  }
}

/// Random numbers one after the other.
private struct RandomWords {
  private let key: RandomKey
  private var count: UInt64 = 0

  init(_ key: RandomKey) { self.key = key }

  mutating func below(_ limit: Int) -> Int {
    count += 1
    return Int(key.folding(in: count).seed % UInt64(limit))
  }
}

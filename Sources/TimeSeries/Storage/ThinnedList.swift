/// The elements of a sequence of unknown length, or of very many about evenly some of them.
///
/// An element is kept by a hash of its number, so that the choice has no period.
package struct ThinnedList<Element> {
  private let limit: Int
  package private(set) var elements: [Element] = []
  private var numbers: [Int] = []
  /// The number of all elements that were offered.
  package private(set) var count = 0
  /// Of 2 to the power of this many elements one is kept.
  private var halvings = 0

  /// - Parameter limit: so many are kept at most.
  package init(limit: Int) { self.limit = limit }

  /// Whether nothing was left out.
  var isWhole: Bool { halvings == 0 }

  /// Whether there is room for no further element.
  var isFull: Bool { elements.count == limit }

  /// Whether the next element will be kept if there is room for it.
  var takesNext: Bool { keeps(count) }

  package mutating func append(_ element: Element) {
    if keeps(count) {
      elements.append(element)
      numbers.append(count)
    }
    count += 1
    while elements.count > limit {
      halvings += 1
      let kept = numbers.indices.filter { keeps(numbers[$0]) }
      elements = kept.map { elements[$0] }
      numbers = kept.map { numbers[$0] }
    }
  }

  /// Whether the hash of a number ends in enough zeros.
  private func keeps(_ number: Int) -> Bool {
    // The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    var hash = UInt64(number) &+ 0x9e37_79b9_7f4a_7c15
    hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
    return (hash ^ hash >> 31).trailingZeroBitCount >= halvings
  }
}

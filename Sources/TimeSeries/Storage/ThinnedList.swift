/// The elements of a sequence of unknown length, thinned evenly when there are too many.
///
/// An element is selected by a hash of its number, so that the selection is not periodic.
package struct ThinnedList<Element> {
  private let limit: Int
  package private(set) var elements: [Element] = []
  private var numbers: [Int] = []
  /// The number of all elements of the sequence.
  package private(set) var count = 0
  /// One of 2 to this power of elements is selected.
  private var halvings = 0

  /// A list of at most `limit` elements.
  package init(limit: Int) { self.limit = limit }

  /// Whether all elements are in the list.
  var isWhole: Bool { halvings == 0 }

  /// Whether the list is full.
  var isFull: Bool { elements.count == limit }

  /// Whether the next element will be selected.
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

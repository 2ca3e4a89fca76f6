extension TensorTree {
  /// The bytes in memory of the tree and its parts, without its visited tensors and without the
  /// references of arrays of parts.
  ///
  /// They contain the addresses of objects, of buffers of arrays and strings, and of contexts of
  /// closures: they are comparable as long as these are retained. Equal bytes show equal
  /// structures; different bytes show nothing, since bytes between the fields of a struct may
  /// differ.
  package var structureBytes: StructureBytes {
    // Zeros, so that bytes between fields are the same in every copy.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(MemoryLayout<Self>.size, 1), alignment: MemoryLayout<Self>.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<Self>.size)
    let pointer = memory.bindMemory(to: Self.self, capacity: 1)
    pointer.initialize(to: self)
    defer {
      pointer.deinitialize(count: 1)
      memory.deallocate()
    }
    var collector = ByteCollector()
    collector.collect(&pointer.pointee)
    return collector.result
  }
}

/// What shows that two trees of one type have equal structures.
package struct StructureBytes: Equatable, Sendable {
  /// The bytes of all parts, one after the other.
  package fileprivate(set) var bytes: [UInt8] = []
  /// Values whose bytes are not comparable.
  fileprivate var values: [any Hashable & Sendable] = []

  package static func == (first: StructureBytes, second: StructureBytes) -> Bool {
    first.bytes == second.bytes && first.values.count == second.values.count
      && zip(first.values, second.values).allSatisfy { $0.equals($1) }
  }
}

extension Hashable {
  fileprivate func equals(_ other: any Hashable) -> Bool { self == other as? Self }
}

private struct ByteCollector: TensorVisitor {
  var result = StructureBytes()
  /// Addresses, inside of the current part, of tensors and of what is collected by itself.
  private var holes: [Range<UInt>] = []
  /// Whether the current part has visited everything that it consists of.
  private var isComplete = false

  mutating func visit(_ name: String, _ tensor: inout Tensor) {
    withUnsafeMutablePointer(to: &tensor) { holes.append(Self.addresses($0)) }
  }

  mutating func visitValue<Value: Hashable & Sendable>(_ value: inout Value) {
    withUnsafeMutablePointer(to: &value) { holes.append(Self.addresses($0)) }
    result.values.append(value)
  }

  mutating func allPartsAreVisited() { isComplete = true }

  mutating func enter(_ name: String) {}
  mutating func leave() {}

  mutating func visitPart<Tree: TensorTree>(_ name: String, _ tree: inout Tree) { collect(&tree) }

  mutating func visitElements<Tree: TensorTree>(_ trees: inout [Tree]) {
    withUnsafeMutablePointer(to: &trees) { holes.append(Self.addresses($0)) }
    withUnsafeBytes(of: trees.count) { result.bytes += $0 }
    for index in trees.indices { collect(&trees[index]) }
  }

  mutating func collect<Tree: TensorTree>(_ tree: inout Tree) {
    let (outer, wasComplete) = (holes, isComplete)
    (holes, isComplete) = ([], false)
    let own = withUnsafeMutablePointer(to: &tree) { pointer in
      pointer.pointee.visit(&self)
      let own = Self.addresses(pointer)
      if isComplete { return own }
      let memory = UnsafeRawBufferPointer(start: pointer, count: own.count)
      var end = 0
      for hole in holes.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        // Values that are visited as temporary copies lie elsewhere.
        guard own.contains(hole.lowerBound), hole.upperBound <= own.upperBound else { continue }
        let start = Int(hole.lowerBound - own.lowerBound)
        if start < end { continue }
        result.bytes += memory[end..<start]
        end = start + hole.count
      }
      result.bytes += memory[end...]
      return own
    }
    (holes, isComplete) = (outer + [own], wasComplete)
  }

  private static func addresses<Value>(_ pointer: UnsafeMutablePointer<Value>) -> Range<UInt> {
    let start = UInt(bitPattern: pointer)
    return start..<start + UInt(MemoryLayout<Value>.size)
  }
}

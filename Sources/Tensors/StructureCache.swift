import Synchronization

/// Values by a key and by the structure of a tree, for what depends on more than the types of
/// tensors.
///
/// For each key, the values of the 8 newest structures are retained. A cache is not
/// part of the value that owns it: all caches are equal.
package final class StructureCache<Key: Hashable & Sendable, Value: Sendable>: Sendable, Hashable {
  private struct Entry: Sendable {
    var structure: TreeStructure
    var value: Value
  }

  private let limit = 8
  /// The most recently made entry is the last.
  private let entries = Mutex<[Key: [Entry]]>([:])

  package init() {}

  /// The value for a key and the structure of a tree, made if there is none.
  package func value(for key: Key, of tree: some TensorTree, make: () -> Value) -> Value {
    // Structures are compared outside the lock, because the threads of shards share a cache.
    let known = entries.withLock { $0[key] } ?? []
    let bytes = tree.structureBytes
    if let found = known.last(where: { $0.structure.bytes == bytes }) { return found.value }
    if let found = known.last(where: { $0.structure.matches(tree) }) {
      refresh(found, for: key, of: tree)
      return found.value
    }
    let made = make()
    let entry = Entry(structure: TreeStructure(of: tree), value: made)
    entries.withLock { $0[key, default: []] = ($0[key] ?? []).suffix(limit - 1) + [entry] }
    return made
  }

  /// Replaces the structure of an entry by an equal one with the bytes of this tree.
  private func refresh(_ entry: Entry, for key: Key, of tree: some TensorTree) {
    let structure = TreeStructure(of: tree)
    entries.withLock { entries in
      guard
        let index = entries[key]?.firstIndex(where: { $0.structure.bytes == entry.structure.bytes })
      else { return }
      entries[key]?[index].structure = structure
    }
  }

  package static func == (first: StructureCache, second: StructureCache) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}

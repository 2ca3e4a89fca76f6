import Synchronization
import Tensors

/// Programs by the types of their arguments.
///
/// A program is small, but the memory it runs in is not: only the most recently used programs keep
/// theirs, the others release it and allocate it again when they run. A training on batches of many
/// shapes therefore needs the memory of a few.
final class ProgramCache: Sendable {
  /// The number of programs that keep their memory.
  static let limit = 16

  private struct Entry {
    var program: Program
    /// The time of the last use.
    var use: Int
    var isWarm: Bool
  }

  private struct State {
    var entries: [[TensorType]: Entry] = [:]
    var uses = 0
    var warm: [[TensorType]] = []
  }

  private let state = Mutex(State())

  /// The program for these types, compiled if there is none.
  func program(for types: [TensorType], make: () -> Program) -> Program {
    if let known = state.withLock({ Self.use(types, in: &$0) }) { return known }
    let made = make()
    return state.withLock { state in
      // Another thread may have compiled it first.
      if let known = Self.use(types, in: &state) { return known }
      state.entries[types] = Entry(program: made, use: 0, isWarm: false)
      return Self.use(types, in: &state) ?? made
    }
  }

  private static func use(_ types: [TensorType], in state: inout State) -> Program? {
    guard var entry = state.entries[types] else { return nil }
    state.uses += 1
    entry.use = state.uses
    if !entry.isWarm {
      entry.isWarm = true
      state.warm.append(types)
    }
    state.entries[types] = entry
    if state.warm.count > limit { cool(&state) }
    return entry.program
  }

  /// Releases the memory of the least recently used program.
  private static func cool(_ state: inout State) {
    let oldest = state.warm.indices.min { first, second in
      (state.entries[state.warm[first]]?.use ?? 0) < (state.entries[state.warm[second]]?.use ?? 0)
    }
    guard let oldest else { return }
    let types = state.warm.remove(at: oldest)
    state.entries[types]?.isWarm = false
    state.entries[types]?.program.releaseWorkspaces()
  }
}

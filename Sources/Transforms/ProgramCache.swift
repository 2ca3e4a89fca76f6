import Programs
import Synchronization
import Tensors

/// Programs by the types of their arguments and the structure of the tree that they compute on.
///
/// A program is small, but the memory it runs in is not: only the most recently used programs keep
/// theirs, the others release it and allocate it again when they run. A training on batches of many
/// shapes therefore needs the memory of a few.
final class ProgramCache: Sendable {
  /// The number of programs that keep their memory.
  static let limit = 16

  private let programs = StructureCache<[TensorType], Program>()
  /// Programs that have memory; the most recently used one is the last.
  private let warm = Mutex<[Program]>([])

  /// The program for a tree, compiled if there is none.
  func program(for tree: some TensorTree, make: () -> Program) -> Program {
    let program = programs.value(for: tree.tensors.map(\.type), of: tree) {
      assert(
        tree.omittedTensors.isEmpty,
        "`visit` omits \(tree.omittedTensors.joined(separator: ", ")); visit it, or declare it as "
          + "`@Constant`")
      return make()
    }
    warm.withLock { warm in
      if warm.last === program { return }
      warm.removeAll { $0 === program }
      warm.append(program)
      if warm.count > Self.limit { warm.removeFirst().releaseWorkspaces() }
    }
    return program
  }
}

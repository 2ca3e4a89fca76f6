import Platform
import CKernels
import Synchronization
public import Tensors

/// The memory in which one thread runs a program; it is reused, so that a run allocates nothing.
public final class Workspace {
  public unowned let program: Program
  /// `nil` for a workspace of the program's own pool, which would otherwise form a reference cycle.
  private let keptProgram: Program?
  /// Objects shared by the custom operations of this workspace (records of solves).
  public let context = EvaluationContext()

  let scratch: UnsafeMutableRawPointer
  /// Address of each buffer.
  let bases: UnsafeMutablePointer<UnsafeMutableRawPointer>
  let fusedInputs: UnsafeMutablePointer<nk_input>
  let fusedOutputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private(set) var evaluators: [any CustomEvaluator] = []
  private let parameterBuffers: [Int]
  private var ownedInputs: [Storage] = []

  public convenience init(_ program: Program) { self.init(program, keeping: true) }

  /// A workspace of a program.
  ///
  /// - Parameter keeping: whether the workspace retains its program.
  init(_ program: Program, keeping: Bool) {
    self.program = program
    keptProgram = keeping ? program : nil
    scratch = .allocate(byteCount: max(program.scratchByteCount, 64), alignment: 64)
    bases = .allocate(capacity: program.buffers.count)
    fusedInputs = .allocate(capacity: max(program.inputTemplates.count, 1))
    fusedOutputs = .allocate(capacity: max(program.outputCount, 1))
    fusedInputs.initialize(from: program.inputTemplates, count: program.inputTemplates.count)
    fusedOutputs.initialize(repeating: nil, count: max(program.outputCount, 1))
    var parameterBuffers = [Int](repeating: 0, count: program.parameterTypes.count)
    for (buffer, kind) in program.buffers.enumerated() {
      bases[buffer] = scratch
      switch kind {
      case .parameter(let number): parameterBuffers[number] = buffer
      case .output: break
      case .constant(let storage): bases[buffer] = storage.mutableBytes
      case .scratch: bases[buffer] = scratch + (program.offsets[buffer] ?? 0)
      }
    }
    self.parameterBuffers = parameterBuffers
    evaluators = program.customs.map {
      $0.operation.makeEvaluator(operands: $0.operandTypes, in: context)
    }
  }

  deinit {
    scratch.deallocate()
    bases.deallocate()
    fusedInputs.deallocate()
    fusedOutputs.deallocate()
  }

  /// Sets the address of a parameter's elements, which must stay valid until the run ends.
  package func setParameter(_ number: Int, _ address: UnsafeRawPointer) {
    bases[parameterBuffers[number]] = UnsafeMutableRawPointer(mutating: address)
  }

  /// Sets the address to which an output is written (or added).
  package func setOutput(_ number: Int, _ address: UnsafeMutableRawPointer) {
    bases[number] = address
  }

  /// Computes the values that depend on invariant parameters alone; call it after they change.
  package func prepare() { execute(program.prologue) }

  /// Runs the body with the current addresses.
  package func run() { execute(program.body) }

  /// Concrete tensors in, concrete tensors out.
  package func callAsFunction(_ inputs: [Storage]) -> [Storage] {
    precondition(
      inputs.map(\.type) == program.parameterTypes,
      "the program takes \(program.parameterTypes), not \(inputs.map(\.type))")
    for (number, input) in inputs.enumerated() { setParameter(number, input.bytes) }
    let outputs = program.outputTypes.map { Storage($0) { _ in } }
    for (number, output) in outputs.enumerated() { setOutput(number, output.mutableBytes) }
    prepare()
    withExtendedLifetime(inputs) { run() }
    return outputs
  }
}

/// Idle workspaces, for programs that are called from several threads.
final class WorkspacePool: Sendable {
  private let free = Mutex<[Unchecked]>([])

  /// A workspace is used by one thread at a time; the pool transfers it.
  private struct Unchecked: @unchecked Sendable {
    var workspace: Workspace
  }

  func take(make: () -> Workspace) -> Workspace {
    free.withLock { $0.popLast() }?.workspace ?? make()
  }

  func removeAll() {
    // Freed outside of the lock.
    let all = free.withLock { free in
      let all = free
      free = []
      return all
    }
    withExtendedLifetime(all) {}
  }

  func give(_ workspace: Workspace) {
    let item = Unchecked(workspace: workspace)
    free.withLock { $0.append(item) }
  }
}

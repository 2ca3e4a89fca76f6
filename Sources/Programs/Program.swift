import CKernels
public import Graphs
public import Tensors

/// An executable graph: kernel calls over planned memory.
///
/// Immutable and shared by threads; each thread runs it in its own `Workspace`.
///
/// Its pointers are side tables of steps, written by `init` and freed by `deinit` only, hence
/// `@unchecked Sendable`.
public final class Program: @unchecked Sendable {
  /// Types of the parameters, in order.
  public let parameterTypes: [TensorType]
  /// Types of the outputs, in order.
  public let outputTypes: [TensorType]
  /// Bytes of scratch memory of one workspace.
  public let scratchByteCount: Int

  let buffers: [Lowerer.BufferKind]
  let offsets: [Int: Int]
  let prologue: UnsafeMutableBufferPointer<Step>
  let body: UnsafeMutableBufferPointer<Step>
  let customs: [Lowerer.CustomCall]
  let inputTemplates: [nk_input]
  let outputCount: Int
  private let pool = WorkspacePool()

  /// Compiles a graph.
  ///
  /// - Parameters:
  ///   - invariant: parameters that stay the same over many runs; `prepare` computes what depends
  ///     on them alone.
  ///   - accumulating: outputs that are added to the contents of their memory.
  public init(_ graph: Graph, invariant: Set<Int> = [], accumulating: Set<Int> = []) {
    let lowerer = Lowerer(graph.optimized, invariant: invariant, accumulating: accumulating)
    parameterTypes = graph.parameterTypes
    outputTypes = graph.outputTypes
    buffers = lowerer.buffers
    prologue = .copy(of: lowerer.prologue)
    body = .copy(of: lowerer.body)
    customs = lowerer.customs
    inputTemplates = lowerer.inputTemplates
    outputCount = lowerer.outputCount
    let plan = BufferPlan(Program.requests(lowerer))
    offsets = plan.offsets
    scratchByteCount = plan.byteCount
  }

  deinit {
    for step in prologue { step.deallocate() }
    for step in body { step.deallocate() }
    prologue.deallocate()
    body.deallocate()
  }

  /// Lifetimes: the prologue's steps come before the body's.
  private static func requests(_ lowerer: Lowerer) -> [BufferPlan.Request] {
    var first: [Int: Int] = [:]
    var last: [Int: Int] = [:]
    let steps = lowerer.prologue + lowerer.body
    for (place, step) in steps.enumerated() {
      for location in step.locations(lowerer.customs) {
        let buffer = Int(location.buffer)
        first[buffer] = first[buffer] ?? place
        last[buffer] = place
      }
    }
    return lowerer.buffers.enumerated().compactMap { buffer, kind in
      guard case .scratch(let bytes, let persistent) = kind, let start = first[buffer],
        let end = last[buffer]
      else { return nil }
      return .init(
        buffer: buffer, bytes: bytes, first: persistent ? 0 : start,
        last: persistent ? steps.count : end)
    }
  }

  /// Number of kernel calls of one run.
  public var stepCount: Int { body.count }

  /// Runs once: concrete tensors in, concrete tensors out.
  ///
  /// - Precondition: the inputs have the types of the parameters and are no expressions.
  public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
    self(inputs.map(\.concreteStorage)).map { Tensor(storage: $0) }
  }

  package func callAsFunction(_ inputs: [Storage]) -> [Storage] { self(inputs) { _ in } }

  /// Runs the program; `read` can access the records of custom operations before another run
  /// replaces them.
  package func callAsFunction(
    _ inputs: [Storage], reading: (EvaluationContext) -> Void
  ) -> [Storage] {
    let workspace = pool.take { Workspace(self, keeping: false) }
    defer { pool.give(workspace) }
    let outputs = workspace(inputs)
    reading(workspace.context)
    return outputs
  }

  /// Releases the memory of idle workspaces.
  package func releaseWorkspaces() { pool.removeAll() }
}

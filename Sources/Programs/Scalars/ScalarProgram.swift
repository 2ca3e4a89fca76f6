public import Graphs
public import Tensors
import CKernels

/// A graph of small tensors as a program of scalars: one register for each element.
///
/// It evaluates the graph for any number of rows, each with its own arguments; a row's results have the same bits whatever
/// rows are evaluated beside it. What depends on invariant parameters alone is computed once per set of them. Use it where
/// a `Program` would spend its time on calling kernels: equations, and fields of a few dozen operations.
///
/// ```swift
/// let program = ScalarProgram(graph, invariant: [1])
/// let workspace = ScalarWorkspace(program)
/// ```
/// Immutable and shared by threads; each thread runs it in a `ScalarWorkspace` of its own.
public struct ScalarProgram: Sendable {
  /// Types of the parameters, in order.
  public let parameterTypes: [TensorType]
  /// Types of the outputs, in order.
  public let outputTypes: [TensorType]
  /// Indices of the parameters that stay the same over many runs.
  public let invariant: Set<Int>
  /// Instructions of one evaluation, and of the preparation for a set of invariant parameters.
  public let instructionCount: Int
  /// Number of instructions of the preparation.
  public let setupCount: Int
  let code: ScalarCode

  /// Converts a graph.
  ///
  /// - Parameters:
  ///   - invariant: parameters that all rows share and that seldom change.
  ///   - limit: the largest number of scalar values of the graph.
  /// - Returns: `nil` if an operation has no scalar form (a custom operation, a convolution, rows
  ///   by an index), or if the graph has more values than `limit`.
  public init?(_ graph: Graph, invariant: Set<Int> = [], limit: Int = 1 << 22) {
    guard let lowered = ScalarLowering(graph, limit: limit) else { return nil }
    parameterTypes = graph.parameterTypes
    outputTypes = graph.outputTypes
    self.invariant = invariant
    code = ScalarCode(lowered.scalars, outputs: lowered.outputs, invariant: invariant)
    instructionCount = code.body.reduce(0) { $0 + $1.code.count }
    setupCount = code.setup.reduce(0) { $0 + $1.code.count }
  }
}

import Platform
package import Graphs
package import Integrators
import Programs
import Transforms
import Synchronization
package import Tensors

/// The common part of a solve and its adjoint: the field as graphs, its programs, and the steps.
package final class SolvePlan: Sendable {
  /// `[batch, …]`.
  package let stateType: TensorType
  /// `[T]` or, with own times for each row, `[batch, T]`; float64.
  package let timesType: TensorType
  package let parameterTypes: [TensorType]
  /// Which parameters have the batch as their leading axis.
  package let isPerRow: [Bool]
  package let solver: ODESolver
  package let adjoint: Adjoint
  package let sharing: StepSharing
  /// Components of a row that count in the error norm; `nil` selects all.
  package let errorMask: [Bool]?
  package let interruptions: FlowInterruptions
  /// The field for a number of rows, closed: parameters `time, state, θ…`, output `f`.
  private let makeGraph: @Sendable (Int) -> Graph
  private let cache = Mutex<[Int: FieldPrograms]>([:])
  /// The field as scalar programs; `nil` if it is too large for them.
  let scalarPrograms: ScalarPrograms?

  struct FieldPrograms {
    var forward: Program
    var adjoint: Program?
    var split: SplitPrograms?
  }

  /// A field that saves the residuals of its adjoint, and the adjoint that reads them.
  struct SplitPrograms {
    /// Outputs: `f`, then the saved values.
    var forward: Program
    /// As `adjointProgram`, with the saved values as additional parameters.
    var backward: Program
    /// The offset of each saved value in a row of numbers, and their total count.
    var offsets: [Int]
    var count: Int
  }

  package init(
    stateType: TensorType, timesType: TensorType, parameterTypes: [TensorType], isPerRow: [Bool],
    solver: ODESolver, adjoint: Adjoint, sharing: StepSharing, errorMask: [Bool]? = nil,
    interruptions: FlowInterruptions = .none,
    makeGraph: @escaping @Sendable (Int) -> Graph
  ) {
    self.stateType = stateType
    self.timesType = timesType
    self.parameterTypes = parameterTypes
    self.isPerRow = isPerRow
    // A field of tensors is often constant before training; its jumps are forced times.
    self.solver = solver.withoutSearchForPulses
    self.adjoint = adjoint
    self.sharing = sharing
    self.errorMask = errorMask
    self.interruptions = interruptions
    self.makeGraph = makeGraph
    let shared = Set(isPerRow.indices.filter { !isPerRow[$0] }.map { $0 + 2 })
    var isBacksolve = false
    if case .backsolve = adjoint { isBacksolve = true }
    scalarPrograms = ScalarPrograms(
      makeGraph(sharing == .joint ? stateType.shape[0] : 1), invariant: shared,
      includingOutputs: isBacksolve)
  }

  package var hasEvents: Bool { !interruptions.events.isEmpty }
  package var batch: Int { stateType.shape[0] }
  package var width: Int { stateType.count / max(batch, 1) }
  /// Rows and their width for the integrator: a joint step is one long row.
  package var solverRows: Int { sharing == .joint ? 1 : batch }
  package var solverWidth: Int { sharing == .joint ? stateType.count : width }
  package var saveCount: Int { timesType.shape.last ?? 0 }

  /// The field's graph for a number of rows of the batch.
  package func fieldGraph(rows: Int) -> Graph { makeGraph(rows) }

  /// The plan of the state concatenated with its tangent on the last axis.
  ///
  /// The tangents of the `moving` parameters are further parameters. Tangents do not count in the
  /// error norm.
  package func sensitivities(moving: [Int]) -> SolvePlan {
    precondition(!hasEvents, "a flow with events has gradients, but no forward sensitivities")
    let last = stateType.shape.last!
    let outer = TensorType(stateType.shape.dropLast() + [2 * last], stateType.scalar)
    let rowWidth = width / max(last, 1)
    let mask = (0..<(sharing == .joint ? batch : 1) * rowWidth).flatMap { _ in
      (0..<2 * last).map { $0 < last }
    }
    return SolvePlan(
      stateType: outer, timesType: timesType,
      parameterTypes: parameterTypes + moving.map { parameterTypes[$0] },
      isPerRow: isPerRow + moving.map { isPerRow[$0] }, solver: solver, adjoint: adjoint,
      sharing: sharing, errorMask: mask, interruptions: interruptions
    ) { [self] rows in
      let tangent = fieldGraph(rows: rows).jvp(wrt: [1] + moving.map { $0 + 2 })
      let types = SolvePlan.argumentTypes(
        state: outer, parameters: parameterTypes + moving.map { parameterTypes[$0] },
        isPerRow: isPerRow + moving.map { isPerRow[$0] }, sharing: sharing, rows: rows)
      return trace(types) { arguments in
        let parts = arguments[1].split([last, last], axis: -1)
        let own = arguments[2..<2 + parameterTypes.count]
        let moved = arguments[(2 + parameterTypes.count)...]
        return [
          concatenate(tangent([arguments[0], parts[0]] + own + [parts[1]] + moved), axis: -1)
        ]
      }
    }
  }

  /// Types of `time, state, θ…` for a number of rows; the time always has double precision.
  package static func argumentTypes(
    state: TensorType, parameters: [TensorType], isPerRow: [Bool], sharing: StepSharing, rows: Int
  ) -> [TensorType] {
    func resized(_ type: TensorType) -> TensorType {
      TensorType([rows] + type.shape.dropFirst(), type.scalar)
    }
    let time = TensorType(sharing == .joint ? [] : [rows, 1], .float64)
    return [time, resized(state)]
      + zip(parameters, isPerRow).map { $1 ? resized($0) : $0 }
  }

  /// Row counts for which programs are compiled: the batch, and powers of two below it.
  func bucket(for rows: Int) -> Int {
    if sharing == .joint { return batch }
    var size = 1
    while size < rows { size *= 2 }
    return min(size, batch)
  }

  private var sharedParameters: Set<Int> {
    Set(isPerRow.indices.filter { !isPerRow[$0] }.map { $0 + 2 })
  }

  func forwardProgram(bucket: Int) -> Program {
    cache.withLock { programs(in: &$0, bucket).forward }
  }

  /// The program of the field's vector–Jacobian product.
  ///
  /// Parameters: time, state, θ…, cotangent. Outputs: the cotangents of the state and of θ….
  ///
  /// For the discrete adjoint those of shared parameters are added to the contents of their memory;
  /// for a backsolve they are written, and `f` comes first.
  func adjointProgram(bucket: Int) -> Program {
    cache.withLock { cache in
      var found = programs(in: &cache, bucket)
      if let adjoint = found.adjoint { return adjoint }
      let graph = fieldGraph(rows: bucket)
      let wanted = [1] + isPerRow.indices.map { $0 + 2 }
      let made = Program(
        graph.vjp(wrt: wanted, includingOutputs: isBacksolve), invariant: sharedParameters,
        accumulating: isBacksolve ? [] : Set(sharedParameters.map { $0 - 1 }))
      found.adjoint = made
      cache[bucket] = found
      return made
    }
  }

  /// The field and its adjoint with saved values; `nil` if they are not requested or not worth it.
  func splitPrograms() -> SplitPrograms? {
    guard case .discrete(storing: .evaluations) = adjoint, sharing == .joint, scalarPrograms == nil
    else { return nil }
    return cache.withLock { cache in
      var found = programs(in: &cache, batch)
      if let split = found.split { return split }
      let wanted = [1] + isPerRow.indices.map { $0 + 2 }
      guard
        let split = fieldGraph(rows: batch).splitProduct(
          wrt: wanted, fixed: sharedParameters, simplify: { $0.optimized }),
        split.keptTypes.allSatisfy({ $0.scalar == stateType.scalar })
      else { return nil }
      var offsets: [Int] = []
      var count = 0
      for type in split.keptTypes {
        offsets.append(count)
        count += (type.count + 15) / 16 * 16
      }
      let made = SplitPrograms(
        forward: Program(split.forward, invariant: sharedParameters),
        backward: Program(
          split.backward, invariant: sharedParameters,
          accumulating: Set(sharedParameters.map { $0 - 1 })), offsets: offsets, count: count)
      found.split = made
      cache[batch] = found
      return made
    }
  }

  private var isBacksolve: Bool {
    if case .backsolve = adjoint { return true }
    return false
  }

  private func programs(in cache: inout [Int: FieldPrograms], _ bucket: Int) -> FieldPrograms {
    if let found = cache[bucket] { return found }
    let made = FieldPrograms(
      forward: Program(fieldGraph(rows: bucket), invariant: sharedParameters))
    cache[bucket] = made
    return made
  }
}

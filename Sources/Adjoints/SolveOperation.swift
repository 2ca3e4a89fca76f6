import Integrators
package import Tensors

/// A whole solve as one operation.
///
/// Operands: initial state `[batch, …]`, times `[T]` or `[batch, T]` (float64), then the field's parameters. Results: the
/// states `[T, batch, …]` and statistics `[rows, 6]` (float64; columns as `SolveStatistics`).
package struct SolveOperation: CustomOperation {
  package let plan: SolvePlan
  package let key: SolveKey
  /// Whether the steps are recorded for a discrete adjoint.
  package let isRecorded: Bool

  package var name: String { "solve" }

  package init(_ plan: SolvePlan, isRecorded: Bool = true) {
    self.plan = plan
    self.key = SolveKey()
    self.isRecorded = isRecorded
  }

  package func resultTypes(of operands: [TensorType]) -> [TensorType] {
    [
      plan.stateType.with(shape: [plan.saveCount] + plan.stateType.shape),
      TensorType([plan.solverRows, SolveStatistics.columnCount], .float64),
    ] + (plan.hasEvents ? [TensorType([plan.batch, 1], .float64)] : [])
  }

  package func apply(_ operands: [Tensor]) -> [Tensor] {
    let node = Node(.custom(self), operands, resultTypes(of: operands.map(\.type)))
    return node.types.indices.map { Tensor(node, $0) }
  }

  /// The cotangents of the initial state and of the parameters; times have none.
  package func vjp(operands: [Tensor], results: [Tensor], cotangents: [Tensor?]) -> [Tensor?] {
    let endCotangent = plan.hasEvents ? cotangents[2] : nil
    if cotangents[0] == nil && endCotangent == nil { return operands.map { _ in nil } }
    let adjoint = SolveAdjointOperation(plan: plan, key: key)
    var arguments = [results[0], cotangents[0] ?? .zeros(like: results[0]), operands[1]]
    arguments += operands.dropFirst(2)
    if plan.hasEvents { arguments.append(endCotangent ?? .zeros(like: results[2])) }
    let node = Node(.custom(adjoint), arguments, adjoint.resultTypes(of: arguments.map(\.type)))
    var all: [Tensor?] = node.types.indices.map { Tensor(node, $0) }
    all.insert(nil, at: 1)
    return all
  }

  /// Forward sensitivities: the field and its tangent, solved together; the tangents do not affect
  /// the steps.
  package func jvp(operands: [Tensor], results: [Tensor], tangents: [Tensor?]) -> [Tensor?] {
    if tangents.allSatisfy({ $0 == nil }) { return [nil, nil] }
    let moving = (2..<operands.count).filter { tangents[$0] != nil }
    let initial = concatenate(
      [operands[0], tangents[0] ?? .zeros(like: operands[0])], axis: -1)
    let sensitivity = SolveOperation(plan.sensitivities(moving: moving.map { $0 - 2 }))
    let arguments =
      [initial, operands[1]] + operands.dropFirst(2) + moving.map { tangents[$0]! }
    let solution = sensitivity.apply(arguments)[0]
    let last = plan.stateType.shape.last!
    return [solution.sliced(last..<2 * last, axis: -1), nil]
  }

  package func makeEvaluator(
    operands: [TensorType], in context: EvaluationContext
  ) -> any CustomEvaluator {
    switch plan.stateType.scalar {
    case .float32: SolveEvaluator<Float>(self, context)
    case .float64: SolveEvaluator<Double>(self, context)
    }
  }
}

/// Runs a solve inside one workspace.
final class SolveEvaluator<Scalar: RowScalar>: CustomEvaluator {
  private let plan: SolvePlan
  private let record: SolveRecord
  private let field: FieldEvaluator<Scalar>
  private let integrator: RowIntegrator<Scalar>
  private let steps: StepRecord<Scalar>?
  private let events: FlowEvents<Scalar>?

  init(_ operation: SolveOperation, _ context: EvaluationContext) {
    plan = operation.plan
    record = context.shared(operation.key) { SolveRecord() }
    field = FieldEvaluator(plan)
    integrator = RowIntegrator(
      method: plan.solver.method, control: plan.solver.control, rows: plan.solverRows,
      width: plan.solverWidth, errorMask: plan.errorMask)
    if case .discrete(let stored) = plan.adjoint, operation.isRecorded {
      // Events replace the state at the end of a step, which belongs to a stage.
      steps = StepRecord(level: plan.hasEvents ? .states : stored.level)
    } else {
      steps = nil
    }
    events = plan.hasEvents ? FlowEvents(plan) : nil
    record.steps = steps
    record.evaluator = field
    record.events = events
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(operands: [UnsafeRawPointer], results: [UnsafeMutableRawPointer]) {
    field.bind(Array(operands.dropFirst(2)))
    events?.bind(Array(operands.dropFirst(2)))
    // All evaluators of the program exist at this point, including that of the adjoint.
    let steps = record.isAwaited ? steps : nil
    steps?.reset()
    let states = results[0].assumingMemoryBound(to: Scalar.self)
    let times = operands[1].assumingMemoryBound(to: Double.self)
    record.reports = integrator.solve(
      field.rowField, initial: operands[0].assumingMemoryBound(to: Scalar.self),
      times: plan.timesType.rank == 1
        ? .shared(times, count: plan.saveCount) : .perRow(times, count: plan.saveCount),
      states: states, record: steps,
      interruptions: RowInterruptions(
        forcedTimes: plan.interruptions.forcedTimes.isEmpty
          ? .none : .shared(plan.interruptions.forcedTimes), events: events,
        holdsTerminalStates: true))
    record.states = UnsafeRawPointer(states)
    record.byteCount = integrator.byteCount + (steps?.byteCount ?? 0)
    let statistics = results[1].assumingMemoryBound(to: Double.self)
    for (row, report) in record.reports.enumerated() {
      SolveStatistics(report).write(to: statistics + row * SolveStatistics.columnCount)
    }
    if events != nil { writeEndTimes(times, to: results[2].assumingMemoryBound(to: Double.self)) }
  }
  private func writeEndTimes(
    _ times: UnsafePointer<Double>, to ends: UnsafeMutablePointer<Double>
  ) {
    for (row, report) in record.reports.enumerated() {
      let rowTimes = plan.timesType.rank == 1 ? times : times + row * plan.saveCount
      ends[row] = rowTimes[plan.saveCount - 1]
      if case .terminated(let time, _) = report.status { ends[row] = time }
    }
  }
}

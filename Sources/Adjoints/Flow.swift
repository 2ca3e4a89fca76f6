import Platform
public import Integrators
public import Tensors

/// The flow of a field as a layer: maps initial states to states at given times, with gradients.
public struct Flow<Field: TensorField>: TensorTree {
  /// The vector field.
  public var field: Field
  /// Method and step control.
  public var solver: ODESolver
  /// How gradients are computed.
  public var adjoint: Adjoint
  /// Whether the rows of a batch share a step size.
  public var sharing: StepSharing
  /// Times at which the field may jump, in any order; a step ends at each of them.
  public var forcedTimes: [Double] = []
  /// Events that end a row or change its state; they need steps per row and the discrete adjoint.
  public var events: [FlowEvent<Field>] = []
  /// The field's graphs and programs by the types of its arguments.
  private let plans = StructureCache<PlanKey, SolvePlan>()

  /// A flow of a field.
  ///
  /// - Parameters:
  ///   - solver: method and step control.
  ///   - adjoint: how gradients are computed.
  ///   - sharing: one step for the batch, or one for each row.
  /// - Precondition: the method is explicit (also that of a backsolve's own solver); an unrolled
  ///   flow takes fixed steps.
  public init(
    of field: Field, solver: ODESolver, adjoint: Adjoint = .discrete,
    sharing: StepSharing = .joint
  ) {
    self.field = field
    self.solver = solver
    self.adjoint = adjoint
    self.sharing = sharing
    check()
  }

  /// The adjoints differentiate explicit Runge–Kutta methods; an unrolled solve takes fixed steps.
  private func check() {
    let explicit = "dormandPrince5, tsitouras5 or another explicit method"
    precondition(
      solver.method.isExplicit,
      "a flow cannot differentiate \(solver.method.name), which is implicit; use \(explicit)")
    precondition(
      events.isEmpty || sharing == .perRow, "events of a flow need `sharing: .perRow`")
    switch adjoint {
    case .unrolled, .backsolve:
      precondition(events.isEmpty, "events of a flow need `adjoint: .discrete`")
    case .discrete: break
    }
    switch adjoint {
    case .unrolled:
      precondition(
        forcedTimes.isEmpty, "an unrolled flow has no forced times; use save times instead")
      precondition(
        solver.control.fixedStepCount(over: 1) != nil,
        "an unrolled flow takes fixed steps; use .fixed or .steps(perInterval:), or another adjoint"
      )
    case .backsolve(let solver?, _):
      precondition(
        solver.method.isExplicit,
        "a backsolve cannot use \(solver.method.name), which is implicit; use \(explicit)")
    case .backsolve, .discrete: break
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("field", &field)
    visitor.visitValue(&solver)
    visitor.visitValue(&adjoint)
    visitor.visitValue(&sharing)
    visitor.visitValue(&forcedTimes)
    if events.isEmpty { visitor.allPartsAreVisited() }
  }

  /// States at constant times that the batch shares; the first time is the start: `[T]` → `[T,
  /// batch, …]`.
  public func callAsFunction(_ initial: Tensor, at times: [Double]) -> FlowResult {
    check()
    if case .unrolled = adjoint {
      return FlowResult(
        states: UnrolledSolve(field: field, solver: solver).states(initial, at: times),
        statistics: nil)
    }
    return self(initial, at: Tensor(times))
  }

  /// States at times that are data: `[T]`, or `[batch, T]` with own times for each row; float64;
  /// the first is the start.
  ///
  /// - Precondition: own times need steps per row, and exclude `.backsolve`.
  public func callAsFunction(_ initial: Tensor, at times: Tensor) -> FlowResult {
    precondition(
      times.scalarType == .float64 && (times.rank == 1 || times.rank == 2),
      "times are float64 of shape [T] or [batch, T], not \(times.type)")
    precondition(
      times.rank == 1 || (sharing == .perRow && times.shape[0] == initial.shape[0]),
      "times of shape \(times.shape) need steps per row and \(initial.shape[0]) rows")
    check()
    let parameters = field.tensors
    let plan = makePlan(initial.type, times.type, parameters.map(\.type))
    let results = SolveOperation(plan).apply([initial, times] + parameters)
    return FlowResult(
      states: results[0], statistics: results[1], endTimes: results.count > 2 ? results[2] : nil)
  }

  /// The states after a time span of each row: `[batch, …]` → `[batch, …]`.
  ///
  /// An unrolled flow takes `StepControl.steps(perInterval:)` equal steps over every span, as
  /// tensor operations; any other uses the steps of its solver, row by row. Time counts from 0. A
  /// span of 0 leaves the row unchanged, a negative one is solved backwards.
  ///
  /// Shapes: spans `[batch, 1]`, of the state's scalar type; they are data, and no gradient passes
  /// to them through a solver.
  /// - Precondition: the state is `[batch, feature]`; a flow that is not unrolled has steps per
  ///   row.
  public func advanced(_ initial: Tensor, over spans: Tensor) -> Tensor {
    precondition(
      initial.rank == 2 && spans.shape == [initial.shape[0], 1],
      "spans \(spans.shape) for states \(initial.shape) are not one a row")
    if case .unrolled = adjoint {
      return UnrolledSolve(field: field, solver: solver).advanced(initial, over: spans)
    }
    let ends = spans.converted(to: .float64)
    return self(initial, at: concatenate([Tensor.zeros(like: ends), ends], axis: 1)).final
  }

  /// What the plan of a solve depends on, beside the structure of field and events.
  private struct PlanKey: Hashable, Sendable {
    var state: TensorType
    var times: TensorType
    var parameters: [TensorType]
    var solver: ODESolver
    var adjoint: Adjoint
    var sharing: StepSharing
    var forcedTimes: [Double]
  }

  /// The parts of a plan that have a structure.
  private struct PlanParts: TensorTree {
    var field: Field
    var events: [FlowEvent<Field>]
    mutating func visit(_ visitor: inout some TensorVisitor) { visitor("field", &field) }
  }

  private func makePlan(
    _ state: TensorType, _ times: TensorType, _ parameters: [TensorType]
  ) -> SolvePlan {
    let key = PlanKey(
      state: state, times: times, parameters: parameters, solver: solver, adjoint: adjoint,
      sharing: sharing, forcedTimes: forcedTimes)
    return plans.value(for: key, of: PlanParts(field: field, events: events)) { plan(key) }
  }

  private func plan(_ key: PlanKey) -> SolvePlan {
    // The plan outlives this call: it retains the field without its values.
    let field = field.mapTensors { .zeros(like: $0) }
    let (sharing, isPerRow, parameters) = (sharing, field.isPerRow, key.parameters)
    let row = SolvePlan.argumentTypes(
      state: key.state, parameters: parameters, isPerRow: isPerRow, sharing: sharing, rows: 1)
    let interruptions = FlowInterruptions(
      forcedTimes: forcedTimes, events: events.map { field.graphs(of: $0, row) })
    return SolvePlan(
      stateType: key.state, timesType: key.times, parameterTypes: parameters, isPerRow: isPerRow,
      solver: solver, adjoint: adjoint, sharing: sharing, interruptions: interruptions
    ) { rows in
      let types = SolvePlan.argumentTypes(
        state: key.state, parameters: parameters, isPerRow: isPerRow, sharing: sharing, rows: rows)
      return field.graph(
        timeShape: types[0].shape, state: types[1], parameters: Array(types.dropFirst(2)),
        isPerRow: isPerRow)
    }
  }
}

/// The result of a flow.
public struct FlowResult: Sendable {
  /// `[T, batch, …]`.
  public var states: Tensor
  /// The columns of `SolveStatistics` for each row (one row if the batch shares its steps); `nil`
  /// for an unrolled flow.
  public var statistics: Tensor?
  /// For a flow with events, the end time of each row, `[batch, 1]`, float64.
  ///
  /// It is that of a terminal event or the last save time; gradients pass through it.
  public var endTimes: Tensor?

  /// The states at the last time, `[batch, …]`.
  public var final: Tensor { states.at(states.shape[0] - 1) }
}

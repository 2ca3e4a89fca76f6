import Platform
import Integrators
import Tensors

/// The adjoint equation, solved backwards from save time to save time.
///
/// The augmented state is one row `[z, a, g]`: `ż = f`, `ȧ = −aᵀ ∂f/∂z`, `ġ = −aᵀ ∂f/∂θ`. At every save time `z` is
/// reset to the stored state and the cotangent of that state is added to `a`.
final class BacksolveAdjoint<Scalar: RowScalar>: CustomEvaluator {
  private let plan: SolvePlan
  private let record: SolveRecord
  private let field: FieldEvaluator<Scalar>
  private let augmented: AugmentedField<Scalar>
  private let integrator: RowIntegrator<Scalar>
  /// The augmented state at the two ends of a segment.
  private let ends: UnsafeMutablePointer<Scalar>
  private let segment: UnsafeMutablePointer<Double>
  private let interruptions: RowInterruptions<Scalar>

  init(_ plan: SolvePlan, _ record: SolveRecord, _ solver: ODESolver, seminorm: Bool) {
    precondition(plan.timesType.rank == 1, "a backsolve needs times that the batch shares")
    self.plan = plan
    self.record = record
    field = FieldEvaluator(plan)
    augmented = AugmentedField(plan, field)
    let width = augmented.width
    let counted = 2 * plan.stateType.count
    integrator = RowIntegrator(
      method: solver.method, control: solver.control, rows: 1, width: width,
      errorMask: seminorm ? (0..<width).map { $0 < counted } : nil)
    ends = .allocate(capacity: 2 * width)
    segment = .allocate(capacity: 2)
    let forced = plan.interruptions.forcedTimes
    interruptions = RowInterruptions(forcedTimes: forced.isEmpty ? .none : .shared(forced))
  }

  deinit {
    ends.deallocate()
    segment.deallocate()
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(operands: [UnsafeRawPointer], results: [UnsafeMutableRawPointer]) {
    let states = operands[0].assumingMemoryBound(to: Scalar.self)
    let cotangents = operands[1].assumingMemoryBound(to: Scalar.self)
    let times = operands[2].assumingMemoryBound(to: Double.self)
    field.bind(Array(operands.dropFirst(3)))
    let (count, width) = (plan.stateType.count, augmented.width)
    let last = plan.saveCount - 1
    let end = ends + width
    end.update(repeating: 0, count: width)
    record.backwardEvaluations = 0
    record.byteCount += integrator.byteCount + 2 * width * MemoryLayout<Scalar>.stride
    record.backwardReports.removeAll(keepingCapacity: true)
    for save in stride(from: last, through: 0, by: -1) {
      for i in 0..<count { end[count + i] += cotangents[save * count + i] }
      guard save > 0 else { break }
      ends.update(from: end, count: width)
      ends.update(from: states + save * count, count: count)
      segment[0] = times[save]
      segment[1] = times[save - 1]
      // The two states of the solution are the ends of the segment; the first is the initial state.
      let reports = integrator.solve(
        augmented, initial: ends, times: .shared(segment, count: 2), states: ends,
        interruptions: interruptions)
      record.backwardEvaluations += reports[0].statistics.evaluations
      record.backwardReports.append(reports[0])
    }
    // Each evaluation of the augmented field is one of the field and a product.
    record.backwardProducts = record.backwardEvaluations
    results[0].assumingMemoryBound(to: Scalar.self).update(from: end + count, count: count)
    var offset = 2 * count
    for (type, result) in zip(plan.parameterTypes, results.dropFirst()) {
      result.assumingMemoryBound(to: Scalar.self).update(from: end + offset, count: type.count)
      offset += type.count
    }
  }
}

/// `[z, a, g]` as one row.
private final class AugmentedField<Scalar: RowScalar>: RowField {
  let width: Int
  private let plan: SolvePlan
  private let field: FieldEvaluator<Scalar>
  private let times: UnsafeMutablePointer<Double>
  private let rowNumbers: UnsafeMutablePointer<Int32>
  private let negated: UnsafeMutablePointer<Scalar>
  /// The start of each parameter's part of the row, and the corresponding address in the current
  /// derivative.
  private let offsets: [Int]
  private var gradients: [UnsafeMutablePointer<Scalar>]

  init(_ plan: SolvePlan, _ field: FieldEvaluator<Scalar>) {
    self.plan = plan
    self.field = field
    width = 2 * plan.stateType.count + plan.parameterTypes.reduce(0) { $0 + $1.count }
    times = .allocate(capacity: plan.batch)
    rowNumbers = .allocate(capacity: plan.batch)
    for row in 0..<plan.batch { rowNumbers[row] = Int32(row) }
    negated = .allocate(capacity: plan.stateType.count)
    var next = 2 * plan.stateType.count
    offsets = plan.parameterTypes.map { type in
      defer { next += type.count }
      return next
    }
    gradients = offsets.map { [negated] _ in negated }
  }

  deinit {
    times.deallocate()
    rowNumbers.deallocate()
    negated.deallocate()
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    times now: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers _: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    let count = plan.stateType.count
    times.update(repeating: now[0], count: plan.batch)
    // vᵀJ is linear in v: with v = −a it gives ȧ and ġ at once.
    for i in 0..<count { negated[i] = -states[count + i] }
    for place in offsets.indices {
      gradients[place] = derivatives + offsets[place]
      if plan.isPerRow[place] {
        gradients[place].update(repeating: 0, count: plan.parameterTypes[place].count)
      }
    }
    field.multiply(
      times: times, states: states, rows: plan.solverRows, rowNumbers: rowNumbers,
      cotangents: negated, derivative: derivatives, result: derivatives + count,
      gradients: gradients)
  }
}

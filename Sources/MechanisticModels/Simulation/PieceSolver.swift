import Platform
import NumericCore
import Integrators

/// Solves one smooth piece up to its end or to the first root in it.
///
/// A step of an explicit method allocates nothing.
struct PieceSolver<Scalar: EquationScalar> {
  /// A piece as far as it goes.
  struct Piece {
    var time: Double
    var state: [Scalar]
    /// The states at the times that were reached.
    var states: [[Scalar]] = []
    /// The root at which the piece ended.
    var root: Int?
    var status: SolveStatus
    var statistics: StepStatistics
    var steps: [StepTrial] = []
  }

  /// How far each root is beyond its threshold, at a time and a state; the piece ends where one becomes positive.
  typealias Roots = (_ time: Double, _ state: UnsafePointer<Scalar>, _ values: inout [Double]) ->
    Void

  private let solver: ODESolver
  private let registers: HybridRegisters<Scalar>

  /// - Parameter used: steps that the pieces before have tried.
  init(_ solver: ODESolver, _ registers: HybridRegisters<Scalar>, used: Int) {
    var solver = solver.withoutSearchForPulses
    if case .adaptive(var control) = solver.control {
      control.stepBudget = max(1, control.stepBudget - used)
      solver.control = .adaptive(control)
    }
    self.solver = solver
    self.registers = registers
  }

  /// - Parameters:
  ///   - times: inside the span, its end excluded.
  ///   - roots: the number of roots.
  func solve(
    from initial: [Scalar], over span: TimeSpan, at times: [Double], roots: Int,
    value: @escaping Roots
  ) throws(SolveError) -> Piece {
    solver.method.isExplicit
      ? rows(from: initial, over: span, at: times, roots, value)
      : try arrays(from: initial, over: span, at: times, roots, value)
  }

  // MARK: Explicit methods

  private func rows(
    from initial: [Scalar], over span: TimeSpan, at times: [Double], _ roots: Int,
    _ value: @escaping Roots
  ) -> Piece {
    let width = initial.count
    let integrator = RowIntegrator<Scalar>(
      method: solver.method, control: solver.control, rows: 1, width: width)
    integrator.recordsSteps = solver.recordsSteps
    let saves = [span.start] + times + [span.end]
    var flat = [Scalar](repeating: 0, count: saves.count * width)
    let events = roots == 0 ? nil : PieceEvents(count: roots, value)
    let reports: [RowReport] = saves.withUnsafeBufferPointer { saves in
      initial.withUnsafeBufferPointer { initial in
        flat.withUnsafeMutableBufferPointer { flat in
          guard let times = saves.baseAddress, let first = initial.baseAddress,
            let states = flat.baseAddress
          else { return [] }
          return integrator.solve(
            HybridRowField(registers: registers), initial: first,
            times: .shared(times, count: saves.count), states: states,
            interruptions: RowInterruptions(events: events))
        }
      }
    }
    guard let report = reports.first else { preconditionFailure("a system without states") }
    let states = saves.indices.map { Array(flat[$0 * width..<($0 + 1) * width]) }
    var piece = Piece(
      time: span.start, state: initial, status: report.status, statistics: report.statistics,
      steps: integrator.trials.first ?? [])
    let reached = states.dropFirst().prefix { $0.allSatisfy(\.isFinite) }
    piece.states = Array(reached.prefix(times.count))
    if case .terminated(let time, let root) = report.status,
      let record = integrator.eventRecords.last
    {
      (piece.time, piece.state, piece.root) = (time, record.stateAfter, root)
    } else if reached.count == times.count + 1, let last = reached.last {
      (piece.time, piece.state) = (span.end, last)
    }
    return piece
  }

  // MARK: Implicit methods

  private func arrays(
    from initial: [Scalar], over span: TimeSpan, at times: [Double], _ roots: Int,
    _ value: @escaping Roots
  ) throws(SolveError) -> Piece {
    let values = RootValues(count: roots, value)
    let events = (0..<roots).map { root in
      Event<HybridField<Scalar>>.root(.rising, of: { values.value(root, $0, $1) }, .terminate)
    }
    let solution = try solver.solve(
      HybridField(registers: registers), from: initial, over: span, at: times + [span.end],
      events: events)
    var piece = Piece(
      time: span.start, state: initial, states: Array(solution.states.prefix(times.count)),
      root: nil, status: solution.status, statistics: solution.statistics,
      steps: solution.steps)
    if case .terminated(let time, let root) = solution.status, let record = solution.events.last {
      (piece.time, piece.state, piece.root) = (time, record.stateAfter, root)
    } else if solution.states.count == times.count + 1 {
      (piece.time, piece.state) = (span.end, solution.states[times.count])
    }
    return piece
  }
}

/// The roots of a piece as events of its only row, each of which ends it.
private final class PieceEvents<Scalar: EquationScalar>: RowEvents {
  let directions: [EventDirection]
  private let value: PieceSolver<Scalar>.Roots

  init(count: Int, _ value: @escaping PieceSolver<Scalar>.Roots) {
    directions = Array(repeating: .rising, count: count)
    self.value = value
  }

  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Scalar>, into values: inout [Double]
  ) { value(time, state, &values) }

  func apply(
    _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Scalar>
  ) -> RowEventOutcome { .terminated }
}

/// The derivatives of a piece on its only row.
private final class HybridRowField<Scalar: EquationScalar>: RowField {
  private let registers: HybridRegisters<Scalar>
  let width: Int

  init(registers: HybridRegisters<Scalar>) {
    self.registers = registers
    width = registers.derivatives.stateCount
  }

  func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<rows {
      registers.derivative(times[row], states + row * width, into: derivatives + row * width)
    }
  }
}

/// The values of all roots at the point that was last evaluated.
private final class RootValues<Scalar: EquationScalar>: @unchecked Sendable {
  // One solve on one thread uses it, and it does not outlive that solve.
  private let function: PieceSolver<Scalar>.Roots
  private var time = Double.nan
  private var values: [Double]

  init(count: Int, _ function: @escaping PieceSolver<Scalar>.Roots) {
    self.function = function
    values = Array(repeating: 0, count: count)
  }

  func value(_ root: Int, _ time: Double, _ state: [Scalar]) -> Double {
    if root == 0 || time != self.time {
      state.withUnsafeBufferPointer { state in
        guard let first = state.baseAddress else { return }
        function(time, first, &values)
      }
    }
    self.time = time
    return values[root]
  }
}

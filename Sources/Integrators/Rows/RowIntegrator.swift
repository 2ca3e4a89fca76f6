import Platform
import NumericCore

/// Solves a field for the rows of a buffer, each with its own time, step size, status and
/// statistics.
///
/// A row that is finished or has failed leaves the active rows and costs nothing. A row's result is
/// the same, bit for bit, whatever rows are solved beside it. One step size for a whole batch is a
/// solve of one long row. The object owns all memory that its solves need; a solve that is run
/// again allocates nothing but its list of reports.
package final class RowIntegrator<Scalar: RowScalar> {
  package let method: ODEMethod
  package let control: StepControl
  package let rows: Int
  package let width: Int

  let tableau: Tableau
  let rule: StepRule
  let tolerance: Tolerance
  let norm: ErrorNorm
  /// Whether the norm is none of those that the loops over rows have.
  let usesOwnNorm: Bool
  /// The slot that holds the state at the end of a step: the last stage if the method reuses it,
  /// else one more.
  let endStage: Int
  /// Whether the last stage of an accepted step is the first of the next.
  let reusesLastStage: Bool
  /// Stages that every try evaluates, the first one included.
  ///
  /// Without an error estimate only the next step needs the last stage of a method that reuses it.
  let evaluatedStages: Int
  let stagePlans: UnsafeBufferPointer<RowCombination>
  /// Places of the stages in a step.
  let nodes: UnsafeBufferPointer<Double>
  let errorPlan: RowCombination
  let interpolantStages: [Int]
  lazy var stabilityBoundary = tableau.realStabilityBoundary
  let scratch: RowScratch<Scalar>
  /// Of every row, finished ones included.
  let progress: UnsafeMutablePointer<RowProgress>
  let reports: UnsafeMutablePointer<RowReport>

  // The solve under way.
  /// Rows that take steps; they have positions `0 ..< active` in all buffers.
  var active = 0
  /// The first row that has not begun.
  var nextRow = 0
  var y: UnsafePointer<Scalar>
  /// Which of the scratch buffers `y` is, or −1.
  var yBuffer = -1
  /// Whether `y` lies in the record's memory.
  var isStateRecorded = false
  /// Rounds so far: no row has tried more steps.
  var roundCount = 0
  /// How many rows save states in the present round; their positions are in the scratch memory.
  var savingCount = 0
  /// Whether the first slopes of all active rows are at hand (whether or not a row alone would have
  /// them).
  var areFirstSlopesKnown = false
  /// Whether a row has ended since finished rows were last replaced.
  var hasFinishedRows = false
  /// Whether a row begins a piece.
  var hasBeginningRows = false
  /// The forced times of each row, or those of all.
  var forced: [ForcedTimes] = [.none]
  /// Whether some row has forced times.
  var hasJumps = false
  var watch: RowWatch<Scalar>?
  var holdsTerminalStates = false
  /// The events of the last solve, in the order of its rounds.
  package private(set) var eventRecords: [RowEventRecord<Scalar>] = []
  /// Whether the next solves hold every step that a row tried in `trials`.
  package var recordsSteps = false
  /// The steps that each row tried in the last solve; empty without `recordsSteps`.
  package internal(set) var trials: [[StepTrial]] = []
  var saveTimes: SaveTimes
  var output: UnsafeMutablePointer<Scalar>
  var record: StepRecord<Scalar>?

  /// - Parameter errorMask: which components of a row count in the error norm; `nil` selects all.
  /// - Precondition: adaptive control needs a method that estimates its error; the mask has `width`
  ///   elements and one of them is true.
  package init(
    method: ODEMethod, control: StepControl, rows: Int, width: Int, errorMask: [Bool]? = nil
  ) {
    precondition(rows >= 0 && width > 0, "a row buffer of shape [\(rows), \(width)]")
    control.check(method)
    self.method = method
    self.control = control
    self.rows = rows
    self.width = width
    tableau = method.tableau
    rule = StepRule(control, method)
    tolerance = control.tolerance
    norm = control.norm(width: width, mask: errorMask)
    usesOwnNorm = norm.kind != .rootMeanSquare || !norm.tolerances.isEmpty
    endStage = tableau.isFSAL ? tableau.stageCount - 1 : tableau.stageCount
    reusesLastStage = tableau.isFSAL && rule.isAdaptive
    evaluatedStages = max(rule.isAdaptive ? tableau.stageCount : endStage, 1)
    let plans = UnsafeMutableBufferPointer<RowCombination>.allocate(capacity: endStage + 1)
    _ = plans.initialize(from: (0...endStage).map { [tableau] in RowCombination(tableau.row($0)) })
    stagePlans = UnsafeBufferPointer(plans)
    let nodes = UnsafeMutableBufferPointer<Double>.allocate(capacity: tableau.nodes.count)
    _ = nodes.initialize(from: tableau.nodes)
    self.nodes = UnsafeBufferPointer(nodes)
    errorPlan = RowCombination(tableau.errorWeights ?? [])
    let interpolant = tableau.interpolant
    interpolantStages = (0..<interpolant.stageCount).filter {
      interpolant.coefficients[$0].contains { $0 != 0 }
    }
    scratch = RowScratch(
      rows: min(rows, RowIntegrator.mostActiveRows), width: width, stageCount: tableau.stageCount,
      weights: norm.weights)
    progress = .allocate(capacity: max(rows, 1))
    reports = .allocate(capacity: max(rows, 1))
    y = UnsafePointer(scratch.states[0])
    output = scratch.states[0]
    saveTimes = .shared(UnsafePointer(scratch.times), count: 0)
  }

  /// Rows that are under way at once.
  ///
  /// Their buffers fit into the cache of a core, and a field that computes with matrices has enough of
  /// them. When one ends, the next begins.
  package static var mostActiveRows: Int { 512 }

  /// Bytes of the buffers; they do not grow with the steps.
  package var byteCount: Int { scratch.byteCount }

  deinit {
    for plan in stagePlans { plan.deallocate() }
    stagePlans.deallocate()
    errorPlan.deallocate()
    scratch.deallocate()
    nodes.deallocate()
    progress.deallocate()
    reports.deallocate()
  }

  /// Solves from the first save time to the last, in either direction, and saves the states at all
  /// of them.
  ///
  /// Adaptive steps are not bounded by save times (states inside a step are interpolated), only the
  /// last time and the forced times are hit; fixed steps hit every save time. After a failure or a
  /// terminal event, the rest of a row's saved states are NaN. A state that is saved at the time of
  /// an event is the one after it. `eventRecords` holds the events.
  ///
  /// - Parameters:
  ///   - initial: `[rows, width]`; it may be the beginning of `states`.
  ///   - times: monotone, at least 2; times may repeat.
  ///   - states: `[times, rows, width]`.
  ///   - record: gets the accepted steps; reset it before.
  ///   - interruptions: forced times and events of the rows.
  /// - Precondition: a record of a solve with events has the level `.states`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  @discardableResult
  package func solve(
    _ field: any RowField<Scalar>, initial: UnsafePointer<Scalar>, times: SaveTimes,
    states: UnsafeMutablePointer<Scalar>, record: StepRecord<Scalar>? = nil,
    interruptions: RowInterruptions<Scalar> = RowInterruptions()
  ) -> [RowReport] {
    precondition(
      field.width == width, "a field of width \(field.width) in a solve of width \(width)")
    precondition(
      record?.level ?? .states == .states || interruptions.events == nil,
      "the stages of a solve with events cannot be recorded")
    forced = interruptions.forced(rows: rows, times)
    hasJumps = forced.contains { $0 != .none }
    holdsTerminalStates = interruptions.holdsTerminalStates
    watch = interruptions.events.map { RowWatch($0, rows: rows, width: width, times) }
    trials = recordsSteps ? Array(repeating: [], count: rows) : []
    begin(initial: initial, times: times, states: states, record: record)
    if let watch { startEvents(field, watch) }
    for row in 0..<rows { saveInitial(row, times.times(ofRow: row), times.count) }
    replaceFinishedRows()
    while active > 0 {
      if hasBeginningRows { beginPieces(field) } else { round(field) }
    }
    eventRecords = watch?.records ?? []
    record?.events = eventRecords
    self.record = nil
    watch = nil
    for row in 0..<rows { reports[row].statistics = progress[row].logic.counts }
    return Array(UnsafeBufferPointer(start: reports, count: rows))
  }

  private func begin(
    initial: UnsafePointer<Scalar>, times: SaveTimes, states: UnsafeMutablePointer<Scalar>,
    record: StepRecord<Scalar>?
  ) {
    let count = times.count
    precondition(count >= 2, "a solve takes at least 2 times, not \(count)")
    saveTimes = times
    output = states
    self.record = record
    if initial != UnsafePointer(states) {
      states.update(from: initial, count: rows * width)
    }
    (active, nextRow, roundCount) = (0, 0, 0)
    (y, yBuffer) = (UnsafePointer(scratch.states[0]), 0)
    isStateRecorded = false
    areFirstSlopesKnown = false
    hasFinishedRows = false
    hasBeginningRows = false
    for row in 0..<rows {
      (reports + row).initialize(to: RowReport(status: .completed, statistics: StepStatistics()))
      (progress + row).initialize(to: RowProgress(times: times.times(ofRow: row), count: count))
    }
  }

  /// Below it a tolerance is refused: the rounding of a single operation.
  ///
  /// A single solve refuses more (`Tolerance.smallestRelative`); neural fields in single precision are
  /// often solved at 1e-7, where steps are short but end.
  private var rounding: Double { 0.5 * Double(Scalar.ulpOfOne) }

  /// The largest magnitude in the initial state of a row.
  private func largest(_ row: Int) -> Double {
    var largest = 0.0
    for index in 0..<width {
      largest = max(largest, Double(output[row * width + index].magnitude))
    }
    return largest
  }

  private func saveInitial(_ row: Int, _ times: UnsafePointer<Double>, _ count: Int) {
    let direction = progress[row].logic.direction
    for index in 1..<count {
      precondition(
        (times[index] - times[index - 1]) * direction >= 0,
        "save times are monotone: \(times[index - 1]), \(times[index])")
    }
    var save = 0
    while save < count && times[save] == times[0] {
      record?.appendInitialSave(row: row, index: save)
      if save > 0 {
        (output + (save * rows + row) * width)
          .update(from: output + row * width, count: width)
      }
      save += 1
    }
    progress[row].save = save
    if save < count { progress[row].saveTime = times[save] }
    if progress[row].isDone {
      finish(row, reports[row].status)
    } else if save == count {
      progress[row].isDone = true
    } else if let adaptive = control.adaptive, adaptive.isBelow(rounding, largest: largest(row)) {
      finish(
        row, .toleranceBelowRounding(smallest: Tolerance.smallestRelative(for: Scalar.self)))
    }
  }
}

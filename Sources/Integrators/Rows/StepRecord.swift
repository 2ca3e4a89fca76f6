/// What a record holds of each accepted step.
package enum RecordLevel: Sendable, Hashable {
  /// Time, size and first state of each step; stages are computed again.
  case states
  /// The states of all stages as well.
  case stages
  /// And what the field keeps of each evaluation, as long as the record does not take more bytes than this.
  case evaluations(upTo: Int)
}

/// The accepted steps of one row solve, for its adjoint.
///
/// A round is one try of a step by all rows that are still under way; rounds in which no step was
/// accepted leave nothing. Memory is kept from one solve to the next: call `reset()` before each.
package final class StepRecord<Scalar: RowScalar> {
  /// The accepted steps of one round.
  package struct Round {
    /// Accepted rows; they are numbered by their position, `0 ..< rows`.
    package let rows: Int
    /// The original number of each.
    package let rowNumbers: UnsafePointer<Int32>
    /// Where each step starts, and its signed size.
    package let times: UnsafePointer<Double>
    package let steps: UnsafePointer<Double>
    /// Bounds of the times at which the field was evaluated; `nil` for none.
    let bounds: UnsafePointer<SIMD2<Double>>?
    /// Stages whose derivative the step used: those of the tableau, and one more, the derivative at
    /// the end (`Tableau.row(stageCount)`, `Tableau.node(stageCount)`), if dense output needed it.
    package let stageCount: Int
    /// `Y_i`, each `[rows, width]`; entry 0 is the state at the start, the last entry that at the
    /// end of the step.
    ///
    /// At level `.states` only entry 0 is there.
    package let stageStates: UnsafePointer<UnsafePointer<Scalar>>
    /// What the field kept of each stage's evaluation, if it did.
    package let kept: UnsafePointer<UnsafeMutablePointer<Scalar>?>?
    /// Which of the record's saves lie in these steps.
    package let saves: Range<Int>
    /// Which of the record's cuts end these steps.
    package let cuts: Range<Int>

    /// The time at which the field was evaluated at a node of a row's step: inside its smooth piece.
    package func stageTime(_ position: Int, node: Double) -> Double {
      let time = times[position] + node * steps[position]
      guard let bounds else { return time }
      return min(max(time, bounds[position].x), bounds[position].y)
    }
  }

  /// A save time that a step reached or passed.
  package struct Save {
    /// Position of the row in its round.
    package let position: Int
    /// Index of the save time.
    package let index: Int
    /// Place in the step, in (0, 1]: the state is `y + h Σ b_i(θ) k_i`, and at exactly 1 the state
    /// at the end of the step.
    package let theta: Double
    package var isEnd: Bool { theta == 1 }
  }

  /// Events that end a step: the row goes on from another state, or not at all.
  package struct Cut {
    /// Position of the row in its round.
    package internal(set) var position: Int
    /// Place in the step, in (0, 1]: the state before the events is `y + h Σ b_i(θ) k_i`.
    package let theta: Double
    package let time: Double
    /// The root function whose zero determines the time; `nil` for the time is fixed.
    package let trigger: Int?
    /// The events, in the order in which they were applied, in the solve's `eventRecords`.
    package let events: Range<Int>
  }

  /// A save time that equals a row's start: the state is the initial one.
  package struct InitialSave {
    package let row: Int
    package let index: Int
  }

  package let level: RecordLevel
  /// In the order of the walk.
  package private(set) var rounds: [Round] = []
  package private(set) var saves: [Save] = []
  package private(set) var initialSaves: [InitialSave] = []
  package private(set) var cuts: [Cut] = []
  /// The events of the solve.
  package internal(set) var events: [RowEventRecord<Scalar>] = []
  let arena = Arena()
  private var firstSave = 0
  private var firstCut = 0

  package init(level: RecordLevel) { self.level = level }

  /// Forgets all steps and keeps the memory.
  package func reset() {
    rounds.removeAll(keepingCapacity: true)
    saves.removeAll(keepingCapacity: true)
    initialSaves.removeAll(keepingCapacity: true)
    cuts.removeAll(keepingCapacity: true)
    events = []
    (firstSave, firstCut) = (0, 0)
    arena.reset()
  }

  /// Bytes that the recorded steps take.
  package var byteCount: Int {
    arena.byteCount + rounds.count * MemoryLayout<Round>.stride
      + saves.count * MemoryLayout<Save>.stride
  }

  /// Room for what an evaluation keeps; nil if nothing is to be kept.
  func memoryToKeep(_ count: Int) -> UnsafeMutablePointer<Scalar>? {
    guard case .evaluations(let most) = level, count > 0,
      arena.byteCount + count * MemoryLayout<Scalar>.stride <= most
    else { return nil }
    return arena.allocate(Scalar.self, count)
  }

  func appendInitialSave(row: Int, index: Int) {
    initialSaves.append(InitialSave(row: row, index: index))
  }

  func appendSave(position: Int, index: Int, theta: Double) {
    saves.append(Save(position: position, index: index, theta: theta))
  }

  func appendCut(_ cut: Cut) { cuts.append(cut) }

  /// The round under way has its cuts at positions of tried steps: changes them to those of accepted
  /// ones.
  func placeCuts(tried position: Int, accepted place: Int) {
    for index in firstCut..<cuts.count where cuts[index].position == position {
      cuts[index].position = place
    }
  }

  /// Closes a round with the saves that were appended since the one before.
  func appendRound(
    _ round: RowIntegrator<Scalar>.PendingRound,
    stageStates: UnsafePointer<UnsafePointer<Scalar>>
  ) {
    rounds.append(
      Round(
        rows: round.accepted, rowNumbers: round.rowNumbers, times: round.times,
        steps: round.steps, bounds: round.bounds.map { UnsafePointer($0) },
        stageCount: round.stageCount, stageStates: stageStates,
        kept: round.kept.map { UnsafePointer($0) }, saves: firstSave..<saves.count,
        cuts: firstCut..<cuts.count))
    (firstSave, firstCut) = (saves.count, cuts.count)
  }
}

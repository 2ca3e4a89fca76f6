import Platform
import NumericCore
import Integrators

/// A root of the frozen system at which a piece ends.
struct PieceRoot {
  enum Cause {
    case exit(switch: Int, mode: Double)
    /// The share of a sliding switch leaves 0 … 1, to this mode.
    case release(position: Int, mode: Double)
  }

  var cause: Cause
  /// The intermediate, or nil for a share.
  var root: Int?
  var threshold: Double
  /// +1: the value rises through the threshold; −1: it falls.
  var sign: Double
}

extension HybridSolve {
  /// The states at times, of which the first is the start; fewer than were requested if the solve ends early.
  ///
  /// At the time of a jump the state is that after it.
  func run(at times: [Double], boundaries: [Boundary]) -> [[Double]] {
    let end = times[times.count - 1]
    time = times[0]
    direction = end < time ? -1 : 1
    length = (end - time).magnitude
    var saved: [[Double]] = []
    var next = boundaries.startIndex
    func save(through limit: Double) {
      while saved.count < times.count, times[saved.count] == limit {
        saved.append(state.map(Double.init))
      }
    }
    func fixIntervals() {
      registers.fixIntervals(
        from: time, to: next < boundaries.endIndex ? boundaries[next].time : end)
    }
    func applyPresent() {
      let first = next
      while next < boundaries.endIndex, boundaries[next].time == time { next += 1 }
      fixIntervals()
      if first == next { return settleAlgebraic() }
      apply(boundaries[first..<next])
    }
    // The rates of infusions that have begun before.
    registers.fixIntervals(from: time, to: time)
    begin()
    applyPresent()
    save(through: time)
    while isRunning, time != end {
      let limit = next < boundaries.endIndex ? boundaries[next].time : end
      let inner = times[saved.count...].prefix { ($0 - limit) * direction < 0 }
      advance(to: limit, at: Array(inner), into: &saved)
      guard isRunning else { break }
      if time == limit { applyPresent() }
      save(through: time)
    }
    return saved
  }

  /// Solves until a time or an earlier root, whose jump is applied.
  private func advance(to limit: Double, at times: [Double], into saved: inout [[Double]]) {
    let roots = self.roots
    let piece: PieceSolver<Scalar>.Piece
    do {
      piece = try PieceSolver(
        solver, registers, used: statistics.acceptedSteps + statistics.rejectedSteps
      ).solve(
        from: state, over: TimeSpan(from: time, to: limit), at: times, roots: roots.count
      ) { self.setExcesses(of: roots, $0, $1, &$2) }
    } catch .initialStateNotFinite(let component) {
      status = .nonFinite(time: time, component: component % count)
      return
    } catch .toleranceBelowRounding(_, let smallest) {
      status = .toleranceBelowRounding(smallest: smallest)
      return
    } catch {
      preconditionFailure("save times are monotone: \(error)")
    }
    statistics.add(piece.statistics)
    steps += piece.steps
    saved += piece.states.map { $0.map(Double.init) }
    time = piece.time
    state = piece.state
    guard piece.status.isCompleted else {
      status = piece.status
      if case .nonFinite(let time, let component) = status {
        status = .nonFinite(time: time, component: component % count)
      }
      return
    }
    if let root = piece.root {
      if crossingsAccumulate(within: 1e-8 * length) {
        status = .eventsAccumulate(time: time, event: root)
      } else {
        leave(roots[root])
      }
      return
    }
    // A root that the end of the piece is beyond, such as one that is reached exactly there.
    let excesses = excesses(of: roots, time, state)
    for (root, excess) in zip(roots, excesses) where excess > 0 && isRunning { leave(root) }
  }

  /// Whether the last crossings follow each other so fast that they have no end, as those of a ball that comes to rest.
  private func crossingsAccumulate(within length: Double) -> Bool {
    crossingTimes.append(time)
    if crossingTimes.count > 20 { crossingTimes.removeFirst() }
    return crossingTimes.count == 20 && (time - crossingTimes[0]).magnitude < length
  }

  private var roots: [PieceRoot] {
    var roots: [PieceRoot] = []
    for (place, found) in model.switches.enumerated()
    where !found.isTimed && !sliding.contains(place) {
      for exit in found.kind.exits(from: registers.mode(place)) {
        roots.append(
          PieceRoot(
            cause: .exit(switch: place, mode: exit.mode), root: found.root,
            threshold: exit.threshold, sign: exit.sign))
      }
    }
    for (position, place) in sliding.enumerated() {
      guard let (low, high) = model.switches[place].kind.sides else { continue }
      roots.append(
        PieceRoot(
          cause: .release(position: position, mode: low), root: nil, threshold: 0, sign: -1))
      roots.append(
        PieceRoot(
          cause: .release(position: position, mode: high), root: nil, threshold: 1, sign: 1))
    }
    return roots
  }

  /// How far each root is beyond its threshold.
  private func excesses(of roots: [PieceRoot], _ time: Double, _ state: [Scalar]) -> [Double] {
    var excesses = roots.map { _ in 0.0 }
    state.withUnsafeBufferPointer { state in
      guard let first = state.baseAddress else { return }
      setExcesses(of: roots, time, first, &excesses)
    }
    return excesses
  }

  /// The same into memory that is there; allocates nothing where nothing slides.
  private func setExcesses(
    of roots: [PieceRoot], _ time: Double, _ state: UnsafePointer<Scalar>,
    _ excesses: inout [Double]
  ) {
    if roots.isEmpty { return }
    let shares = sliding.isEmpty ? [] : registers.slidingShares(time, state)
    registers.withValues(time, state) { values in
      for (place, root) in roots.enumerated() {
        switch root.cause {
        case .exit: excesses[place] = root.sign * (values[root.root ?? 0] - root.threshold)
        case .release(let position, _):
          excesses[place] = root.sign * (shares[position] - root.threshold)
        }
      }
    }
  }

  private func leave(_ root: PieceRoot) {
    switch root.cause {
    case .exit(let place, let mode): leave(place, to: mode)
    case .release(let position, let mode):
      let place = sliding.remove(at: position)
      registers.set(mode: place, to: mode)
      updateModes(readersOf: [place])
    }
  }
}

extension StepStatistics {
  /// Adds those of a later piece.
  mutating func add(_ other: StepStatistics) {
    if acceptedSteps == 0 {
      firstStep = other.firstStep
      smallestStep = other.smallestStep
    } else if other.acceptedSteps > 0 {
      smallestStep = min(smallestStep, other.smallestStep)
    }
    largestStep = max(largestStep, other.largestStep)
    evaluations += other.evaluations
    acceptedSteps += other.acceptedSteps
    rejectedSteps += other.rejectedSteps
    jacobians += other.jacobians
    factorizations += other.factorizations
  }
}

import Platform
public import NumericCore

/// The states that a solve has found, how it ended and what it has cost.
public struct Solution<State: VectorSpace>: Sendable {
  /// Times of the saved states: those that were requested and were reached, or else the ends of all
  /// steps.
  public var times: [Double] = []
  /// The states at `times`.
  public var states: [State] = []
  /// How the solve ended.
  public var status = SolveStatus.completed
  /// What the solve has cost.
  public var statistics = StepStatistics()
  /// The events that have occurred, in the order of the solve.
  public var events: [EventRecord<State>] = []
  /// The steps that were tried, in order, if `ODESolver.recordsSteps` asks for them.
  public var steps: [StepTrial] = []
  @usableFromInline var dense: DenseOutput<State>?

  @inlinable
  init() {}

  /// Whether states between the saved ones can be requested.
  @inlinable public var isDense: Bool { dense != nil }

  /// The state at any time of the solve, with the accuracy of the method's interpolant.
  ///
  /// At the time of an event it is the state after it; the one before is in `events`.
  ///
  /// - Precondition: the solve was not requested states at certain times only, and the time lies
  ///   between the first and the last one.
  public func state(at time: Double) -> State {
    guard let dense else {
      preconditionFailure("a solve that saves at given times has no dense output")
    }
    return dense.state(at: time, times: times, states: states)
  }
}

/// The polynomials of all steps of a solve.
@usableFromInline
struct DenseOutput<State: VectorSpace>: Sendable {
  /// Of each step, `h Σ_i coefficients[i][p] k_i` for each power of θ.
  @usableFromInline var polynomials: [State] = []
  @usableFromInline let degree: Int

  @inlinable
  init(degree: Int) { self.degree = degree }

  @usableFromInline
  func state(at time: Double, times: [Double], states: [State]) -> State {
    let (first, last) = (times[0], times[times.count - 1])
    let direction: Double = last < first ? -1 : 1
    precondition(
      (time - first) * direction >= 0 && (last - time) * direction >= 0,
      "time \(time) is not between \(first) and \(last)")
    // The first step whose end is not before the time.
    var (low, high) = (1, times.count - 1)
    if high == 0 { return states[0] }
    while low < high {
      let middle = (low + high) / 2
      if (times[middle] - time) * direction >= 0 { high = middle } else { low = middle + 1 }
    }
    if times[low] == time { return states[low] }
    let theta = (time - times[low - 1]) / (times[low] - times[low - 1])
    var sum = states[low - 1].zero
    for power in (0..<degree).reversed() {
      sum = polynomials[(low - 1) * degree + power].adding(1, times: sum).scaled(by: theta)
    }
    return states[low - 1].adding(1, times: sum)
  }
}

public import NumericCore

/// In which direction a root function crosses zero, in the direction of the solve.
public enum EventDirection: Hashable, BitwiseCopyable, Sendable {
  /// From negative to positive.
  case rising
  /// From positive to negative.
  case falling
  case either
}

/// Something that happens at a root of a function of time and state, or at given times.
///
/// A ball that bounces:
///
/// ```swift
/// let floor = Event<Ball>.root(.falling, of: { _, y in y.x }, .reset { _, y in SIMD2(0, -0.9 * y.y) })
/// let solution = try ODESolver().solve(Ball(), from: SIMD2(1, 0), over: span, events: [floor])
/// ```
///
/// Roots are located on the dense output to the resolution of the time. The function and its slope
/// are examined at the ends and the quarters of each accepted step; where the function turns toward
/// zero and back between two of these places, its extremum is located. A step that is rejected fires
/// nothing.
///
/// Events that occur at the same time are applied in the order of their indices, each to the state
/// that the one before has left. A root function that a jump of the state or of time carries over
/// zero fires too. After an event its root function does not fire again at the same point.
public struct Event<Field: VectorField>: Sendable {
  /// The state of the field.
  public typealias State = Field.State
  /// A function whose roots are events.
  public typealias Function = @Sendable (_ time: Double, _ state: State) -> Double

  /// When the event occurs.
  public enum Trigger: Sendable {
    case root(EventDirection, of: Function)
    /// Times in any order; they are forced times of the solve.
    case times([Double])
  }

  /// What the event does.
  public enum Action: Sendable {
    /// Only records time and state; the steps do not change.
    case record
    /// Ends the solve.
    case terminate
    /// Replaces the state.
    case reset(@Sendable (_ time: Double, _ state: State) -> State)
    /// Replaces the state and may change the field's own values, such as the mode of a switch.
    case change(@Sendable (inout Field, _ time: Double, _ state: State) -> State)
  }

  /// When the event occurs.
  public var trigger: Trigger
  /// What the event does.
  public var action: Action

  /// An event with a trigger and an action.
  @inlinable
  public init(_ trigger: Trigger, _ action: Action) {
    self.trigger = trigger
    self.action = action
  }

  /// An event at the roots of a function.
  @inlinable
  public static func root(
    _ direction: EventDirection = .either, of function: @escaping Function,
    _ action: Action = .record
  ) -> Event {
    Event(.root(direction, of: function), action)
  }

  /// An event at given times, such as a dose.
  @inlinable
  public static func at(_ times: [Double], _ action: Action) -> Event {
    Event(.times(times), action)
  }

  /// Whether the event leaves the solution as it is.
  @inlinable var isRecordOnly: Bool {
    if case .record = action { true } else { false }
  }

  /// The times of a timed event.
  @inlinable var times: [Double] {
    if case .times(let times) = trigger { times } else { [] }
  }
}

/// An event that occurred in a solve.
public struct EventRecord<State: VectorSpace>: Sendable {
  /// The index of the event in the list that the solve was given.
  public let event: Int
  /// When the event occurred.
  public let time: Double
  /// The state before the event's action.
  public let stateBefore: State
  /// The state after this event; where several occur at once, the next one starts from it.
  public let stateAfter: State

  @inlinable
  init(event: Int, time: Double, stateBefore: State, stateAfter: State) {
    self.event = event
    self.time = time
    self.stateBefore = stateBefore
    self.stateAfter = stateAfter
  }
}

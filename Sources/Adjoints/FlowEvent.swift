public import Integrators
public import Tensors

/// Something that happens in a flow where a function of time and state crosses zero.
///
/// A ball that bounces with a restitution that is learned:
///
/// ```swift
/// let floor = FlowEvent<Ball>(
///   .falling, of: { _, _, y in y.split([1, 1], axis: 1)[0] },
///   .reset { ball, _, y in
///     let parts = y.split([1, 1], axis: 1)
///     return concatenate([0 * parts[0], -ball.restitution * parts[1]], axis: 1)
///   })
/// flow.events = [floor]
/// ```
///
/// Function and reset may read the field's tensors: gradients reach them, and the time of the event
/// is differentiated as well, by the implicit function theorem. Every row has its own events.
public struct FlowEvent<Field: TensorField>: Sendable {
  /// A tensor from the field, the time `[rows, 1]` and the state `[rows, …]`.
  public typealias Function =
    @Sendable (_ field: Field, _ time: Tensor, _ state: Tensor) -> Tensor

  /// The effect of an event.
  public enum Action: Sendable {
    /// Ends the row: its state is constant afterwards.
    case terminate
    /// Replaces the state.
    case reset(Function)
  }

  /// The crossings that count.
  public var direction: EventDirection
  /// `[rows, 1]`.
  public var function: Function
  /// The effect of the event.
  public var action: Action

  /// An event at the zeros of a function.
  public init(
    _ direction: EventDirection = .either, of function: @escaping Function, _ action: Action
  ) {
    self.direction = direction
    self.function = function
    self.action = action
  }
}

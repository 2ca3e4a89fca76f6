import Platform
import Graphs
import Integrators
import Tensors

/// The interruptions of the solves of a plan.
package struct FlowInterruptions: Sendable {
  /// An event as graphs of one row, `(time, state, θ…)`.
  package struct Event: Sendable {
    var direction: EventDirection
    /// The event function: one number.
    var root: Graph
    /// The state after the event; `nil` if the row ends.
    var reset: Graph?
  }

  /// Times at which the field may jump.
  var forcedTimes: [Double] = []
  var events: [Event] = []

  package static let none = FlowInterruptions()
}

extension TensorField {
  /// An event's functions as graphs of one row.
  ///
  /// - Parameter types: of time, state and parameters.
  func graphs(of event: FlowEvent<Self>, _ types: [TensorType]) -> FlowInterruptions.Event {
    let types = [TensorType(types[0].shape, types[1].scalar)] + types.dropFirst()
    func made(_ function: FlowEvent<Self>.Function, _ count: Int) -> Graph {
      graph(types, isPerRow) { field, time, state in
        let result = function(field, time, state)
        precondition(
          result.type.count == count && result.scalarType == state.scalarType,
          "an event's function maps \(state.type) to \(result.type)")
        return result
      }
    }
    var reset: Graph?
    if case .reset(let function) = event.action { reset = made(function, types[1].count) }
    return .init(direction: event.direction, root: made(event.function, 1), reset: reset)
  }
}

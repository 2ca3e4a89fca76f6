public import Adjoints
public import Integrators
public import Tensors

/// The dynamics of a recurrent state between two observations.
public enum HiddenDynamics: TensorTree {
  /// It stays: a plain recurrent network.
  case constant
  /// It fades as `h exp(−τ Δ)` with a learned rate `τ = softplus(rate)`, `[hidden]`: RNN-Decay and GRU-D.
  case decay(rate: Tensor)
  /// It follows `dh/dt = f(h)`: ODE-RNN.
  ///
  /// An unrolled flow takes the same number of steps over every gap, whatever its length, and is
  /// fast; any other solves each row to its tolerance.
  case flow(Flow<LatentField>)

  /// The flow of a field in `count` equal steps of a method over every gap.
  public static func steps(
    _ count: Int, _ method: ODEMethod = .euler, of field: LatentField
  ) -> HiddenDynamics {
    .flow(
      Flow(
        of: field, solver: ODESolver(method: method, control: .steps(perInterval: count)),
        adjoint: .unrolled))
  }

  /// The state `[batch, hidden]` after a gap `[batch, 1]`; a gap of 0 changes no bit of it.
  public func advanced(_ state: Tensor, over gap: Tensor) -> Tensor {
    switch self {
    case .constant: state
    case .decay(let rate): state * exp(-(softplus(rate) * gap))
    case .flow(let flow): flow.advanced(state, over: gap)
    }
  }

  /// Where states `[batch, hidden]` land that follow the flow over gaps `[batch, 1]` and back: at themselves, if the solver
  /// follows the field; nil where no equation is solved.
  public func roundTrip(_ state: Tensor, over gap: Tensor) -> Tensor? {
    guard case .flow(let flow) = self else { return nil }
    return flow.advanced(flow.advanced(state, over: gap), over: -1 * gap)
  }

  /// The same field with a finer solver; nil where no equation is solved.
  public var refined: HiddenDynamics? {
    guard case .flow(var flow) = self else { return nil }
    flow.solver = flow.solver.refined
    return .flow(flow)
  }

  /// Whether a gap makes a difference.
  var isConstant: Bool {
    if case .constant = self { true } else { false }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .constant: break
    case .decay(var rate):
      visitor("rate", &rate)
      self = .decay(rate: rate)
    case .flow(var flow):
      visitor("flow", &flow)
      self = .flow(flow)
    }
  }
}

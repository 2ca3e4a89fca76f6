public import Adjoints
public import Integrators
public import Tensors

/// The layers between stem and head: a stack of residual blocks, or one block as a field that is integrated.
///
/// `h + f(h)` against `dh/dt = f`: the comparison is one switch.
public enum Depth<Block: TensorField>: TensorTree {
  /// `h ← h + F_i(h)`, each block with its own weights.
  case residual([Block])
  /// `dh/dt = F(t, h)` over `t ∈ [0, time]`. With the discrete adjoint this is an RK-Net, with backsolve an ODE-Net.
  case continuous(Flow<Block>, time: Double)
  /// `dx/dt = v`, `dv/dt = F(t, [x, v])`: the state is position and velocity side by side.
  case secondOrder(Flow<SecondOrderField<Block>>, time: Double)

  /// Shapes: `[batch, …]` → same.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .residual(let blocks):
      let time = Tensor.zeros([], scalarType: input.scalarType)
      return blocks.reduce(input) { $0 + $1(time, $0) }
    case .continuous(let flow, let time): return flow(input, at: [0, time]).final
    case .secondOrder(let flow, let time): return flow(input, at: [0, time]).final
    }
  }

  /// The image of a state after a forward and a backward solve by the same solver, equal to the
  /// state if the solver resolves the field; `nil` for a stack of blocks.
  ///
  /// Shapes: `[batch, …]` → same.
  public func roundTrip(_ input: Tensor) -> Tensor? {
    func trip(_ flow: Flow<some TensorField>, _ time: Double) -> Tensor {
      flow(flow(input, at: [0, time]).final, at: [time, 0]).final
    }
    return switch self {
    case .residual: nil
    case .continuous(let flow, let time): trip(flow, time)
    case .secondOrder(let flow, let time): trip(flow, time)
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .residual(var blocks):
      visitor("blocks", &blocks)
      self = .residual(blocks)
    case .continuous(var flow, let time):
      visitor("flow", &flow)
      self = .continuous(flow, time: time)
    case .secondOrder(var flow, let time):
      visitor("flow", &flow)
      self = .secondOrder(flow, time: time)
    }
  }

  /// The same weights with another solver; a stack of blocks stays as it is.
  public func with(solver: ODESolver) -> Depth {
    switch self {
    case .residual: return self
    case .continuous(var flow, let time):
      flow.solver = solver
      return .continuous(flow, time: time)
    case .secondOrder(var flow, let time):
      flow.solver = solver
      return .secondOrder(flow, time: time)
    }
  }
}

public import Adjoints
public import NeuralNets
public import Tensors

/// A known field with parameters for each row, and optionally a network for the unknown part:
/// `dz/dt = f(t, z; θ) + net(z)`.
public struct PartlyKnownField: TensorField {
  /// Derivatives `[rows, state]` from time, state `[rows, state]` and parameters `[rows, parameter]`.
  public typealias Known =
    @Sendable (_ time: Tensor, _ state: Tensor, _ parameters: Tensor) -> Tensor

  private let known: Known
  /// θ, `[rows, parameter]`.
  public var parameters: Tensor
  /// The unknown term; `nil` for the known field alone.
  public var correction: MLP?

  /// A known field with its parameters for each row and an optional correction.
  public init(known: @escaping Known, parameters: Tensor, correction: MLP? = nil) {
    self.known = known
    self.parameters = parameters
    self.correction = correction
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let slope = known(time, state, parameters)
    return correction.map { slope + $0(state) } ?? slope
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("parameters", perRow: &parameters)
    visitor("correction", &correction)
  }

  /// The plane pendulum without friction: state (angle, angular velocity), parameter length in metres, g = 10 m/s².
  ///
  /// `θ′ = ω`, `ω′ = −(g / l) sin θ`.
  public static let pendulum: Known = { _, state, parameters in
    let angle = state.sliced(0..<1, axis: -1)
    let velocity = state.sliced(1..<2, axis: -1)
    return concatenate([velocity, -10 * sin(angle) / parameters], axis: -1)
  }
}

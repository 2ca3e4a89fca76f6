public import NumericCore
public import Adjoints
public import Integrators
public import NeuralNets
public import Tensors

/// A neural ODE over `t ∈ [0, 1]` on an augmented state, with or without a linear readout.
///
/// Shapes: `[batch, features]` → `[batch, outputs]`; without a readout the result is the first
/// features of the state.
public struct AugmentedODE<Field: TensorField>: TensorTree {
  /// How inputs become the initial state.
  public var augmentation: Augmentation
  /// The flow of the state over `t ∈ [0, 1]`.
  public var flow: Flow<Field>
  /// The linear map from the final state to the outputs; `nil` for none.
  public var readout: Linear?
  /// The number of input features.
  public var features: Int

  /// A model of given parts.
  public init(
    features: Int, augmentation: Augmentation, flow: Flow<Field>, readout: Linear?
  ) {
    self.features = features
    self.augmentation = augmentation
    self.flow = flow
    self.readout = readout
  }

  /// The state at `t = 1`.
  public func state(_ x: Tensor) -> Tensor { flow(augmentation(x), at: [0, 1]).final }

  /// The outputs for a batch, `[batch, outputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let state = state(x)
    return readout.map { $0(state) } ?? state.sliced(0..<features, axis: -1)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("augmentation", &augmentation)
    visitor("flow", &flow)
    visitor("readout", &readout)
  }
}

extension AugmentedODE where Field == PerceptronField {
  /// The setting of Dupont et al.: `[h, t]` → hidden → hidden → state.
  public init(
    features: Int, augmentedBy extra: Int, hidden: Int = 32, outputs: Int?,
    activation: Activation = .relu, solver: ODESolver, key: RandomKey
  ) {
    let keys = key.split(2)
    let width = features + extra
    let field = PerceptronField(
      width: width, hidden: [hidden, hidden], activation: activation, key: keys[0])
    self.init(
      features: features, augmentation: extra == 0 ? .none : .zeros(extra),
      flow: Flow(of: field, solver: solver),
      readout: outputs.map { Linear(width, $0, key: keys[1]) })
  }
}

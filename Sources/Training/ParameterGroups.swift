import Platform
public import Tensors

/// An optimizer whose rate differs between groups of parameters, chosen by name.
///
/// The encoder learns ten times slower than the rest, and the embedding is fixed:
///
/// ```swift
/// let optimizer = ParameterGroups(
///   Adam(for: model), factors: [("encoder", 0.1), ("encoder.embedding", 0)])
/// ```
///
/// The change that the base optimizer makes to a parameter is multiplied by the group's factor. This is the rate's factor for
/// every optimizer whose change is proportional to the rate, as those of this module are.
public struct ParameterGroups<Base: Optimizer>: Optimizer {
  /// The optimizer of all parameters.
  public var base: Base
  /// Factors of the rate by name.
  ///
  /// A name applies to the parameter of that name and to all whose names begin with it and a dot. The longest name that applies decides; parameters without a name here have the factor 1.
  public let factors: [(name: String, factor: Double)]

  /// - Precondition: factors are finite and not negative.
  public init(_ base: Base, factors: [(name: String, factor: Double)]) {
    precondition(
      factors.allSatisfy { $0.factor >= 0 && $0.factor.isFinite },
      "factors of learning rates are finite and not negative, got \(factors)")
    self.base = base
    self.factors = factors.sorted { $0.name.count > $1.name.count }
  }

  public var learningRate: Schedule {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  public var state: OptimizerState {
    get { base.state }
    set { base.state = newValue }
  }

  /// The factor of the rate of a parameter.
  public func factor(of name: String) -> Double {
    factors.first { name == $0.name || name.hasPrefix($0.name + ".") }?.factor ?? 1
  }

  public mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
    let before = model.tensors
    base.update(&model, along: gradient)
    let names = model.tensorNames
    let moved = model.tensors.enumerated().map { index, after in
      Self.part(factor(of: names[index]), from: before[index], to: after)
    }
    model = model.replacingTensors(with: moved)
  }

  /// `before + factor (after − before)`.
  private static func part(_ factor: Double, from before: Tensor, to after: Tensor) -> Tensor {
    if factor == 1 { return after }
    if factor == 0 { return before }
    let values = zip(before.concreteStorage.doubles, after.concreteStorage.doubles).map {
      $0 + factor * ($1 - $0)
    }
    return switch before.scalarType {
    case .float32: Tensor(values.map(Float.init), shape: before.shape)
    case .float64: Tensor(values, shape: before.shape)
    }
  }
}

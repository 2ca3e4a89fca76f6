import Platform
public import Tensors

/// The weighted mean of the gradients of several batches: an update of a larger batch than fits
/// into memory.
///
/// ```swift
/// var accumulator = GradientAccumulator(for: model)
/// for part in parts {
///   let result = lossAndGradient(model, part)
///   accumulator.add(result.gradient, weight: Double(part.count))
/// }
/// optimizer.update(&model, along: accumulator.mean)
/// accumulator.reset()
/// ```
///
/// Where the loss is a mean over rows and every weight is a batch's number of rows, the mean is the
/// gradient of the loss of all rows. Sums have double precision.
public struct GradientAccumulator<Model: TensorTree>: Sendable {
  private let form: Model
  private let types: [TensorType]
  private var sums: [[Double]]
  /// The sum of the weights.
  public private(set) var weight = 0.0

  /// An empty sum for gradients of a model.
  public init(for model: Model) {
    form = model
    types = model.tensors.map(\.type)
    sums = types.map { [Double](repeating: 0, count: $0.count) }
  }

  /// Adds a concrete gradient.
  ///
  /// - Precondition: the gradient has the shapes of the model, and the weight is positive.
  public mutating func add(_ gradient: Model, weight: Double = 1) {
    let slopes = gradient.tensors
    precondition(
      slopes.map(\.type) == types,
      "the sum was made for \(types), not for a gradient of \(slopes.map(\.type))")
    precondition(weight > 0, "a gradient's weight is positive, got \(weight)")
    for (place, slope) in slopes.enumerated() {
      for (index, value) in slope.concreteStorage.doubles.enumerated() {
        sums[place][index] += weight * value
      }
    }
    self.weight += weight
  }

  /// `Σ weight · gradient / Σ weight`, in the model's own type.
  ///
  /// - Precondition: at least one gradient was added.
  public var mean: Model {
    precondition(weight > 0, "the mean of no gradients is not defined; add one first")
    return form.replacingTensors(
      with: zip(sums, types).map { sums, type in
        Tensor(sums.map { $0 / weight }, shape: type.shape).evaluated(as: type.scalar)
      })
  }

  /// Removes all gradients.
  public mutating func reset() { self = GradientAccumulator(for: form) }
}

extension Tensor {
  /// Concrete double-precision elements, rounded to a scalar type.
  fileprivate func evaluated(as scalar: ScalarType) -> Tensor {
    let values = concreteStorage.doubles
    return switch scalar {
    case .float32: Tensor(values.map(Float.init), shape: shape)
    case .float64: Tensor(values, shape: shape)
    }
  }
}

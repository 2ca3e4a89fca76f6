public import Integrators
public import Transforms
public import Tensors

/// Data points and the randomness of one step of training.
public struct DensityBatch: TensorTree {
  /// `[rows, D]`.
  public var points: Tensor
  /// `ε` of the trace estimate, `[rows, D]`; `nil` for the exact trace.
  public var noise: Tensor?
  /// STEER's factor on the end time, a scalar.
  public var durationFactor: Tensor?

  /// A batch of points, with noise for an estimated trace.
  public init(points: Tensor, noise: Tensor? = nil, durationFactor: Tensor? = nil) {
    self.points = points
    self.noise = noise
    self.durationFactor = durationFactor
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("points", &points)
    visitor("noise", &noise)
    visitor("durationFactor", &durationFactor)
  }
}

/// What training by maximum likelihood minimizes.
///
/// `−E log p(x) + kinetic · E ½ ∫ |f|² dt + jacobian · E ½ ∫ |∂f/∂z|² dt`: without penalties the likelihood alone, with
/// them RNODE, whose paths are straight and slow.
/// - Source: Finlay et al. 2020, equation 6.
public struct DensityObjective: Hashable, Sendable {
  /// The weight of `½ ∫ \|f\|² dt`.
  public var kinetic: Double
  /// The weight of `½ ∫ \|∂f/∂z\|² dt`.
  public var jacobian: Double

  /// An objective; the default is the likelihood alone.
  public init(kinetic: Double = 0, jacobian: Double = 0) {
    self.kinetic = kinetic
    self.jacobian = jacobian
  }

  /// The loss of a batch in nats; auxiliary: the mean negative log-likelihood.
  public func callAsFunction<Field: DensityField>(
    _ model: ContinuousNormalizingFlow<Field>, _ batch: DensityBatch, solver: ODESolver? = nil
  ) -> LossAndAuxiliary {
    let isPenalized = kinetic != 0 || jacobian != 0
    let path = model.logDensity(
      of: batch.points,
      FlowOptions(
        noise: batch.noise, penalties: isPenalized, durationFactor: batch.durationFactor,
        solver: solver))
    let negative = -path.logDensity.mean()
    var loss = negative
    if let energy = path.kinetic, kinetic != 0 { loss = loss + kinetic * energy.mean() }
    if let norm = path.jacobian, jacobian != 0 { loss = loss + jacobian * norm.mean() }
    return LossAndAuxiliary(loss, auxiliary: [negative])
  }
}

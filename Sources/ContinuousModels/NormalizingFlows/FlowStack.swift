import Platform
public import Tensors

/// Continuous flows one after the other, with moving batch norms before, between and after them.
///
/// Data pass through norm 0, flow 0, norm 1, …, norm n to the base distribution.
/// - Source: Grathwohl et al. 2019, the tabular models.
public struct FlowStack<Field: DensityField>: TensorTree {
  /// The flows, from data to base.
  public var flows: [ContinuousNormalizingFlow<Field>]
  /// The norms: one before, between and after the flows.
  public var norms: [MovingBatchNorm]

  /// - Precondition: at least one flow; all have one dimension, run from data to base, and share a base.
  public init(_ flows: [ContinuousNormalizingFlow<Field>]) {
    precondition(
      !flows.isEmpty
        && flows.allSatisfy {
          $0.dimension == flows[0].dimension && $0.baseVariance == flows[0].baseVariance
        }, "flows of dimensions \(flows.map(\.dimension)) do not follow on each other")
    self.flows = flows
    norms = (0...flows.count).map { _ in
      MovingBatchNorm(dimension: flows[0].dimension, scalarType: flows[0].scalarType)
    }
  }

  /// Points carried through the whole stack.
  public struct Density: Sendable {
    /// Base points, `[rows, D]`.
    public var points: Tensor
    /// In nats, `[rows]`.
    public var logDensity: Tensor
    /// Mean and variance `[D]` of what each norm saw, in order: for `following`.
    public var statistics: [Tensor]
    /// Penalties of all paths, `[rows]`.
    public var kinetic: Tensor?
    /// `½ ∫ \|∂f/∂z\|² dt` of all flows, `[rows]`; `nil` unless requested.
    public var jacobian: Tensor?
  }

  /// Data `[rows, D]` to the base distribution.
  public func logDensity(of data: Tensor, _ options: FlowOptions = FlowOptions()) -> Density {
    var z = data
    var gain = Tensor.zeros([data.shape[0]], scalarType: data.scalarType)
    var statistics: [Tensor] = []
    var paths: [FlowPath] = []
    for (place, norm) in norms.enumerated() {
      let mean = z.mean([0])
      statistics += [mean, square(z - mean).mean([0])]
      let (y, logDeterminant) = norm(z)
      (z, gain) = (y, gain + logDeterminant)
      if place < flows.count {
        let path = flows[place].logDensity(of: z, options)
        (z, gain) = (path.points, gain + path.gain)
        paths.append(path)
      }
    }
    return Density(
      points: z, logDensity: flows[0].baseLogDensity(z) + gain, statistics: statistics,
      kinetic: Self.sum(paths.compactMap(\.kinetic)),
      jacobian: Self.sum(paths.compactMap(\.jacobian)))
  }

  /// Base points `[rows, D]` to data.
  public func sample(_ base: Tensor, _ options: FlowOptions = FlowOptions()) -> Tensor {
    var z = base
    for place in norms.indices.reversed() {
      if place < flows.count { z = flows[place].sample(z, options).points }
      z = norms[place].inverse(z)
    }
    return z
  }

  /// The stack after a step of training whose batch had these statistics.
  public func following(_ statistics: [Tensor]) -> FlowStack {
    var next = self
    for place in norms.indices {
      next.norms[place] = norms[place].following(
        mean: statistics[2 * place], variance: statistics[2 * place + 1])
    }
    return next
  }

  private static func sum(_ parts: [Tensor]) -> Tensor? {
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(first, +)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("flows", &flows)
    visitor("norms", &norms)
  }
}

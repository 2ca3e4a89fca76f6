import Platform

/// The coefficients of an explicit Runge–Kutta method.
///
/// A step of size `h` from `y` at time `t`: `Y_i = y + h Σ_{j<i} a_ij k_j`, `k_i = f(t + c_i h,
/// Y_i)`, and then `y′ = y + h Σ b_i k_i`. What can be derived from these numbers is derived.
public struct Tableau: Hashable, Sendable {
  /// `c`: where in the step each stage is evaluated.
  public let nodes: [Double]
  /// `a`: row `i` has `i` entries.
  public let stages: [[Double]]
  /// `b`: the weights that advance the solution.
  public let weights: [Double]
  /// The weights of the second solution, whose difference from the first estimates the error.
  public let embeddedWeights: [Double]?
  /// The error of one step of size `h` is O(h^(order + 1)).
  public let order: Int
  /// The order of the second solution; `nil` for a method without error estimate.
  public let embeddedOrder: Int?
  /// Dense output.
  public let interpolant: Interpolant
  /// Whether the last stage is the derivative at the end of the step, and so the next step's first
  /// ("first same as last"); found from the numbers.
  public let isFSAL: Bool

  /// - Precondition: the first node is 0 and all lists have matching lengths.
  public init(
    nodes: [Double], stages: [[Double]], weights: [Double], embeddedWeights: [Double]? = nil,
    order: Int, embeddedOrder: Int? = nil, interpolant: Interpolant? = nil
  ) {
    precondition(
      nodes.count == stages.count && nodes.count == weights.count
        && nodes.count == embeddedWeights?.count ?? nodes.count && nodes.first == 0
        && stages.enumerated().allSatisfy { $1.count == $0 },
      "a tableau of \(nodes.count) nodes, \(stages.count) stages and \(weights.count) weights")
    precondition(
      (embeddedWeights == nil) == (embeddedOrder == nil), "embedded weights need their order")
    self.nodes = nodes
    self.stages = stages
    self.weights = weights
    self.embeddedWeights = embeddedWeights
    self.order = order
    self.embeddedOrder = embeddedOrder
    let reuses =
      stages.count > 1 && nodes.last == 1 && weights.last == 0
      && stages.last == weights.dropLast()
    isFSAL = reuses
    self.interpolant =
      interpolant ?? .cubicHermite(weights: weights, isFSAL: reuses)
    precondition(
      self.interpolant.coefficients.count == nodes.count + (reuses ? 0 : 1)
        || self.interpolant.coefficients.count == nodes.count,
      "an interpolant has weights for each stage")
  }

  /// Evaluations of the field in a step that reuses nothing.
  public var stageCount: Int { nodes.count }

  /// `b − b̂`: `h Σ e_i k_i` estimates the error of a step.
  public var errorWeights: [Double]? {
    embeddedWeights.map { zip(weights, $0).map { $0 - $1 } }
  }

  /// The error estimate of a step of size `h` is O(h^errorOrder).
  public var errorOrder: Int? { embeddedOrder.map { min($0, order) + 1 } }

  /// Row `i` of `a`; for `i` = `stageCount` the weights, as if the derivative at the end were one
  /// more stage.
  public func row(_ stage: Int) -> [Double] {
    stage == stageCount ? weights : stages[stage]
  }

  /// Node `i`; 1 for `i` = `stageCount`.
  public func node(_ stage: Int) -> Double { stage == stageCount ? 1 : nodes[stage] }

  /// Whether `y′` depends on this stage.
  public func isNeededForAdvance(_ stage: Int) -> Bool {
    if weights[stage] != 0 { return true }
    return (stage + 1..<stageCount).contains { later in
      stages[later][stage] != 0 && isNeededForAdvance(later)
    }
  }

  /// `R(z)` with which a step multiplies the state of `y' = λ y`, `z = h λ` real.
  public func stabilityFunction(_ z: Double) -> Double {
    var slopes: [Double] = []
    for row in stages {
      slopes.append(1 + z * zip(row, slopes).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return 1 + z * zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The largest `x` with `|R(−s)| ≤ 1` for all `0 ≤ s ≤ x`, to 0.01.
  public var realStabilityBoundary: Double {
    let steps = (1...10_000).lazy.map { Double($0) * 0.01 }
    let outside = steps.first { abs(stabilityFunction(-$0)) > 1 + 1e-9 }
    return (outside ?? 100) - 0.01
  }
}

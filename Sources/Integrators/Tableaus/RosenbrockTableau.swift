import Platform

/// The coefficients of a Rosenbrock method: implicit, but every stage is one linear system.
///
/// A step of size `h` of `M y' = f(t, y)` from `y` at time `t`, with `J = ∂f/∂y` and `∂f/∂t` there:
/// `(M/(γ h) − J) u_i = f(t + c_i h, y + Σ_{j<i} a_ij u_j) + M Σ_{j<i} (C_ij/h) u_j + h d_i ∂f/∂t`, and then
/// `y′ = y + Σ m_i u_i`. All stages share one matrix. `M` is diagonal (`VectorField.massDiagonal`), usually 1.
///
/// Source: Hairer, Wanner, Solving Ordinary Differential Equations II, IV.7 (7.25).
public struct RosenbrockTableau: Hashable, Sendable {
  /// The diagonal coefficient: a step solves with `M / (h γ) − J`.
  public let gamma: Double
  /// `c`: where in the step each stage is evaluated.
  public let nodes: [Double]
  /// `a`: row `i` has `i` entries.
  public let stages: [[Double]]
  /// `C`: row `i` has `i` entries.
  public let couplings: [[Double]]
  /// `d`.
  public let timeWeights: [Double]
  /// `m`: the weights that advance the solution.
  public let weights: [Double]
  /// `m̂`: the weights of the second solution, whose difference from the first estimates the error.
  public let embeddedWeights: [Double]
  /// The error of one step of size `h` is O(h^(order + 1)).
  public let order: Int
  /// The order of the second solution, from which the error is estimated.
  public let embeddedOrder: Int
  /// Dense output, in weights of the `u_i`: `y(t + θ h) = y + Σ m_i(θ) u_i`.
  public let interpolant: Interpolant

  /// - Precondition: all lists have matching lengths.
  public init(
    gamma: Double, nodes: [Double], stages: [[Double]], couplings: [[Double]],
    timeWeights: [Double], weights: [Double], embeddedWeights: [Double], order: Int,
    embeddedOrder: Int, interpolant: Interpolant
  ) {
    let count = nodes.count
    precondition(
      [stages.count, couplings.count, timeWeights.count, weights.count, embeddedWeights.count]
        .allSatisfy { $0 == count } && interpolant.stageCount == count
        && stages.enumerated().allSatisfy { $1.count == $0 }
        && couplings.enumerated().allSatisfy { $1.count == $0 },
      "a Rosenbrock tableau of \(count) nodes and \(stages.count) stages")
    self.gamma = gamma
    self.nodes = nodes
    self.stages = stages
    self.couplings = couplings
    self.timeWeights = timeWeights
    self.weights = weights
    self.embeddedWeights = embeddedWeights
    self.order = order
    self.embeddedOrder = embeddedOrder
    self.interpolant = interpolant
  }

  /// Evaluations of the field in a step, besides its derivatives.
  public var stageCount: Int { nodes.count }

  /// `m − m̂`: `Σ e_i u_i` estimates the error of a step.
  public var errorWeights: [Double] { zip(weights, embeddedWeights).map { $0 - $1 } }
}

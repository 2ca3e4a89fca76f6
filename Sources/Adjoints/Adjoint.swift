public import Integrators

/// How gradients pass through a solve.
public enum Adjoint: Sendable {
  /// The exact derivative of the numbers that the solver computed: reverse mode through every accepted step. Memory
  /// grows with the number of steps. Step sizes are constants. What is stored changes the cost, not one bit of the
  /// gradient.
  case discrete(storing: StoredStates = .stages)
  /// The adjoint equation of Chen et al. (2018), solved backwards segment by segment; the state is reset to the stored
  /// one at every save time. Memory does not grow with the steps; the gradient is as good as the tolerances.
  ///
  /// With `seminorm` the parameters' integral is left out of the error norm (Kidger, Chen and Lyons 2021).
  case backsolve(solver: ODESolver? = nil, seminorm: Bool = true)
  /// The steps written out as tensor operations: differentiable to any order. Fixed steps and constant times only.
  case unrolled
}

/// What a solve stores of each accepted step for its discrete adjoint.
public enum StoredStates: Sendable, Hashable {
  /// The state of every stage: nothing is computed twice.
  case stages
  /// The state at the start: a seventh of the memory with Dormand–Prince, and the stages are computed again.
  case starts
}

extension Adjoint {
  /// The discrete adjoint with all stages stored.
  public static var discrete: Adjoint { .discrete() }
}

/// Who shares a step size.
public enum StepSharing: Sendable, Hashable {
  /// One step for the whole batch, its norm taken over all elements (as torchdiffeq does).
  case joint
  /// Every row its own time, step and status.
  case perRow
}

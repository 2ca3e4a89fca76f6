public import Integrators

/// How gradients pass through a solve.
public enum Adjoint: Sendable {
  /// The exact derivative of the numbers that the solver computed: reverse mode through every accepted step. Memory
  /// grows with the number of steps. Step sizes are constants. What is stored changes the cost, not the gradient.
  case discrete(storing: StoredStates = .evaluations())
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
  /// The state of every stage, and what the field's product with a vector needs of its evaluation: nothing dear is
  /// computed twice.
  ///
  /// Wants steps that the batch shares; without them, and for the steps of a solve after it has taken so many bytes
  /// (128 MiB if nothing is said), it is `.stages`.
  case evaluations(upTo: Int = 1 << 27)
  /// The state of every stage: the field is evaluated once more with each product.
  case stages
  /// The state at the start: a seventh of the memory with Dormand–Prince, and the stages are computed again.
  case starts
}

extension Adjoint {
  /// The discrete adjoint with evaluations stored.
  public static var discrete: Adjoint { .discrete() }
}

/// Who shares a step size.
public enum StepSharing: Sendable, Hashable {
  /// One step for the whole batch, its norm taken over all elements (as torchdiffeq does).
  case joint
  /// Every row its own time, step and status.
  case perRow
}

extension StoredStates {
  /// The same in the integrator's terms.
  var level: RecordLevel {
    switch self {
    case .evaluations(let most): .evaluations(upTo: most)
    case .stages: .stages
    case .starts: .states
    }
  }
}

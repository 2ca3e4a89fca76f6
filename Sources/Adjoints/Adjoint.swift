public import Integrators

/// How gradients are computed through a solve.
public enum Adjoint: Hashable, Sendable {
  /// The exact derivative of the numbers that the solver computed: reverse mode through every
  /// accepted step. Memory grows with the number of steps. Step sizes are constants. The choice of
  /// stored states changes the cost, not the gradient.
  case discrete(storing: StoredStates = .evaluations())
  /// The adjoint equation of Chen et al. (2018), solved backwards segment by segment; the state is
  /// reset to the stored one at every save time. Memory does not grow with the steps; the accuracy
  /// of the gradient depends on the tolerances.
  ///
  /// With `seminorm` the integral of the parameters is not part of the error norm (Kidger, Chen and
  /// Lyons 2021).
  case backsolve(solver: ODESolver? = nil, seminorm: Bool = true)
  /// The steps written out as tensor operations: differentiable to any order. Fixed steps and constant times only.
  case unrolled
}

/// What a solve stores of each accepted step for its discrete adjoint.
public enum StoredStates: Sendable, Hashable {
  /// The state of every stage, and the intermediate values that the field's vector–Jacobian product
  /// needs: avoids recomputing expensive operations.
  ///
  /// It applies to steps that the batch shares; for other steps, and for the steps of a solve
  /// beyond a memory limit (128 MiB by default), it is `.stages`.
  case evaluations(upTo: Int = 1 << 27)
  /// The state of every stage: the field is evaluated again with each product.
  case stages
  /// The state at the start: a seventh of the memory with Dormand–Prince, and the stages are
  /// recomputed.
  case starts
}

extension Adjoint {
  /// The discrete adjoint with stored evaluations.
  public static var discrete: Adjoint { .discrete() }
}

/// Whether rows share a step size.
public enum StepSharing: Sendable, Hashable {
  /// One step for the whole batch, its norm taken over all elements (as torchdiffeq does).
  case joint
  /// Every row has its own time, step and status.
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

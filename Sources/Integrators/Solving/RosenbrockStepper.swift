public import NumericCore

/// The stepper of any Rosenbrock method.
///
/// The derivatives are taken once for each accepted step, and the matrix is factored once for each try.
/// Its arithmetic is that of doubles, whatever the state's scalar is. A matrix that is singular makes a
/// rejected try. Under adaptive control one further evaluation a try looks after the dense output.
public struct RosenbrockStepper<State: VectorSpace>: Stepper {
  @usableFromInline var stages: RosenbrockStages
  @usableFromInline let errorWeights: [Double]
  @usableFromInline let estimatesError: Bool
  /// The components are those of the state that it was made for.
  @usableFromInline let template: State
  /// Components smaller than this are as good as zero to a difference.
  @usableFromInline let threshold: Double
  /// The square root of the relative precision of the state's scalar.
  @usableFromInline let rootPrecision: Double
  @usableFromInline var first: State
  @usableFromInline var isFirstKnown = false
  @usableFromInline var isLinearized = false
  @usableFromInline var counts = Counts()

  @usableFromInline
  struct Counts: Sendable {
    @usableFromInline var evaluations = 0
    @usableFromInline var jacobians = 0
    @usableFromInline var factorizations = 0
  }

  /// - Parameters:
  ///   - state: any state of the space.
  ///   - absoluteTolerance: what counts as small in a component.
  @usableFromInline
  init(
    _ tableau: RosenbrockTableau, like state: State, absoluteTolerance: Double,
    estimatesError: Bool
  ) {
    let width = state.componentCount
    stages = RosenbrockStages(tableau, width: width)
    errorWeights = tableau.errorWeights
    self.estimatesError = estimatesError
    template = state
    first = state
    threshold = absoluteTolerance > 0 ? absoluteTolerance : 1e-8
    rootPrecision = state.isSinglePrecision ? 0x1p-12 : 0x1p-26
  }

  @inlinable public var evaluations: Int { counts.evaluations }
  @inlinable public var jacobians: Int { counts.jacobians }
  @inlinable public var factorizations: Int { counts.factorizations }

  @inlinable
  public mutating func slope<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State
  ) -> State {
    if !isFirstKnown {
      first = field(time, state)
      counts.evaluations += 1
      isFirstKnown = true
    }
    return first
  }

  @inlinable
  public mutating func attempt<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double
  ) -> State {
    let first = slope(field, time, state)
    if !isLinearized { linearize(field, time, state, size) }
    counts.factorizations += 1
    let tableau = stages.tableau
    guard stages.factor(size: size) else {
      return template.replacingComponents(from: stages.combined(tableau.weights), at: 0)
    }
    for stage in 0..<tableau.stageCount {
      if stage == 0 {
        first.copyComponents(to: &stages.point, at: 0)
      } else {
        stages.setPoint(ofStage: stage)
        let inner = template.replacingComponents(from: stages.point, at: 0)
        field(time + tableau.nodes[stage] * size, inner)
          .copyComponents(to: &stages.point, at: 0)
        counts.evaluations += 1
      }
      stages.solve(stage: stage, size: size)
    }
    if estimatesError {
      stages.setMiddlePoint()
      let middle = template.replacingComponents(from: stages.point, at: 0)
      field(time + 0.5 * size, middle).copyComponents(to: &stages.point, at: 0)
      counts.evaluations += 1
      stages.estimateMiddleError(size: size)
    }
    return change(tableau.weights, from: state)
  }

  @inlinable
  public func error(size: Double) -> State {
    template.replacingComponents(
      from: stages.error(errorWeights, includingMiddle: estimatesError), at: 0)
  }

  @inlinable
  public mutating func interpolated<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double, end: State, theta: Double
  ) -> State {
    change(stages.tableau.interpolant.weights(at: theta), from: state)
  }

  @inlinable public var interpolantDegree: Int { stages.tableau.interpolant.degree }

  @inlinable
  public mutating func interpolantCoefficient<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State, power: Int
  ) -> State {
    let weights = stages.tableau.interpolant.coefficients.map { $0[power - 1] }
    return template.replacingComponents(from: stages.combined(weights), at: 0)
  }

  @inlinable
  public mutating func advance() { restart() }

  @inlinable
  public mutating func restart() {
    isFirstKnown = false
    isLinearized = false
  }

  /// `state + Σ weights u`.
  @inlinable
  mutating func change(_ weights: [Double], from state: State) -> State {
    stages.combine(weights)
    return state.adding(1, times: template.replacingComponents(from: stages.point, at: 0))
  }
}

extension RosenbrockStepper {
  /// Takes the field's derivatives, by differences where it gives none.
  @inlinable
  mutating func linearize<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, _ size: Double
  ) {
    state.copyComponents(to: &stages.start, at: 0)
    let given = field.linearization(time, state)
    counts.jacobians += 1
    stages.linearize(
      jacobian: given?.jacobian ?? differences(field, time),
      timeDerivative: given?.timeDerivative ?? timeDifference(field, time, state, size),
      mass: field.massDiagonal)
    isLinearized = true
  }

  /// `∂f_i / ∂y_j` by one-sided differences, `[w, w]`.
  @inlinable
  mutating func differences<Field: VectorField<State>>(
    _ field: Field, _ time: Double
  ) -> [Double] {
    let width = stages.start.count
    var jacobian = [Double](repeating: 0, count: width * width)
    var slope = [Double](repeating: 0, count: width)
    first.copyComponents(to: &slope, at: 0)
    var point = stages.start
    for column in 0..<width {
      let value = stages.start[column]
      let wished = rootPrecision * max(value.magnitude, threshold)
      // In the direction in which the component moves, and by what its scalar can resolve.
      point[column] = value + (slope[column] < 0 ? -wished : wished)
      let beside = template.replacingComponents(from: point, at: 0)
      beside.copyComponents(to: &point, at: 0)
      let change = point[column] - value
      field(time, beside).copyComponents(to: &stages.point, at: 0)
      for row in 0..<width where change != 0 {
        jacobian[row * width + column] = (stages.point[row] - slope[row]) / change
      }
      point[column] = value
    }
    counts.evaluations += width
    return jacobian
  }

  /// `∂f/∂t` by a one-sided difference in the direction of the step.
  @inlinable
  mutating func timeDifference<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, _ size: Double
  ) -> [Double] {
    let wished = (0x1p-52 * max(1e-5, time.magnitude)).squareRoot()
    let later = time + (size < 0 ? -1 : 1) * min(wished, size.magnitude)
    let change = field(later, state).adding(-1, times: first)
    counts.evaluations += 1
    change.copyComponents(to: &stages.point, at: 0)
    return later == time ? [] : stages.point.map { $0 / (later - time) }
  }
}

public import NumericCore

/// The stepper of any explicit Runge–Kutta method.
public struct RungeKuttaStepper<State: VectorSpace>: Stepper {
  @usableFromInline let stageCount: Int
  @usableFromInline let nodes: [Double]
  /// Rows of `a` one after another; row `i` begins at `i (i − 1) / 2`.
  @usableFromInline let coefficients: [Double]
  @usableFromInline let weights: [Double]
  @usableFromInline let errorWeights: [Double]
  @usableFromInline let interpolant: Interpolant
  /// Place of the derivative at the end: the last stage if the method reuses it, else one more.
  @usableFromInline let endStage: Int
  /// Without an error estimate nobody needs the last stage of a method that reuses it, except the
  /// next step.
  @usableFromInline let evaluatesEnd: Bool
  @usableFromInline var slopes: [State] = []
  @usableFromInline var isFirstKnown = false
  @usableFromInline var isEndKnown = false
  @usableFromInline var count = 0

  /// The stages of a method; with `estimatesError` it must have embedded weights.
  public init(_ tableau: Tableau, estimatesError: Bool) {
    stageCount = tableau.stageCount
    nodes = tableau.nodes
    coefficients = tableau.stages.flatMap { $0 }
    weights = tableau.weights
    errorWeights = tableau.errorWeights ?? []
    interpolant = tableau.interpolant
    endStage = tableau.isFSAL ? stageCount - 1 : stageCount
    evaluatesEnd = tableau.isFSAL && estimatesError
  }

  public var evaluations: Int { count }

  @inlinable
  public mutating func slope<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State
  ) -> State {
    if slopes.isEmpty { slopes = Array(repeating: state.zero, count: stageCount + 1) }
    if !isFirstKnown {
      slopes[0] = field(time, state)
      count += 1
      isFirstKnown = true
    }
    return slopes[0]
  }

  @inlinable
  public mutating func attempt<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double
  ) -> State {
    _ = slope(field, time, state)
    isEndKnown = false
    var place = 0
    for stage in 1..<max(min(stageCount, endStage), 1) {
      var inner = state
      for earlier in 0..<stage {
        let weight = coefficients[place + earlier]
        if weight != 0 { inner = inner.adding(size * weight, times: slopes[earlier]) }
      }
      place += stage
      slopes[stage] = field(time + nodes[stage] * size, inner)
      count += 1
    }
    // The terms are small beside the state: adding them up first leaves one rounding of its size.
    var change = slopes[0].scaled(by: size * weights[0])
    for stage in 1..<max(min(stageCount, endStage), 1) where weights[stage] != 0 {
      change = change.adding(size * weights[stage], times: slopes[stage])
    }
    let end = state.adding(1, times: change)
    if evaluatesEnd { evaluateEnd(field, time + size, end) }
    return end
  }

  @inlinable
  public func error(size: Double) -> State {
    var error = slopes[0].zero
    for stage in errorWeights.indices where errorWeights[stage] != 0 {
      error = error.adding(size * errorWeights[stage], times: slopes[stage])
    }
    return error
  }

  @inlinable
  public mutating func interpolated<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ state: State, size: Double, end: State, theta: Double
  ) -> State {
    completeStep(field, time, size: size, end: end)
    var result = state
    for stage in 0..<interpolant.stageCount {
      let weight = interpolant.weight(stage, at: theta)
      if weight != 0 { result = result.adding(size * weight, times: slopes[stage]) }
    }
    return result
  }

  @inlinable public var interpolantDegree: Int { interpolant.degree }

  @inlinable
  public mutating func interpolantCoefficient<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State, power: Int
  ) -> State {
    completeStep(field, time, size: size, end: end)
    var result = end.zero
    for stage in 0..<interpolant.stageCount {
      let weight = interpolant.coefficients[stage][power - 1]
      if weight != 0 { result = result.adding(size * weight, times: slopes[stage]) }
    }
    return result
  }

  @inlinable
  public mutating func completeStep<Field: VectorField<State>>(
    _ field: Field, _ time: Double, size: Double, end: State
  ) {
    if !isEndKnown && interpolant.stageCount > endStage {
      evaluateEnd(field, time + size, end)
    }
  }

  @inlinable
  public mutating func advance() {
    isFirstKnown = isEndKnown
    if isEndKnown { slopes.swapAt(0, endStage) }
    isEndKnown = false
  }

  @inlinable
  public mutating func restart() {
    isFirstKnown = false
    isEndKnown = false
  }

  @inlinable
  mutating func evaluateEnd<Field: VectorField<State>>(
    _ field: Field, _ time: Double, _ end: State
  ) {
    slopes[endStage] = field(time, end)
    count += 1
    isEndKnown = true
  }
}

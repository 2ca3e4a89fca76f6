import Integrators

/// The adjoint of the events that end a step of a row.
///
/// At the time `τ` of an event `g(τ, y⁻, θ) = 0`, and `y⁺ = R(τ, y⁻, θ)`. A change of `y⁻` and `θ` moves
/// `τ` by `dτ = −(g_y dy⁻ + g_θ dθ) / (g_t + g_y f⁻)`, and what follows sees
/// `R_y dy⁻ + R_θ dθ + (R_t + R_y f⁻ − f⁺) dτ`. So, with the cotangents `λ⁺` of `y⁺` and `μ` of `τ`:
///
/// 1. `s = (λ⁺ᵀ (R_t + R_y f⁻ − f⁺) + μ) / (g_t + g_y f⁻)`,
/// 2. `λ⁻ = R_yᵀ λ⁺ − s g_y`, and `∂L/∂θ += R_θᵀ λ⁺ − s g_θ`.
///
/// After a terminal event the state rests: there `R` is the identity and `f⁺ = 0`.
///
/// Source: Hiskens and Pai, Trajectory sensitivity analysis of hybrid systems, IEEE Trans. Circuits
/// Syst. I 47 (2000), equations 22 to 30.
struct EventAdjoint<Scalar: RowScalar> {
  let functions: FlowEvents<Scalar>
  let field: FieldEvaluator<Scalar>
  let gradients: [UnsafeMutablePointer<Scalar>]

  /// Changes `λ⁺` to `λ⁻`.
  ///
  /// - Parameters:
  ///   - events: those of the cut, in the order in which they were applied.
  ///   - timeCotangent: `μ`.
  func goBack(
    over cut: StepRecord<Scalar>.Cut, _ events: ArraySlice<RowEventRecord<Scalar>>,
    lambda: inout [Scalar], timeCotangent: Double
  ) {
    guard let first = events.first, let last = events.last else { return }
    let (row, time) = (first.row, cut.time)
    var numerator = timeCotangent
    if !isTerminal(last) { numerator -= dot(lambda, slope(row, time, last.stateAfter)) }
    for event in events.reversed() {
      guard let index = event.event, let reset = functions.resets[index] else { continue }
      reset.multiply(row: row, time: time, state: event.stateBefore, cotangent: lambda)
      numerator += reset.timeCotangent.pointee
      lambda = Array(reset.stateCotangent)
      reset.addCotangents(times: 1, row: row, to: gradients)
    }
    guard let trigger = cut.trigger else { return }
    let slope = slope(row, time, first.stateBefore)
    numerator += dot(lambda, slope)
    let root = functions.roots[trigger]
    root.multiply(row: row, time: time, state: first.stateBefore, cotangent: [1])
    let byState = Array(root.stateCotangent)
    let factor = numerator / (root.timeCotangent.pointee + dot(byState, slope))
    for index in lambda.indices { lambda[index] -= Scalar(factor) * byState[index] }
    root.addCotangents(times: Scalar(-factor), row: row, to: gradients)
  }

  private func isTerminal(_ event: RowEventRecord<Scalar>) -> Bool {
    event.event.map { functions.resets[$0] == nil } ?? false
  }

  /// The field at a state.
  private func slope(_ row: Int, _ time: Double, _ state: [Scalar]) -> [Scalar] {
    var (time, number, slope) = (time, Int32(row), state)
    field.evaluate(
      times: &time, states: state, rows: 1, rowNumbers: &number, derivatives: &slope)
    return slope
  }

  private func dot(_ a: [Scalar], _ b: [Scalar]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

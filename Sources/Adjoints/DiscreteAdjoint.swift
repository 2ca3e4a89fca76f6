import Platform
import Integrators
import Tensors

/// The exact derivative of a recorded Runge–Kutta solve, derived from the tableau.
///
/// A step is `Y_i = y + h Σ_j a_ij k_j`, `k_i = f(t + c_i h, Y_i)`, `y′ = y + h Σ_i b_i k_i`, and a save inside of it
/// `s = y + h Σ_i β_i(θ) k_i`. With `λ′ = ∂L/∂y′` and `w = ∂L/∂s`, for the stages from the last to the first:
///
/// 1. `g_i = h (b_i λ′ + Σ_{j>i} a_ji v_j + Σ β_i(θ) w)`,
/// 2. `v_i = g_iᵀ ∂f/∂z (t + c_i h, Y_i)`, and `∂L/∂θ += g_iᵀ ∂f/∂θ`,
/// 3. `λ = λ′ + Σ_i v_i + Σ w`.
///
/// An event that ends a step turns `λ′` into the cotangent of a save (`EventAdjoint`). Step sizes are constants. A stage whose `g_i` is zero by construction costs nothing.
final class DiscreteAdjoint<Scalar: RowScalar>: CustomEvaluator {
  private let plan: SolvePlan
  private let record: SolveRecord
  private let tableau: Tableau
  private let width: Int
  private let rows: Int
  private let memory: AdjointMemory<Scalar>

  init(_ plan: SolvePlan, _ record: SolveRecord) {
    self.plan = plan
    self.record = record
    tableau = plan.solver.method.tableau
    width = plan.solverWidth
    rows = plan.solverRows
    memory = AdjointMemory(rows: rows, width: width, stages: tableau.stageCount + 1)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(operands: [UnsafeRawPointer], results: [UnsafeMutableRawPointer]) {
    guard let steps = record.steps as? StepRecord<Scalar>,
      let field = record.evaluator as? FieldEvaluator<Scalar>
    else { preconditionFailure("the solve was not recorded for its adjoint") }
    precondition(
      record.states == operands[0], "the recorded solve is not the one that is differentiated")
    let pass = Pass(
      steps: steps, field: field, saveStride: rows * width,
      cotangents: operands[1].assumingMemoryBound(to: Scalar.self),
      gradients: results.dropFirst().map { $0.assumingMemoryBound(to: Scalar.self) },
      endCotangents: plan.hasEvents ? operands.last?.assumingMemoryBound(to: Double.self) : nil)
    for (type, gradient) in zip(plan.parameterTypes, pass.gradients) {
      gradient.update(repeating: 0, count: type.count)
    }
    field.resetCounters()
    memory.lambda.update(repeating: 0, count: rows * width)
    for index in steps.rounds.indices.reversed() { goBack(over: steps.rounds[index], pass) }
    for save in steps.initialSaves {
      add(
        pass.cotangent(save.index, row: save.row, width: width),
        to: memory.lambda + save.row * width)
    }
    results[0].assumingMemoryBound(to: Scalar.self)
      .update(from: memory.lambda, count: rows * width)
    record.backwardProducts = field.products
    record.backwardEvaluations = field.evaluations + field.products - field.keptProducts
    record.byteCount += memory.byteCount
  }

  /// State that is constant during one backward pass.
  private struct Pass {
    var steps: StepRecord<Scalar>
    var field: FieldEvaluator<Scalar>
    var saveStride: Int
    var cotangents: UnsafePointer<Scalar>
    var gradients: [UnsafeMutablePointer<Scalar>]
    /// Cotangents of the end time of each row; `nil` without events.
    var endCotangents: UnsafePointer<Double>?

    /// `∂L/∂s` of a save of a row.
    func cotangent(_ save: Int, row: Int, width: Int) -> UnsafePointer<Scalar> {
      cotangents + save * saveStride + row * width
    }
  }

  // MARK: - One step

  private func goBack(over round: StepRecord<Scalar>.Round, _ pass: Pass) {
    let count = round.rows
    let isWhole = count == rows
    let lambda = isWhole ? memory.lambda : memory.roundLambda
    if !isWhole { gather(round, into: lambda) }
    var inner = addEndSaves(round, pass, to: lambda)
    if !round.cuts.isEmpty { inner += passCuts(round, pass, lambda) }
    let states = stageStates(of: round, pass)
    var used: [Int] = []
    for stage in stride(from: round.stageCount - 1, through: 0, by: -1) {
      guard combine(stage, used, lambda, round, hasInnerSaves: !inner.isEmpty) else { continue }
      for save in inner {
        let factor =
          round.steps[save.position] * tableau.interpolant.weight(stage, at: save.theta)
        add(
          save.cotangent, times: Scalar(factor),
          to: memory.stageCotangent + save.position * width)
      }
      for row in 0..<count {
        memory.stageTimes[row] = round.stageTime(row, node: tableau.node(stage))
      }
      pass.field.multiply(
        times: memory.stageTimes, states: states[stage], rows: count,
        rowNumbers: round.rowNumbers, cotangents: memory.stageCotangent,
        kept: round.kept?[stage], result: memory.products[stage], gradients: pass.gradients)
      used.append(stage)
    }
    for (place, stage) in used.enumerated() {
      memory.sources[place] = UnsafePointer(memory.products[stage])
      memory.weights[place] = 1
    }
    Scalar.combine(
      lambda, memory.sources, memory.weights, count: used.count, steps: memory.unitSteps,
      rows: count, width: width, into: lambda)
    for save in inner { add(save.cotangent, to: lambda + save.position * width) }
    if !isWhole { scatter(round, from: lambda) }
  }

  /// `g_i` without the saves; false if it is zero by construction.
  private func combine(
    _ stage: Int, _ used: [Int], _ lambda: UnsafeMutablePointer<Scalar>,
    _ round: StepRecord<Scalar>.Round, hasInnerSaves: Bool
  ) -> Bool {
    var count = 0
    if stage < tableau.stageCount, tableau.weights[stage] != 0 {
      memory.sources[count] = UnsafePointer(lambda)
      memory.weights[count] = tableau.weights[stage]
      count += 1
    }
    for later in used where tableau.row(later)[stage] != 0 {
      memory.sources[count] = UnsafePointer(memory.products[later])
      memory.weights[count] = tableau.row(later)[stage]
      count += 1
    }
    let isInterpolated =
      hasInnerSaves && stage < tableau.interpolant.stageCount
      && tableau.interpolant.coefficients[stage].contains { $0 != 0 }
    if count == 0 && !isInterpolated { return false }
    Scalar.combine(
      nil, memory.sources, memory.weights, count: count, steps: round.steps, rows: round.rows,
      width: width, into: memory.stageCotangent)
    return true
  }

  /// A state inside a step on which the loss depends.
  private struct InnerSave {
    var position: Int
    var theta: Double
    var cotangent: UnsafePointer<Scalar>
  }

  /// Adds the cotangents of saves at the step's end to `λ′`; returns the saves inside the step.
  private func addEndSaves(
    _ round: StepRecord<Scalar>.Round, _ pass: Pass, to lambda: UnsafeMutablePointer<Scalar>
  ) -> [InnerSave] {
    var inner: [InnerSave] = []
    for index in round.saves {
      let save = pass.steps.saves[index]
      let row = Int(round.rowNumbers[save.position])
      let cotangent = pass.cotangent(save.index, row: row, width: width)
      if save.isEnd {
        add(cotangent, to: lambda + save.position * width)
      } else {
        inner.append(
          InnerSave(position: save.position, theta: save.theta, cotangent: cotangent))
      }
    }
    return inner
  }

  /// Transforms `λ′` of the rows whose step ends at an event into the cotangent of the state before
  /// the event.
  private func passCuts(
    _ round: StepRecord<Scalar>.Round, _ pass: Pass, _ lambda: UnsafeMutablePointer<Scalar>
  ) -> [InnerSave] {
    guard let functions = record.events as? FlowEvents<Scalar> else { return [] }
    let adjoint = EventAdjoint(
      functions: functions, field: pass.field, gradients: pass.gradients)
    return round.cuts.map { index in
      let cut = pass.steps.cuts[index]
      let (own, row) = (lambda + cut.position * width, Int(round.rowNumbers[cut.position]))
      let events = pass.steps.events[cut.events]
      var cotangent = Array(UnsafeBufferPointer(start: own, count: width))
      adjoint.goBack(
        over: cut, events, lambda: &cotangent, timeCotangent: pass.endCotangents?[row] ?? 0)
      own.update(repeating: 0, count: width)
      let target = memory.cutCotangent(cut.position)
      target.update(from: cotangent, count: width)
      return InnerSave(position: cut.position, theta: cut.theta, cotangent: target)
    }
  }

  /// The recorded states of the stages, or the same recomputed from the state at the start.
  private func stageStates(
    of round: StepRecord<Scalar>.Round, _ pass: Pass
  ) -> UnsafePointer<UnsafePointer<Scalar>> {
    if pass.steps.level != .states { return round.stageStates }
    memory.makeReplay()
    memory.replayStates[0] = round.stageStates[0]
    for stage in 0..<round.stageCount {
      if stage > 0 {
        var count = 0
        for (earlier, weight) in tableau.row(stage).enumerated() where weight != 0 {
          memory.sources[count] = UnsafePointer(memory.slopes[earlier])
          memory.weights[count] = weight
          count += 1
        }
        let target = memory.replayBuffers[stage]
        Scalar.combine(
          round.stageStates[0], memory.sources, memory.weights, count: count, steps: round.steps,
          rows: round.rows, width: width, into: target)
        memory.replayStates[stage] = UnsafePointer(target)
      }
      guard stage + 1 < round.stageCount else { break }
      for row in 0..<round.rows {
        memory.stageTimes[row] = round.stageTime(row, node: tableau.node(stage))
      }
      pass.field.evaluate(
        times: memory.stageTimes, states: memory.replayStates[stage], rows: round.rows,
        rowNumbers: round.rowNumbers, derivatives: memory.slopes[stage])
    }
    return UnsafePointer(memory.replayStates)
  }

  // MARK: - Rows

  private func gather(
    _ round: StepRecord<Scalar>.Round, into target: UnsafeMutablePointer<Scalar>
  ) {
    for position in 0..<round.rows {
      (target + position * width).update(
        from: memory.lambda + Int(round.rowNumbers[position]) * width, count: width)
    }
  }

  private func scatter(
    _ round: StepRecord<Scalar>.Round, from source: UnsafeMutablePointer<Scalar>
  ) {
    for position in 0..<round.rows {
      (memory.lambda + Int(round.rowNumbers[position]) * width).update(
        from: source + position * width, count: width)
    }
  }

  private func add(
    _ source: UnsafePointer<Scalar>, times factor: Scalar = 1,
    to target: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<width { target[i] += factor * source[i] }
  }
}

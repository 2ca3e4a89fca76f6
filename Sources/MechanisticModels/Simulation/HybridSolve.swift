import Platform
import Integrators

/// A solve in smooth pieces: the modes of switches, the rates of infusions and the intervals of inputs are constant in each.
///
/// The state is that of the system, followed by a block of sensitivities `s ∂x/∂u` per unknown. Where a jump is moved by
/// an unknown, or resets the state, the sensitivities jump as well: with `τ` the time of the jump,
/// `R` the reset and `f⁻`, `f⁺` the derivatives before and after it,
/// `S⁺ = R_x (S⁻ + f⁻ ∂τ/∂u) + R_u + R_t ∂τ/∂u − f⁺ ∂τ/∂u`.
///
/// Source: Rozenwasser, Yusupov, Sensitivity of Automatic Control Systems (2000), chapter 2.
final class HybridSolve<Scalar: EquationScalar> {
  /// Unknowns of the sensitivities; none: the state is that of the system.
  struct Unknowns {
    /// The parameter of each block; nil for an initial value.
    var parameters: [Int?] = []
    /// `s` of each block.
    var sizes: [Double] = []
  }

  let registers: HybridRegisters<Scalar>
  let model: HybridModel
  let unknowns: Unknowns
  let solver: ODESolver
  /// States of the system itself.
  let count: Int
  /// The whole state to which a reset returns, such as the initial one.
  private let resetState: [Double]

  var time = 0.0
  /// −1 where the solve goes backward in time.
  var direction = 1.0
  var state: [Scalar]
  var status = SolveStatus.completed
  /// Why the algebraic equations ended the solve.
  var algebraicFailure: AlgebraicFailure?
  var statistics = StepStatistics()
  var steps: [StepTrial] = []
  /// The length of the whole solve, and the times of the last crossings of switches of the state.
  var length = 0.0
  var crossingTimes: [Double] = []
  var records: [SimulationEvent] = []
  /// Whether an event has ended the solve.
  var isStopped = false
  /// Values of the events' conditions in the present modes.
  private var conditions: [Bool] = []
  /// Switches that slide along their root.
  var sliding: [Int] = [] {
    didSet { registers.sliding = sliding }
  }

  init(
    _ registers: HybridRegisters<Scalar>, from initial: [Double], reset: [Double],
    unknowns: Unknowns = Unknowns(), solver: ODESolver
  ) {
    precondition(
      registers.model.frozen.accepts(solver.method),
      "\(registers.model.frozen.name) has algebraic equations, which \(solver.method.name) cannot solve; use .rodas5P"
    )
    self.registers = registers
    model = registers.model
    self.unknowns = unknowns
    self.solver = solver
    count = registers.stateCount
    state = initial.map(Scalar.init)
    resetState = reset
  }

  var isRunning: Bool { status.isCompleted && !isStopped }

  /// The system's own states in double precision.
  var ownState: [Double] { state.prefix(count).map(Double.init) }

  // MARK: Crossing a jump

  /// Applies a change whose time the unknowns move.
  ///
  /// - Parameter motion: `s ∂τ/∂u` by unknown; empty: none moves it.
  func cross(_ motion: [Double], _ change: () -> Void) {
    let moves = motion.contains { $0 != 0 }
    eventMotion = motion.isEmpty ? unknowns.sizes.map { _ in 0 } : motion
    if moves { shift(by: motion, sign: 1) }
    change()
    if moves {
      shift(by: motion, sign: -1)
      settleSensitivities()
    }
  }

  private func shift(by motion: [Double], sign: Double) {
    let slope = registers.derivative(time, state)
    for (block, motion) in motion.enumerated() where motion != 0 {
      for place in 0..<count {
        state[(1 + block) * count + place] += Scalar(sign * slope[place] * motion)
      }
    }
  }

  /// `s ∂τ/∂u` of a time with these derivatives by the parameters.
  private func motion(_ slopes: [Double]) -> [Double] {
    if slopes.isEmpty { return [] }
    return zip(unknowns.parameters, unknowns.sizes).map { parameter, size in
      parameter.map { slopes[$0] * size } ?? 0
    }
  }

  /// The whole block of one unknown.
  func block(_ unknown: Int) -> [Double] {
    state[(1 + unknown) * count..<(2 + unknown) * count].map(Double.init)
  }

  // MARK: Boundaries

  /// Applies the changes at one time that is known before the solve.
  func apply(_ boundaries: ArraySlice<Boundary>) {
    for boundary in boundaries {
      guard isRunning else { return }
      cross(motion(boundary.slopes)) { apply(boundary.change) }
    }
  }

  private func apply(_ change: Boundary.Change) {
    let before = ownState
    switch change {
    case .knot: updateModes()
    case .mode(let place, let mode):
      registers.set(mode: place, to: mode)
      updateModes(readersOf: [place])
    case .rate(let input, let change):
      let rate = registers.inputs[input] + change
      registers.set(input: input, to: rate.magnitude < 1e-12 * change.magnitude ? 0 : rate)
      updateModes()
      if change > 0 { record(.infusion, before) }
    case .reset:
      state = resetState.map(Scalar.init)
      sliding = []
      updateModes()
      record(.reset, before)
    case .bolus(let compartment, let amount, let slopes):
      state[compartment] += Scalar(amount)
      for (block, change) in motion(slopes).enumerated() {
        state[(1 + block) * count + compartment] += Scalar(change)
      }
      updateModes()
      record(.dose, before)
    case .steadyState(let dose):
      guard let steady = steadyState(of: dose) else { return }
      for place in state.indices {
        state[place] = dose.isAdded ? state[place] + steady[place] : steady[place]
      }
      updateModes()
      record(.steadyState, before)
    }
    fireEvents()
  }

  func record(_ kind: SimulationEvent.Kind, _ before: [Double]) {
    records.append(
      SimulationEvent(time: time, kind: kind, stateBefore: before, stateAfter: ownState))
  }

  // MARK: Modes

  /// Sets the modes at the start.
  func begin() {
    updateModes()
    conditions = conditionValues()
  }

  /// Recomputes the modes of the switches of the state.
  ///
  /// - Parameters:
  ///   - readersOf: `nil` for of all; else of those that read one of these switches.
  ///   - atThreshold: a switch whose root counts as 0.
  ///   - fixed: a switch that keeps its mode.
  func updateModes(
    readersOf changed: Set<Int>? = nil, atThreshold: Int? = nil, fixed: Int? = nil
  ) {
    settleAlgebraic()
    var hasChanged = setModes(readersOf: isAlgebraic ? nil : changed, atThreshold, fixed)
    guard isAlgebraic else { return }
    // Modes change the algebraic states, and these the modes.
    for _ in 0..<20 {
      guard hasChanged, isRunning else { return }
      settleAlgebraic()
      hasChanged = setModes(readersOf: nil, atThreshold, fixed)
    }
    guard isRunning else { return }
    fail(
      AlgebraicFailure(
        source: model.frozen.name, line: model.algebraic[0].line, time: time,
        states: model.algebraic.map { model.frozen.states[$0.state].name },
        values: model.algebraic.map { Double(state[$0.state]) }, reason: .noMode))
  }

  /// Whether a mode has changed.
  private func setModes(
    readersOf changed: Set<Int>?, _ atThreshold: Int?, _ fixed: Int?
  ) -> Bool {
    var (changed, hasChanged) = (changed, false)
    for (place, found) in model.switches.enumerated() where !found.isTimed && place != fixed {
      if sliding.contains(place) { continue }
      if let changed, !found.dependencies.contains(where: changed.contains) { continue }
      let root = place == atThreshold ? 0 : registers.values(time, ownState)[found.root]
      let mode = mode(of: place, root: root)
      guard mode != registers.mode(place) else { continue }
      registers.set(mode: place, to: mode)
      changed?.insert(place)
      hasChanged = true
    }
    return hasChanged
  }

  private func mode(of place: Int, root: Double) -> Double {
    let found = model.switches[place]
    guard root == 0, let (low, high) = found.kind.sides else {
      return found.kind.mode(root) { rate(of: found.root) * direction }
    }
    let present = registers.mode(place)
    registers.set(mode: place, to: low)
    let below = rate(of: found.root) * direction
    registers.set(mode: place, to: high)
    let above = rate(of: found.root) * direction
    registers.set(mode: place, to: present)
    if below > 0 && above < 0 {
      slide(along: place)
      return low
    }
    if above > 0 && below >= 0 { return high }
    if below < 0 && above <= 0 { return low }
    return found.kind.mode(0) { 0 }
  }

  private func slide(along place: Int) {
    sliding.append(place)
    failSliding(along: place)
  }

  /// The derivative of a root along the solution.
  func rate(of root: Int) -> Double {
    let gradients = registers.totalGradients(time, ownState)
    return gradients.byTime(root) + gradients.along(root, registers.derivative(time, state))
  }

  // MARK: Events

  private func conditionValues() -> [Bool] {
    if model.events.isEmpty { return [] }
    let values = registers.values(time, ownState)
    return model.events.map { values[$0.condition] != 0 }
  }

  /// Applies every event whose condition has changed; those that a change makes occur follow, each once.
  private func fireEvents() {
    var hasOccurred: Set<Int> = []
    while isRunning {
      let now = conditionValues()
      guard let place = now.indices.first(where: { now[$0] != conditions[$0] }) else { return }
      conditions[place] = now[place]
      let event = model.events[place]
      switch event.direction {
      case .rising where !now[place], .falling where now[place]: continue
      default: if hasOccurred.insert(place).inserted { apply(event, place) }
      }
    }
  }

  private func apply(_ event: HybridModel.Event, _ place: Int) {
    let before = ownState
    let values = registers.values(time, before)
    let gradients = unknowns.sizes.isEmpty ? nil : registers.totalGradients(time, before)
    let blocks = unknowns.sizes.indices.map { block($0) }
    for (target, value) in event.assignments {
      state[target] = Scalar(values[value])
      guard let gradients else { continue }
      for (unknown, block) in blocks.enumerated() {
        let own = unknowns.parameters[unknown].map { gradients.byParameter(value, $0) } ?? 0
        let change =
          gradients.along(value, block) + own * unknowns.sizes[unknown]
          + gradients.byTime(value) * eventMotion[unknown]
        state[(1 + unknown) * count + target] = Scalar(change)
      }
    }
    if !event.assignments.isEmpty {
      sliding = []
      // A switch stays at its threshold if the event does not move its root.
      let after = registers.values(time, ownState)
      let isUnmoved = crossing.map {
        after[model.switches[$0].root] == values[model.switches[$0].root]
      }
      updateModes(atThreshold: isUnmoved == true ? crossing : nil)
    }
    record(.event(line: event.line), before)
    if event.isTerminal {
      isStopped = true
      status = .terminated(time: time, event: place)
    }
  }

  /// Of the event under way: how the unknowns move its time, and the switch that caused it.
  private var eventMotion: [Double] = []
  private var crossing: Int?

  /// A switch of the state leaves its mode.
  func leave(_ place: Int, to mode: Double) {
    let root = model.switches[place].root
    let gradients = registers.totalGradients(time, ownState)
    let before = gradients.byTime(root) + gradients.along(root, registers.derivative(time, state))
    let motion = unknowns.sizes.indices.map { unknown in
      let own = unknowns.parameters[unknown].map { gradients.byParameter(root, $0) } ?? 0
      let change = own * unknowns.sizes[unknown] + gradients.along(root, block(unknown))
      return before == 0 ? 0 : -change / before
    }
    crossing = place
    cross(motion) {
      let old = registers.mode(place)
      registers.set(mode: place, to: mode)
      updateModes(readersOf: [place], fixed: place)
      let eventCount = records.count
      fireEvents()
      guard records.count == eventCount, model.switches[place].kind.sides != nil else { return }
      // Where the derivatives on both sides lead back to the root, the solution slides along it.
      let after = rate(of: root)
      if before * after < 0 {
        registers.set(mode: place, to: min(old, mode))
        slide(along: place)
      }
    }
    crossing = nil
  }
}

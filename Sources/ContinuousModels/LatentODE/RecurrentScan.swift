package import Tensors

/// A recurrent state led over the rows of a sequence, in either direction.
///
/// It starts at zero. Between two rows the hidden units move over the gap; at a row whose mask is 1 the unit updates the
/// state, at another it stays. Rows of the batch never meet, and a gap of 0 with a mask of 0 changes no bit.
package struct RecurrentScan {
  package var unit: RecurrentUnit
  package var dynamics: HiddenDynamics

  package init(unit: RecurrentUnit, dynamics: HiddenDynamics) {
    self.unit = unit
    self.dynamics = dynamics
  }

  /// The states of every row in order of time, each `[batch, state]`.
  package struct Trajectory {
    /// After the gap, before the row's own observation is read.
    package var before: [Tensor] = []
    /// After the row's own observation.
    package var after: [Tensor] = []
  }

  /// All states, read forwards.
  ///
  /// `input` may compute a row's contribution to the gates from the state before it, instead of the
  /// sequence's features.
  package func forwards(
    _ sequence: ObservedSequence, input: ((Int, Tensor) -> Tensor)? = nil
  ) -> Trajectory {
    let projected = input == nil ? unit.projected(sequence.features) : sequence.features
    var state = initialState(sequence)
    var result = Trajectory()
    for row in 0..<sequence.rowCount {
      if row > 0 { state = moved(state, over: sequence.gaps.at(row - 1)) }
      result.before.append(state)
      let gates = input?(row, state) ?? projected.at(row)
      state = updated(state, gates, mask: sequence.mask.at(row))
      result.after.append(state)
    }
    return result
  }

  /// The state after the first row, read backwards.
  package func final(_ sequence: ObservedSequence) -> Tensor {
    let projected = unit.projected(sequence.features)
    let last = sequence.rowCount - 1
    var state = initialState(sequence)
    for row in (0...last).reversed() {
      if row < last { state = moved(state, over: sequence.gaps.at(row)) }
      state = updated(state, projected.at(row), mask: sequence.mask.at(row))
    }
    return state
  }

  private func initialState(_ sequence: ObservedSequence) -> Tensor {
    .zeros(
      [sequence.batchCount, unit.stateCount], scalarType: sequence.features.scalarType)
  }

  /// Standard deviations stay over a gap.
  private func moved(_ state: Tensor, over gap: Tensor) -> Tensor {
    if dynamics.isConstant { return state }
    let hidden = unit.hiddenCount
    if unit.stateCount == hidden { return dynamics.advanced(state, over: gap) }
    let mean = dynamics.advanced(state.sliced(0..<hidden, axis: 1), over: gap)
    return concatenate([mean, state.sliced(hidden..<unit.stateCount, axis: 1)], axis: 1)
  }

  private func updated(_ state: Tensor, _ gates: Tensor, mask: Tensor) -> Tensor {
    state + mask * (unit.advanced(state, projected: gates) - state)
  }
}

import Graphs
import Programs
import Transforms

/// The field of one row, and its vector–Jacobian product, as scalar programs.
struct ScalarPrograms: Sendable {
  /// Number of instructions up to which a field always runs as a scalar program, and up to which it
  /// may.
  ///
  /// Between the two, that depends on the kernel calls of a `Program`. Measured (`neural-ode-bench
  /// W11`; Zen 4): an instruction takes 1.5 ns on one row, a run of a `Program` 65 to 80 ns with
  /// one to three calls. With more rows both cost less per row, at the same ratio: networks 2-h-2
  /// run faster as scalars up to 36 instructions and slower from 72 on, with 1, 8, 64 and 512 rows.
  static let (fewInstructions, mostInstructions) = (45, 160)
  /// Number of instructions that cost as much as a kernel call.
  static let instructionsPerCall = 20

  /// Parameters: time, state, θ…; output: the derivative.
  let forward: ScalarProgram
  /// Parameters: those and the cotangent; outputs: the derivative if requested, the cotangents of
  /// the state and of θ….
  let adjoint: ScalarProgram
  let includesOutputs: Bool

  /// Scalar programs of a field.
  ///
  /// - Parameters:
  ///   - field: `(time, state, θ…)` to the derivative, for one row.
  ///   - invariant: indices of the parameters that all rows share.
  /// - Returns: `nil` if the field has no scalar form or is too large to be faster.
  init?(_ field: Graph, invariant: Set<Int>, includingOutputs: Bool) {
    let limit = 8 * Self.mostInstructions
    guard field.instructions.count <= limit,
      let forward = ScalarProgram(field, invariant: invariant, limit: limit),
      Self.pays(forward, field, invariant: invariant)
    else { return nil }
    let product = field.vjp(
      wrt: Array(1..<field.parameters.count), includingOutputs: includingOutputs)
    guard let adjoint = ScalarProgram(product, invariant: invariant, limit: 16 * limit) else {
      return nil
    }
    self.forward = forward
    self.adjoint = adjoint
    includesOutputs = includingOutputs
  }

  /// Whether a field runs faster as this program of scalars than as one of tensors.
  private static func pays(_ program: ScalarProgram, _ field: Graph, invariant: Set<Int>) -> Bool {
    let count = program.instructionCount
    if count <= fewInstructions || count > mostInstructions { return count <= fewInstructions }
    return count <= instructionsPerCall * Program(field, invariant: invariant).stepCount
  }
}

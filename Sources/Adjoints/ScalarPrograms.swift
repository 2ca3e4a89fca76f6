import Graphs
import Programs

/// The field of one row, and its vector–Jacobian product, as scalar programs.
struct ScalarPrograms: Sendable {
  /// Instructions above which a field runs as a `Program` instead, whose kernels do many of them at once.
  ///
  /// An instruction takes 1 to 2 ns for a row, a kernel call of a `Program` 50 to 150 ns, of which a small field needs two
  /// to four. The limit is an estimate from these figures.
  static let instructionLimit = 160

  /// Parameters: time, state, θ…; output: the derivative.
  let forward: ScalarProgram
  /// Parameters: those and the cotangent; outputs: the derivative if wanted, the cotangents of the state and of θ….
  let adjoint: ScalarProgram
  let includesOutputs: Bool

  /// - Parameters:
  ///   - field: `(time, state, θ…)` to the derivative, for one row.
  ///   - invariant: places of the parameters that all rows share.
  /// - Returns: nil if the field has no scalar form or is too large for it to pay.
  init?(_ field: Graph, invariant: Set<Int>, includingOutputs: Bool) {
    let limit = 8 * Self.instructionLimit
    guard field.instructions.count <= limit,
      let forward = ScalarProgram(field, invariant: invariant, limit: limit),
      forward.instructionCount <= Self.instructionLimit
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
}

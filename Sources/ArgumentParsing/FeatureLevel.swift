import Platform
import NumericCore

/// The instruction set that the kernels use, as the environment variable `NEURAL_ODE_LEVEL` chooses it.
package enum FeatureLevel {
  /// Refuses a level that does not exist, or that this machine does not have: its results would be those of another one.
  package static func checkEnvironment() throws(UsageError) {
    let word = SystemProcess.environment("NEURAL_ODE_LEVEL") ?? ""
    switch KernelLevel.requested {
    case nil:
      throw .combination("NEURAL_ODE_LEVEL is '\(word)'", fix: "write base, v3 or v4")
    case let level? where level > KernelLevel.supported:
      throw .combination(
        "NEURAL_ODE_LEVEL is '\(word)', which this machine does not have",
        fix: "write \(KernelLevel.supported) or less, or leave it out")
    default: break
    }
  }
}

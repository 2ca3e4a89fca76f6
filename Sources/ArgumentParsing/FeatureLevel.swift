import Platform
import NumericCore

/// The instruction-set level of the kernels, selected by the environment variable
/// `NEURAL_ODE_LEVEL`.
package enum FeatureLevel {
  /// Refuses a level that does not exist or that this machine does not support.
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

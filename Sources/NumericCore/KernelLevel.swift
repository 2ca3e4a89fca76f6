internal import CKernels

/// The builds of the kernels, one for each set of instructions of x86-64.
package enum KernelLevel: UInt32, Comparable, CaseIterable, CustomStringConvertible, Sendable {
  case base, v3, v4

  /// The highest one that this machine has.
  package static var supported: KernelLevel {
    KernelLevel(rawValue: UInt32(nk_level_supported().rawValue)) ?? .base
  }

  /// The one that `NEURAL_ODE_LEVEL` names, or the supported one without it; nil: the variable names none.
  package static var requested: KernelLevel? {
    UInt32(exactly: nk_level_requested()).flatMap(Self.init)
  }

  package static func < (left: KernelLevel, right: KernelLevel) -> Bool {
    left.rawValue < right.rawValue
  }

  package var description: String {
    switch self {
    case .base: "base"
    case .v3: "v3"
    case .v4: "v4"
    }
  }
}

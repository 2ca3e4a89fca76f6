internal import CKernels

/// The builds of the kernels, one for each instruction-set level of x86-64.
package enum KernelLevel: UInt32, Comparable, CaseIterable, CustomStringConvertible, Sendable {
  case base, v3, v4

  /// The highest level that this machine supports.
  package static var supported: KernelLevel {
    KernelLevel(rawValue: UInt32(nk_level_supported().rawValue)) ?? .base
  }

  /// The level that `NEURAL_ODE_LEVEL` names, or the supported level if it is unset; `nil` if its
  /// value is not a level.
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

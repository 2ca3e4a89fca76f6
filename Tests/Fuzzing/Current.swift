import FuzzTargets
import Synchronization

/// The target that libFuzzer runs: its callback is a C function and captures nothing.
private let current = Atomic<Int>(0)

func choose(_ target: FuzzTarget) {
  current.store(FuzzTarget.allCases.firstIndex(of: target) ?? 0, ordering: .relaxed)
}

func runCurrent(_ bytes: [UInt8]) {
  FuzzTarget.allCases[current.load(ordering: .relaxed)].run(bytes)
}

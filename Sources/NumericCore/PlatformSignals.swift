import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The last signal that asked for an end; 0: none.
private let lastSignal = Atomic<Int32>(0)

/// Keeps a note of the signals that ask for an end, so that work can be saved first.
///
/// The first SIGINT, SIGTERM or SIGUSR1 is noted; a second one ends the process at once with code 130.
package final class SignalNote: Sendable {
  package static let shared = SignalNote()

  /// Begins to listen.
  package func begin() {
    lastSignal.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGUSR1] {
      _ = signal(number) { number in
        if lastSignal.exchange(number, ordering: .relaxed) != 0 { _exit(130) }
      }
    }
  }

  /// Gives the signals their usual meaning again.
  package func end() {
    for number in [SIGINT, SIGTERM, SIGUSR1] { _ = signal(number, SIG_DFL) }
  }

  /// The signal that came; 0: none.
  package var received: Int32 { lastSignal.load(ordering: .relaxed) }

  /// Makes a write beyond the largest size of a file that is allowed an error, and not the end of the process.
  package static func leaveFileLimitsToWriters() { _ = signal(SIGXFSZ, SIG_IGN) }
}

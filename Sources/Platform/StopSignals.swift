import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The number of the last stop signal; 0 if there was none.
private let lastSignal = Atomic<Int32>(0)

/// Records the signals that ask the process to stop, so that work can be saved first.
///
/// The first SIGINT, SIGTERM, SIGHUP or SIGUSR1 is recorded; a second one ends the process at once
/// with code 130. A SIGHUP that was ignored, as under `nohup`, stays ignored.
package final class StopSignals: Sendable {
  package static let shared = StopSignals()

  private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]

  /// Whether a handler ignores its signal.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Unblocks the signals, which the parent process may have blocked.
  private static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Installs the handlers.
  package func begin() {
    lastSignal.store(0, ordering: .relaxed)
    for number in Self.numbers {
      let before = signal(number) { number in
        if lastSignal.exchange(number, ordering: .relaxed) != 0 { _exit(130) }
      }
      if number == SIGHUP && Self.isIgnored(before) { _ = signal(number, SIG_IGN) }
    }
    Self.unblock()
  }

  /// Restores the default handlers.
  package func end() {
    for number in Self.numbers where signal(number, SIG_DFL).map(Self.isIgnored) == true {
      _ = signal(number, SIG_IGN)
    }
  }

  /// The recorded signal; 0 if there is none.
  package var received: Int32 { lastSignal.load(ordering: .relaxed) }

  /// Ignores SIGXFSZ, so that exceeding the file size limit is a write error and does not end the
  /// process.
  package static func leaveFileLimitsToWriters() { _ = signal(SIGXFSZ, SIG_IGN) }
}

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
/// The first SIGINT, SIGTERM, SIGHUP or SIGUSR1 is noted; a second one ends the process at once with code 130. A SIGHUP that was
/// ignored, as under `nohup`, stays ignored.
package final class StopSignals: Sendable {
  package static let shared = StopSignals()

  private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]

  /// Whether the meaning of a signal is that nothing happens.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Lets the signals in, which a parent may have blocked: then nothing could end the work.
  private static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Begins to listen.
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

  /// Gives the signals their usual meaning again.
  package func end() {
    for number in Self.numbers where signal(number, SIG_DFL).map(Self.isIgnored) == true {
      _ = signal(number, SIG_IGN)
    }
  }

  /// The signal that came; 0: none.
  package var received: Int32 { lastSignal.load(ordering: .relaxed) }

  /// Makes a write beyond the largest size of a file that is allowed an error, and not the end of the process.
  package static func leaveFileLimitsToWriters() { _ = signal(SIGXFSZ, SIG_IGN) }
}

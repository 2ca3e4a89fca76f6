#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's clocks, in seconds.
package enum SystemClock {
  /// Processor time used by all threads of this process.
  package static var processTime: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Processor time used by this thread.
  package static var threadTime: Double { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Time since an arbitrary moment; it never decreases.
  package static var monotonicTime: Double { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of the operating system.
package struct PlatformThread: @unchecked Sendable {
  private let handle: pthread_t

  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread with a stack of 8 MiB; `nil` if the system refuses another thread.
  package init?(stackSize: Int = 8 << 20, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackSize)
    let start = Unmanaged.passRetained(Start(body)).toOpaque()
    #if canImport(Darwin)
      var made: pthread_t?
      let failure = pthread_create(
        &made, &attributes,
        {
          Unmanaged<Start>.fromOpaque($0).takeRetainedValue().body()
          return nil
        }, start)
    #else
      var made: pthread_t? = pthread_t()
      let failure = withUnsafeMutablePointer(to: &made) { pointer in
        pointer.withMemoryRebound(to: pthread_t.self, capacity: 1) { handle in
          pthread_create(
            handle, &attributes,
            {
              guard let start = $0 else { return nil }
              Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body()
              return nil
            }, start)
        }
      }
    #endif
    pthread_attr_destroy(&attributes)
    guard failure == 0, let made else {
      Unmanaged<Start>.fromOpaque(start).release()
      return nil
    }
    handle = made
  }

  /// Waits for the thread to end.
  package func join() { pthread_join(handle, nil) }

  /// Processors that are online.
  package static var processorCount: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }
}

/// A mutex with a condition variable.
///
/// Only system calls access the two words, hence `@unchecked Sendable`.
package final class ConditionLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    condition.deallocate()
  }

  package func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Releases the lock and waits for `wakeAll`; call it inside `withLock`, in a loop over the
  /// awaited condition.
  package func wait() { pthread_cond_wait(condition, mutex) }

  package func wakeAll() { pthread_cond_broadcast(condition) }
}

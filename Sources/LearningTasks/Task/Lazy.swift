import Synchronization

/// A value that is computed when it is first needed, once for all copies.
final class Lazy<Value: Sendable>: Sendable {
  private let stored: Mutex<Value?> = Mutex(nil)
  private let compute: @Sendable () -> Value

  init(_ compute: @escaping @Sendable () -> Value) { self.compute = compute }

  var value: Value {
    stored.withLock { stored in
      let value = stored ?? compute()
      stored = value
      return value
    }
  }
}

/// The result of a body that runs on a thread of its own, with a stack of 8 MiB; the caller's thread is not blocked.
///
/// - Throws: errors of the body.
package func onThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    let thread = PlatformThread { continuation.resume(with: Result { try body() }) }
    if thread == nil { continuation.resume(with: Result { try body() }) }
  }
}

import Synchronization

/// A request to stop, made from anywhere (including a signal handler) and honoured after the
/// current step.
public final class StopRequest: Sendable {
  private let code = Atomic(0)

  /// No request yet.
  public init() {}

  /// Requests a stop; the number is chosen by the caller (a signal, an exit code) and is not 0.
  public func request(_ number: Int = 1) { code.store(number, ordering: .relaxed) }

  /// The number of the last request; 0 if there is none.
  public var number: Int { code.load(ordering: .relaxed) }
}

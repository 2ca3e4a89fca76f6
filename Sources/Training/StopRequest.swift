import Synchronization

/// A wish to stop, set from anywhere (a signal handler too) and honoured after the step under way.
public final class StopRequest: Sendable {
  private let code = Atomic(0)

  public init() {}

  /// Asks for a stop; the number is the caller's own (a signal, an exit code) and not 0.
  public func request(_ number: Int = 1) { code.store(number, ordering: .relaxed) }

  /// The number of the last request; 0: none.
  public var number: Int { code.load(ordering: .relaxed) }
}

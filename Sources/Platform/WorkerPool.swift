import Synchronization

/// Threads that share the indices of a loop.
///
/// Which thread takes which index is left to chance, so bodies write to places of their own, and whoever reduces
/// their results does it afterwards in the order of the indices. Waiting threads spin for some microseconds
/// and then sleep.
package final class WorkerPool: Sendable {
  private let shared = Shared()
  private let helpers: [PlatformThread]

  /// A pool that runs on the calling thread and `threadCount − 1` more, or as many as the system grants.
  package init(threadCount: Int, stackSize: Int = 8 << 20) {
    precondition(threadCount >= 1, "a pool has at least one thread, got \(threadCount)")
    var helpers: [PlatformThread] = []
    while helpers.count < threadCount - 1,
      let helper = PlatformThread(stackSize: stackSize, { [shared] in shared.serve() })
    {
      helpers.append(helper)
    }
    self.helpers = helpers
  }

  deinit {
    shared.stop()
    for helper in helpers { helper.join() }
  }

  package var threadCount: Int { helpers.count + 1 }

  /// Calls the body for `0 ..< count` and returns when all calls have returned.
  package func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 1 && !helpers.isEmpty else {
      for index in 0..<count { body(index) }
      return
    }
    let job = Job(count, body)
    shared.publish(job)
    job.work(shared)
    shared.wait(for: job)
  }

  /// The results of the body for `0 ..< count`, in that order; throws the error of the smallest index.
  package func map<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let slots = Slots<Swift.Result<Result, any Error>>(count)
    run(count) { index in
      let result = Swift.Result { try body(index) }
      slots.values.withLock { $0[index] = result }
    }
    return try slots.values.withLock { $0 }.map { result in
      guard let result else { preconditionFailure("a loop index was not run") }
      return try result.get()
    }
  }
}

/// One place per index.
private final class Slots<Value: Sendable>: Sendable {
  let values: Mutex<[Value?]>
  init(_ count: Int) { values = Mutex([Value?](repeating: nil, count: count)) }
}

/// One loop: indices are taken in turn, and counted when they are done.
private final class Job: Sendable {
  let count: Int
  let body: @Sendable (Int) -> Void
  let next = Atomic(0)
  let finished = Atomic(0)

  init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.body = body
  }

  var isFinished: Bool { finished.load(ordering: .acquiring) == count }

  func work(_ shared: Shared) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
      if finished.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == count {
        shared.wake()
      }
    }
  }
}

/// What the threads of a pool have in common; the two variables are touched under the lock only.
private final class Shared: Sendable {
  /// Some tens of microseconds: longer than a hand-over takes, shorter than a turn of the scheduler.
  private static let spins = 4000

  private let lock = ConditionLock()
  /// Jobs published so far, for spinning without the lock.
  private let generation = Atomic(0)
  private nonisolated(unsafe) var job: Job?
  private nonisolated(unsafe) var isStopping = false

  func publish(_ job: Job) {
    lock.withLock {
      self.job = job
      generation.wrappingAdd(1, ordering: .releasing)
    }
    lock.wakeAll()
  }

  func stop() {
    lock.withLock {
      isStopping = true
      generation.wrappingAdd(1, ordering: .releasing)
    }
    lock.wakeAll()
  }

  /// Takes the lock once, so that no waiter is between its check and its sleep.
  func wake() {
    lock.withLock {}
    lock.wakeAll()
  }

  /// Returns when the job is done, and lets go of it.
  func wait(for job: Job) {
    for _ in 0..<Self.spins {
      if job.isFinished { break }
    }
    lock.withLock {
      while !job.isFinished { lock.wait() }
      if self.job === job { self.job = nil }
    }
  }

  /// The life of a helper.
  func serve() {
    var seen = 0
    while true {
      for _ in 0..<Self.spins {
        if generation.load(ordering: .relaxed) != seen { break }
      }
      let next: Job? = lock.withLock {
        while generation.load(ordering: .relaxed) == seen { lock.wait() }
        seen = generation.load(ordering: .relaxed)
        return job
      }
      if let next { next.work(self) }
      if lock.withLock({ isStopping }) { return }
    }
  }
}

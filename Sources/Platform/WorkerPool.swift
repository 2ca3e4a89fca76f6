import Synchronization

/// A pool of threads that share the indices of a loop.
///
/// Which thread runs which index is not defined, so each index must write to its own memory;
/// results are reduced afterwards in the order of the indices. Waiting threads spin for some
/// microseconds and then sleep.
package final class WorkerPool: Sendable {
  private let shared = Shared()
  private let helpers: [PlatformThread]

  /// A pool of the calling thread and `threadCount − 1` more, or as many as the system can start.
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

  /// The results of the body for `0 ..< count` in order; throws the error of the smallest index.
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

/// One loop: threads take the next index atomically and count finished indices.
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

/// State shared by the threads of a pool; the lock protects the two variables.
private final class Shared: Sendable {
  /// Some tens of microseconds: longer than a hand-over, shorter than a time slice of the
  /// scheduler.
  private static let spins = 4000

  private let lock = ConditionLock()
  /// Jobs published so far; read without the lock while spinning.
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

  /// Takes the lock once, so that no thread is between its check and its sleep.
  func wake() {
    lock.withLock {}
    lock.wakeAll()
  }

  /// Waits until the job is done and releases it.
  func wait(for job: Job) {
    for _ in 0..<Self.spins {
      if job.isFinished { break }
    }
    lock.withLock {
      while !job.isFinished { lock.wait() }
      if self.job === job { self.job = nil }
    }
  }

  /// The loop of a helper thread.
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

import Platform
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  private final class Counts: Sendable {
    let values: Mutex<[Int]>
    init(_ count: Int) { values = Mutex([Int](repeating: 0, count: count)) }
  }

  @Test(arguments: [1, 2, 5])
  func `every index runs once, again and again`(threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    #expect(pool.threadCount == threads)
    for count in [0, 1, 2, 3, 100] {
      for _ in 0..<50 {
        let counts = Counts(count)
        pool.run(count) { index in counts.values.withLock { $0[index] += 1 } }
        #expect(counts.values.withLock { $0 } == [Int](repeating: 1, count: count))
      }
    }
  }

  @Test func `threads that the system refuses are done without`() throws {
    // No stack is larger than the address space.
    #expect(PlatformThread(stackSize: 1 << 48) {} == nil)
    let pool = WorkerPool(threadCount: 4, stackSize: 1 << 48)
    #expect(pool.threadCount == 1)
    #expect(try pool.map(100) { $0 * 3 } == (0..<100).map { $0 * 3 })
  }

  @Test func `results come in the order of the indices`() throws {
    let pool = WorkerPool(threadCount: 3)
    #expect(try pool.map(200) { $0 * $0 } == (0..<200).map { $0 * $0 })
  }

  @Test func `the error of the smallest index is thrown`() {
    struct Failure: Error, Equatable { let index: Int }
    let pool = WorkerPool(threadCount: 3)
    #expect(throws: Failure(index: 7)) {
      try pool.map(100) { index in
        if index >= 7 { throw Failure(index: index) }
        return index
      }
    }
  }

  @Test func `a body may use its own pool`() throws {
    let pool = WorkerPool(threadCount: 3)
    let sums = try pool.map(10) { outer in try pool.map(10) { $0 * outer }.reduce(0, +) }
    #expect(sums == (0..<10).map { $0 * 45 })
  }
}

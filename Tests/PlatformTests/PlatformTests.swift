import Platform
import Testing

@Suite struct PlatformTests {
  @Test func `clocks do not go backwards`() {
    let (wall, process, thread) = (
      SystemClock.monotonicTime, SystemClock.processTime, SystemClock.threadTime
    )
    #expect(SystemClock.monotonicTime >= wall)
    #expect(SystemClock.processTime >= process)
    #expect(SystemClock.threadTime >= thread)
  }
}

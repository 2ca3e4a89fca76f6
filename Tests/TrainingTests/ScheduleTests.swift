import Serialization
import TestSupport
import Testing
import Training

@Suite struct ScheduleTests {
  /// optax evaluates its schedules in single precision.
  @Test(arguments: [
    ("cosine", Schedule.cosine(from: 0.1, to: 0.01, over: 10)),
    ("exponential", .exponential(from: 0.1, factor: 0.5, every: 3)),
    ("staircase", .steps(from: 0.1, factor: 0.5, every: 3)),
    ("floor", .exponential(from: 0.1, factor: 0.9, floor: 0.05)),
    ("warmUpCosine", .warmUp(over: 4, then: .cosine(from: 0.1, to: 0.01, over: 10))),
  ])
  func `schedules are those of optax`(name: String, schedule: Schedule) throws {
    let expected = try #require(try fixture("optimizers")["schedules"]?[name]?.numbers)
    for (step, rate) in expected.enumerated() {
      #expect(abs(schedule(step) - rate) < 3e-7 * 0.1, "step \(step)")
    }
  }

  @Test func `ends and literals`() {
    let literal: Schedule = 0.5
    #expect(literal(0) == 0.5 && literal(1000) == 0.5)
    #expect(Schedule.linear(from: 1, to: 0, over: 4)(1) == 0.75)
    #expect(Schedule.linear(from: 1, to: 0, over: 4)(9) == 0)
    #expect(Schedule.scaled(0.5, by: 0.5)(3) == 0.25)
    #expect(Schedule.warmUp(over: 0, then: 2)(0) == 2)
  }
}

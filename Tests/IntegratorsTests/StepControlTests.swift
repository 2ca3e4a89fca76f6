import Platform
import NumericCore
import Integrators
import Testing

/// A stepper whose errors follow a script; its state is the number of tries.
private struct ScriptedStepper: Stepper {
  var errors: [Double]
  var tries = 0
  var evaluations: Int { tries }

  mutating func slope<Field: VectorField<Double>>(
    _ field: Field, _ time: Double, _ state: Double
  ) -> Double { 0 }

  mutating func attempt<Field: VectorField<Double>>(
    _ field: Field, _ time: Double, _ state: Double, size: Double
  ) -> Double {
    tries += 1
    return 0
  }

  // The tolerance of the tests is 1 absolute.
  func error(size: Double) -> Double { errors[min(tries, errors.count) - 1] }

  mutating func interpolated<Field: VectorField<Double>>(
    _ field: Field, _ time: Double, _ state: Double, size: Double, end: Double, theta: Double
  ) -> Double { 0 }

  var interpolantDegree: Int { 1 }

  mutating func interpolantCoefficient<Field: VectorField<Double>>(
    _ field: Field, _ time: Double, size: Double, end: Double, power: Int
  ) -> Double { 0 }

  mutating func advance() {}
  mutating func restart() {}
}

@Suite struct StepControlTests {
  private func sizes(
    _ errors: [Double], _ make: (Tolerance, Double?) -> StepControl, end: Double = 1e9
  ) -> ([Double], StepStatistics, SolveStatus?) {
    let control = make(Tolerance(relative: 0, absolute: 1), 1)
    var walk = Integration(
      CosineField(), ScriptedStepper(errors: errors),
      ODESolver(method: .dormandPrince5, control: control), from: 0,
      over: TimeSpan(from: 0, to: end))
    var sizes: [Double] = []
    while walk.statistics.evaluations < errors.count, let step = walk.next() {
      sizes.append(step.size)
    }
    return (sizes, walk.statistics, walk.status)
  }

  @Test func `an integral controller follows its formula`() {
    // 0.9 · r^(−1/5) within 1 (after acceptance) and 10; rejected: at least 0.2.
    let (sizes, statistics, _) = sizes([1e-10, 0.5, 0.99, 32, 1e-3, 1e9, 0.5]) {
      .integral($0, firstStep: $1)
    }
    let factor = 0.9 * Double.power(0.5, -0.2)
    let third = 10 * factor
    let rejected = third * 0.9 * Double.power(32, -0.2)
    // After a rejection a step does not grow.
    let expected = [1, 10, third, rejected, rejected * 0.2]
    #expect(sizes.count == expected.count)
    for (size, expected) in zip(sizes, expected) {
      // The controller's powers are good to 1e-9 each.
      #expect(abs(size / expected - 1) < 1e-8)
    }
    #expect(statistics.acceptedSteps == 5 && statistics.rejectedSteps == 2)
  }

  @Test func `a proportional-integral controller remembers the error before`() {
    let (sizes, _, _) = sizes([0.1, 0.2, 0.3]) { .proportionalIntegral($0, firstStep: $1) }
    let first = 0.9 * Double.power(0.1, -0.17) * Double.power(1e-4, 0.04)
    let second = 0.9 * Double.power(0.2, -0.17) * Double.power(0.1, 0.04)
    #expect(abs(sizes[1] - first) < 1e-8)
    #expect(abs(sizes[2] - first * second) < 1e-8)
  }

  @Test func `steps end at the end`() {
    let (sizes, statistics, status) = sizes(
      [0.59, 0.59, 0.59, 0.59], { .integral($0, firstStep: $1) }, end: 2.5)
    // 0.9 · 0.59^(−1/5) is 1.0002: two steps of one, and the rest.
    #expect(sizes.count == 3 && statistics.acceptedSteps == 3)
    #expect(abs(sizes.reduce(0, +) - 2.5) < 1e-15)
    #expect(status == .completed)
  }

  @Test func `errors that are not numbers shrink the step until it fails`() {
    let (sizes, statistics, status) = sizes([.nan]) { .integral($0, firstStep: $1) }
    #expect(sizes.isEmpty)
    #expect(statistics.rejectedSteps == 30)
    #expect(status == .nonFinite(time: 0, component: 0))
  }

  @Test func `errors that never fall end in an underflow or the budget`() {
    let (_, statistics, status) = sizes([1e3]) {
      .integral($0, firstStep: $1, stepBudget: 12)
    }
    #expect(status == .stepBudgetExhausted(time: 0))
    #expect(statistics.rejectedSteps == 12 && statistics.acceptedSteps == 0)
  }

  @Test func `fixed steps are as many as fit`() {
    #expect(StepControl.fixed(0.1).fixedStepCount(over: 2) == 20)
    #expect(StepControl.fixed(0.1).fixedStepCount(over: -2.01) == 21)
    #expect(StepControl.fixed(5).fixedStepCount(over: 2) == 1)
    #expect(StepControl.fixed(5).fixedStepCount(over: 0) == 0)
    #expect(StepControl.steps(perInterval: 7).fixedStepCount(over: 0.3) == 7)
    #expect(
      StepControl.integral(Tolerance(relative: 1, absolute: 1)).fixedStepCount(over: 1) == nil)
  }
}

import NumericCore
import Testing

@Suite struct VectorSpaceTests {
  private func checkLaws<State: VectorSpace & Equatable>(_ a: State, _ b: State) {
    #expect(a.adding(0, times: b) == a)
    #expect(a.zero.adding(1, times: b) == b)
    #expect(a.adding(-1, times: a) == a.zero)
    // Powers of two are exact.
    #expect(a.scaled(by: 2) == a.adding(1, times: a))
    var sum = 0.0
    let tolerance = Tolerance(relative: 0.5, absolute: 0.25)
    for i in 0..<a.componentCount {
      let scale = 0.25 + 0.5 * max(abs(a.component(i)), abs(b.component(i)))
      sum += (b.component(i) / scale) * (b.component(i) / scale)
    }
    // The same sum in perhaps another order, of at most eight terms.
    #expect(abs(b.squaredError(tolerance, first: a, second: b) - sum) <= 1e-14 * sum)
    #expect(a.firstNonFiniteComponent == nil)
    var components = [Double](repeating: -7, count: a.componentCount + 3)
    a.copyComponents(to: &components, at: 2)
    #expect(components.dropFirst(2).dropLast() == (0..<a.componentCount).map(a.component)[...])
    #expect(components[1] == -7 && components.last == -7)
    #expect(b.replacingComponents(from: components, at: 2) == a)
  }

  @Test func `every state obeys the laws of a vector space`() {
    checkLaws(1.5, -2.25)
    checkLaws(Float(1.5), -2.25)
    checkLaws(SIMD2(1, 2), SIMD2(0.5, -4))
    checkLaws(SIMD3(1, 2, 3), SIMD3(0.5, -4, 8))
    checkLaws(SIMD4(1, 2, 3, 4), SIMD4(0.5, -4, 8, 1))
    checkLaws([1.0, 2, 3], [0.5, -4, 8])
    checkLaws([SIMD2(1, 2), SIMD2(3, 4)], [SIMD2(-1, 2), SIMD2(0.25, 4)])
  }

  @Test func `the first component that is not finite is found`() {
    #expect([1.0, .nan, .infinity].firstNonFiniteComponent == 1)
    #expect(SIMD3(1.0, 2, -.infinity).firstNonFiniteComponent == 2)
    #expect([SIMD2(1.0, 2), SIMD2(.nan, 2)].firstNonFiniteComponent == 2)
  }

  @Test func `evenly spaced times have both ends and a direction`() {
    #expect(TimeSpan(from: 1, to: -1).evenlySpaced(5) == [1, 0.5, 0, -0.5, -1])
    #expect(TimeSpan(from: 0, to: 0.3).evenlySpaced(4).last == 0.3)
    #expect(!TimeSpan(from: 1, to: -1).isForward)
  }
}

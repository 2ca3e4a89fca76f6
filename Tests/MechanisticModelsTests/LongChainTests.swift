import Platform
import Integrators
import MechanisticModels
import Testing

/// Definitions that need each other in a long chain, in the worst order.
@Suite struct LongChainTests {
  /// `a0 = first`, `aᵢ = aᵢ₋₁ / 2 + 1`, the last one first.
  private func chain(_ count: Int, from first: String) -> String {
    (1...count).reversed().map { "a\($0) = a\($0 - 1)/2 + 1\n" }.joined() + "a0 = \(first)\n"
  }

  @Test(arguments: [10, 8_000, 40_000])
  func `a chain of intermediates of any length is evaluated`(count: Int) throws {
    let system = try EquationSystem(
      "x' = a\(count) - x\nx(0) = 0\n" + chain(count, from: "x"), name: "chain")
    let solver = ODESolver(method: .tsitouras5)
    let solution = system.solution(at: [0, 1], solver: solver)
    // a = x/2ⁿ + 2 (1 − 2⁻ⁿ), so x = 2 (1 − e^(−(1 − 2⁻ⁿ) t)).
    let exact = 2 * (1 - Double.exponential(Double.power(2, -Double(count)) - 1))
    #expect(abs(solution.states[1][0] - exact) < 1e-5)
  }

  @Test func `a chain of constants is folded`() throws {
    let system = try EquationSystem(
      "x' = a8000*x\nx(0) = 1\n" + chain(8_000, from: "0.5"), name: "chain")
    #expect(system.parameters.map(\.name) == ["a0"])
  }

  @Test func `a circle of any length is refused where it closes`() throws {
    let text = "x' = a8000\n" + chain(8_000, from: "a8000")
    let error = #expect(throws: EquationError.self) { try EquationSystem(text, name: "circle") }
    #expect(error?.position.line == 2)
  }
}

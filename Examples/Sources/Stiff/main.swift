// Robertson's reaction over eleven decades of time, with the implicit method rodas5p.
import NeuralODE

struct Robertson: VectorField {
  func callAsFunction(_ time: Double, _ y: SIMD3<Double>) -> SIMD3<Double> {
    let (slow, fast, middle) = (0.04 * y.x, 3e7 * y.y * y.y, 1e4 * y.y * y.z)
    return SIMD3(middle - slow, slow - middle - fast, fast)
  }
}

let solver = ODESolver(
  method: .rodas5P,
  control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-10)))
let solution = try solver.solve(
  Robertson(), from: SIMD3(1, 0, 0), over: TimeSpan(from: 0, to: 1e11))
print(solution.status, solution.statistics.evaluations, "evaluations")
print(solution.state(at: 1e11))

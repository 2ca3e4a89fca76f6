// A vector field is a struct that can be called; any vector space is a state.
import NeuralODE

struct Lorenz: VectorField {
  var (sigma, rho, beta) = (10.0, 28.0, 8.0 / 3)

  func callAsFunction(_ time: Double, _ y: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(sigma * (y.y - y.x), y.x * (rho - y.z) - y.y, y.x * y.y - beta * y.z)
  }
}

let solver = ODESolver(
  method: .tsitouras5,
  control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9)))
let solution = try solver.solve(
  Lorenz(), from: SIMD3(1, 1, 1), over: TimeSpan(from: 0, to: 40))
print(solution.statistics.evaluations, "evaluations;", "state at 12.5:", solution.state(at: 12.5))

// A ball that bounces: an event finds the floor, and a reset reverses the velocity.
import NeuralODE

struct Ball: VectorField {
  func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(y.y, -9.81)  // height and velocity
  }
}

let floor = Event<Ball>.root(.falling, of: { _, y in y.x }, .reset { _, y in SIMD2(0, -0.8 * y.y) })
let solution = try ODESolver().solve(
  Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: 2), events: [floor])
for bounce in solution.events {
  print("bounce at t = \(bounce.time), upward with \(bounce.stateAfter.y) m/s")
}

import Platform
import NumericCore
import Integrators
import TestSupport
import Testing

/// `x' = 2 z cos t`, `0 = z² − x`: `z = 2 + sin t`, `x = z²`.
private struct SquareRoot: VectorField {
  var massDiagonal: [Double] { [1, 0] }
  func callAsFunction(_ t: Double, _ y: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(2 * y.y * Double.cosine(t), y.y * y.y - y.x)
  }
}

/// The pendulum of length 1 in its index-1 form: the states `x, y, u, v, λ`.
///
/// The rod's force follows from the second derivative of `x² + y² = 1`.
private struct Pendulum: VectorField {
  static let gravity = 9.81
  var massDiagonal: [Double] { [1, 1, 1, 1, 0] }
  func callAsFunction(_ t: Double, _ s: [Double]) -> [Double] {
    let (x, y, u, v, force) = (s[0], s[1], s[2], s[3], s[4])
    return [
      u, v, -force * x, -force * y - Pendulum.gravity,
      u * u + v * v - force * (x * x + y * y) - Pendulum.gravity * y,
    ]
  }
}

/// The same pendulum as an ordinary differential equation of its angle.
private struct Angle: VectorField {
  func callAsFunction(_ t: Double, _ s: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(s.y, -Pendulum.gravity * Double.sine(s.x))
  }
}

/// `2 y' = −y` by a mass of 2, as `y' = −y/2`.
private struct Heavy: VectorField {
  var massDiagonal: [Double] { [2] }
  func callAsFunction(_ t: Double, _ y: Double) -> Double { -y }
}

@Suite struct MassDiagonalTests {
  @Test func `rodas5p keeps its order on algebraic equations`() throws {
    let errors = try [8, 16, 32, 64].map { count in
      let solution = try ODESolver(method: .rodas5P, control: .fixed(2 / Double(count)))
        .solve(SquareRoot(), from: SIMD2(4, 2), over: TimeSpan(from: 0, to: 2), at: [2])
      let exact = 2 + Double.sine(2)
      return (
        x: abs(solution.states[0].x - exact * exact), z: abs(solution.states[0].y - exact)
      )
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(coarse.x / fine.x > 25, "\(errors)")
      #expect(coarse.z / fine.z > 25, "\(errors)")
    }
  }

  @Test func `dense output between the steps satisfies the algebraic equation`() throws {
    let times = (0...100).map { 0.02 * Double($0) }
    let solution = try ODESolver(
      method: .rodas5P,
      control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8))
    )
    .solve(SquareRoot(), from: SIMD2(4, 2), over: TimeSpan(from: 0, to: 2), at: times)
    for (time, state) in zip(times, solution.states) {
      #expect(abs(state.y - 2 - Double.sine(time)) < 1e-6, "at \(time)")
    }
  }

  @Test func `a pendulum with its rod's force swings as its angle does`() throws {
    let times = [0, 0.4, 1, 2.5, 5]
    let control = StepControl.proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-11))
    let whole = try ODESolver(method: .rodas5P, control: control).solve(
      Pendulum(), from: [1, 0, 0, 0, 0], over: TimeSpan(from: 0, to: 5), at: times)
    let angle = try ODESolver(method: .verner6, control: control).solve(
      Angle(), from: SIMD2(Double.pi / 2, 0), over: TimeSpan(from: 0, to: 5), at: times)
    for (state, angle) in zip(whole.states, angle.states) {
      #expect(abs(state[0] - Double.sine(angle.x)) < 1e-7)
      #expect(abs(state[1] + Double.cosine(angle.x)) < 1e-7)
      let force = angle.y * angle.y + Pendulum.gravity * Double.cosine(angle.x)
      #expect(abs(state[4] - force) < 1e-6)
    }
  }

  @Test func `a mass of 2 halves the derivative`() throws {
    let solution = try ODESolver(
      method: .rodas5P,
      control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9))
    )
    .solve(Heavy(), from: 1.0, over: TimeSpan(from: 0, to: 3), at: [3])
    #expect(abs(solution.states[0] - Double.exponential(-1.5)) < 1e-7)
  }
}

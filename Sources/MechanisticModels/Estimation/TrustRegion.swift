import NumericCore

/// Minimizes a function given by pseudo-residuals (`FitEvaluation`) between bounds.
///
/// A step minimizes the model `F + gᵀp + ½‖Jp‖²` within a trust region `‖p / unit‖ ≤ Δ` and the bounds: Levenberg–Marquardt
/// on the triangular factor of `J`, with Moré's iteration for the damping. An unknown whose step meets its bound is fixed
/// there for this step; one at a bound that the gradient presses against it stays.
/// - Source: Moré 1978; Nocedal and Wright 2006, sections 4.3, 10.3 and 16.7.
package struct TrustRegion: Sendable {
  package var iterationLimit = 100
  /// Stops where a Gauss–Newton step would lower the function by less than this, relative to `1 + |F|`.
  package var decreaseTolerance = 1e-13
  /// Stops when three steps in succession lower the function by less than this each: it is flat from there on.
  package var flatness = 1e-9
  /// An unknown that keeps its value.
  package var frozen: Int?
  package var scales: [ParameterScale]
  /// Radius of the first step, in units of the scales.
  package var firstRadius = 1.0

  package init(scales: [ParameterScale]) { self.scales = scales }

  /// Why a search ended.
  package enum Ending: Sendable {
    /// The gradient between the bounds vanishes.
    case stationary
    /// The function no longer changes while the unknowns still move: there is no minimum near, or it is a very flat one.
    case flat
    /// No step lowers the function, though the model promises it: the rest is rounding or errors of the solver.
    case stalled
    case iterationLimit
  }

  package struct Outcome: Sendable {
    package var unknowns: [Double]
    package var evaluation: FitEvaluation
    package var iterations = 0
    package var ending = Ending.iterationLimit
    /// By how much the last Gauss–Newton step would lower the function.
    package var expectedDecrease = Double.infinity

    /// Whether the minimum is found as well as the data can tell: a ten-thousandth of a unit of the log-likelihood is a
    /// hundredth of a standard error.
    package var hasConverged: Bool {
      switch ending {
      case .stationary, .flat: true
      case .stalled: expectedDecrease < 1e-4
      case .iterationLimit: expectedDecrease < 1e-6
      }
    }
  }

  /// The minimum near `start`; nil if there is no value at `start`.
  ///
  /// Where `evaluate` returns nil the model has no value: the trust region is then made smaller.
  ///
  /// - Parameter known: what `evaluate` gives at `start`, where that is known already.
  package func minimize(
    from start: [Double], known: FitEvaluation? = nil, _ evaluate: ([Double]) -> FitEvaluation?
  ) -> Outcome? {
    guard let first = known ?? evaluate(start), first.value.isFinite else { return nil }
    var outcome = Outcome(unknowns: start, evaluation: first)
    var radius = firstRadius
    var flatSteps = 0
    while outcome.iterations < iterationLimit {
      outcome.iterations += 1
      var model = StepModel(outcome.unknowns, outcome.evaluation, scales, frozen: frozen)
      outcome.expectedDecrease = model.expectedDecrease
      let scale = 1 + outcome.evaluation.value.magnitude
      if outcome.expectedDecrease <= decreaseTolerance * scale {
        outcome.ending = .stationary
        return outcome
      }
      let step = model.step(within: radius)
      let length = model.length(step)
      let predicted = model.decrease(step)
      let next = zip(outcome.unknowns, step).map { $0 + $1 }
      let isSmall = zip(step, outcome.unknowns).allSatisfy {
        $0.magnitude <= 1e-12 * (1e-3 + $1.magnitude)
      }
      if isSmall || length < 1e-13 {
        outcome.ending = .stalled
        return outcome
      }
      guard predicted > 0, let found = evaluate(next) else {
        radius = 0.25 * min(length, radius)
        continue
      }
      let decrease = outcome.evaluation.value - found.value
      let gain = decrease / predicted
      if gain < 0.25 {
        radius = 0.3 * min(length, radius)
      } else if gain > 0.75 && length > 0.8 * radius {
        radius *= gain > 0.95 ? 4 : 2
      }
      guard gain > 1e-4 else { continue }
      outcome.unknowns = next
      outcome.evaluation = found
      flatSteps = decrease < flatness && length > 1e-3 ? flatSteps + 1 : 0
      if flatSteps == 3 {
        outcome.ending = .flat
        return outcome
      }
    }
    return outcome
  }
}

/// The quadratic model of a function around a point between bounds.
private struct StepModel {
  private let evaluation: FitEvaluation
  private let units: [Double]
  /// How far each unknown may go.
  private let room: [(lower: Double, upper: Double)]
  private let gradient: [Double]
  private var free: [Bool]
  private var factor: TriangularFactor
  private let gaussNewton: [Double]
  private let n: Int

  init(
    _ point: [Double], _ evaluation: FitEvaluation, _ scales: [ParameterScale], frozen: Int?
  ) {
    n = point.count
    self.evaluation = evaluation
    units = zip(scales, point).map { $0.unit(at: $1) }
    room = zip(scales, point).map { ($0.bounds.lowerBound - $1, $0.bounds.upperBound - $1) }
    let gradient = evaluation.gradient(n)
    self.gradient = gradient
    var free = [Bool](repeating: true, count: n)
    for (i, room) in room.enumerated() {
      let isPressed = room.lower >= 0 && gradient[i] > 0 || room.upper <= 0 && gradient[i] < 0
      free[i] = i != frozen && !isPressed
    }
    self.free = free
    factor = evaluation.triangular(free, side: evaluation.residuals.map { -$0 })
    gaussNewton = factor.solution
  }

  /// By how much the Gauss–Newton step lowers the model.
  var expectedDecrease: Double {
    -0.5 * zip(gaussNewton, gradient).reduce(0) { $0 + $1.0 * $1.1 }
  }

  func length(_ step: [Double]) -> Double {
    zip(step, units).reduce(0) { $0 + ($1.0 / $1.1) * ($1.0 / $1.1) }.squareRoot()
  }

  /// By how much a step lowers the model.
  func decrease(_ step: [Double]) -> Double {
    var value = 0.0
    for (row, residual) in evaluation.residuals.enumerated() {
      var change = 0.0
      for i in 0..<n where step[i] != 0 { change += evaluation.jacobian[row * n + i] * step[i] }
      value -= change * (residual + 0.5 * change)
    }
    return value
  }

  /// The best step within a radius and the bounds.
  mutating func step(within radius: Double) -> [Double] {
    var step = [Double](repeating: 0, count: n)
    for _ in 0...n {
      let rest = (radius * radius - squares(of: step)).squareRoot()
      let part = damped(within: max(rest.isNaN ? 0 : rest, 1e-3 * radius))
      var isInside = true
      for i in 0..<n where free[i] {
        step[i] = min(max(part[i], room[i].lower), room[i].upper)
        if step[i] != part[i] {
          free[i] = false
          isInside = false
        }
      }
      if isInside { break }
      // What met its bound stays there, and the others adapt to it.
      let moved = step.indices.map { free[$0] ? 0 : step[$0] }
      var side = evaluation.residuals.map { -$0 }
      for row in side.indices {
        for i in 0..<n where moved[i] != 0 {
          side[row] -= evaluation.jacobian[row * n + i] * moved[i]
        }
      }
      factor = evaluation.triangular(free, side: side)
      for i in 0..<n where free[i] { step[i] = 0 }
    }
    return step
  }

  private func squares(of step: [Double]) -> Double {
    step.indices.reduce(0) {
      free[$1] ? $0 : $0 + (step[$1] / units[$1]) * (step[$1] / units[$1])
    }
  }

  /// The minimum of the model over the free unknowns in a ball: the damping of which the step has the radius to 10 %.
  private func damped(within radius: Double) -> [Double] {
    var (damped, damping) = (factor, 0.0)
    var (low, high) = (0.0, Double.infinity)
    var result = factor.solution
    for _ in 0..<30 {
      let size = length(result)
      if size <= 1.1 * radius && (size >= 0.9 * radius || damping == 0) { break }
      if size > radius { low = damping } else { high = damping }
      // d(½‖p/u‖²)/dμ = −‖R⁻ᵀ(p/u²)‖² with the square μ of the damping.
      let turned = damped.solvedTransposed(zip(result, units).map { $0 / ($1 * $1) })
      let slope = -turned.reduce(0) { $0 + $1 * $1 } / size
      let square = damping * damping - size / radius * (size - radius) / slope
      damping = square > 0 ? square.squareRoot() : 0
      if !(low < damping && damping < high) {
        damping = high.isFinite ? 0.5 * (low + high) : max(10 * low, 1e-8)
      }
      damped = factor.damped(by: units.map { damping / $0 })
      result = damped.solution
    }
    return result
  }
}

extension FitEvaluation {
  /// Sensitivities are good to about 1e-8: of what moves the rows by less than this part of a column nothing is known.
  private static let leastDamping = 1e-6

  /// The factor of the free columns of `J`, slightly damped.
  func triangular(_ free: [Bool], side: [Double]) -> TriangularFactor {
    let n = free.count
    var factor = TriangularFactor(size: n)
    var row = [Double](repeating: 0, count: n)
    var squares = row
    for (place, value) in side.enumerated() {
      for i in 0..<n {
        row[i] = free[i] ? jacobian[place * n + i] : 0
        squares[i] += row[i] * row[i]
      }
      factor.append(&row, value)
    }
    return factor.damped(by: squares.map { Self.leastDamping * $0.squareRoot() })
  }

  /// `JᵀR` for `n` unknowns.
  package func gradient(_ n: Int) -> [Double] {
    var gradient = [Double](repeating: 0, count: n)
    for (row, residual) in residuals.enumerated() {
      for i in 0..<n { gradient[i] += jacobian[row * n + i] * residual }
    }
    return gradient
  }
}

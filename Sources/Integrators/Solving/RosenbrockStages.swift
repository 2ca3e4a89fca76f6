import Platform
import NumericCore

/// The stages of a Rosenbrock step as flat numbers, with the matrix that all of them share.
@usableFromInline
struct RosenbrockStages: Sendable {
  @usableFromInline let tableau: RosenbrockTableau
  private let width: Int
  /// Whether the matrix of the present try could be factored.
  private var isFactored = false
  private var matrix = LUFactorization(size: 0)
  private var jacobian: [Double] = []
  private var timeDerivative: [Double] = []
  /// The diagonal of `M`; empty: all ones.
  private var mass: [Double] = []
  /// The state at the start of the step.
  @usableFromInline var start: [Double]
  /// Where the field is evaluated, and then what it says there.
  @usableFromInline var point: [Double]
  /// `u_i` one after another.
  private var solutions: [Double]
  /// The estimated error of the dense output in the middle of the step.
  private var middleError: [Double]
  private let middleWeights: [Double]
  private let middleSlopes: [Double]

  @usableFromInline
  init(_ tableau: RosenbrockTableau, width: Int) {
    self.tableau = tableau
    self.width = width
    start = Array(repeating: 0, count: width)
    point = start
    middleError = start
    solutions = Array(repeating: 0, count: width * tableau.stageCount)
    middleWeights = tableau.interpolant.weights(at: 0.5)
    middleSlopes = tableau.interpolant.slopes(at: 0.5)
  }

  /// Takes the derivatives at the start of a step; an empty time derivative is zero, an empty mass one.
  @usableFromInline
  mutating func linearize(jacobian: [Double], timeDerivative: [Double], mass: [Double]) {
    let columns = width > 0 ? jacobian.count / width : 0
    precondition(
      columns > 0 && columns * width == jacobian.count && width % columns == 0,
      "a Jacobian of \(jacobian.count) elements for a state of \(width)")
    precondition(
      timeDerivative.isEmpty || timeDerivative.count == width,
      "a derivative by time of \(timeDerivative.count) components for a state of \(width)")
    precondition(
      mass.isEmpty || mass.count == width,
      "a mass diagonal of \(mass.count) components for a state of \(width)")
    self.jacobian = jacobian
    self.timeDerivative = timeDerivative
    self.mass = mass
    if matrix.size != columns { matrix = LUFactorization(size: columns) }
  }

  /// Factors `M/(γ h) − J`; false if it is singular.
  @usableFromInline
  mutating func factor(size: Double) -> Bool {
    let n = matrix.size
    for index in 0..<n * n { matrix.elements[index] = -jacobian[index] }
    let diagonal = 1 / (tableau.gamma * size)
    for index in 0..<n { matrix.elements[index * (n + 1)] += diagonal * massOf(index) }
    isFactored = matrix.factor()
    return isFactored
  }

  private func massOf(_ component: Int) -> Double { mass.isEmpty ? 1 : mass[component] }

  /// Adds `weight · M u_i` to `point`.
  private mutating func addSolution(_ stage: Int, _ weight: Double) {
    for index in 0..<width {
      point[index] += weight * massOf(index) * solutions[stage * width + index]
    }
  }

  /// Sets `point` to the state at which a stage is evaluated.
  @usableFromInline
  mutating func setPoint(ofStage stage: Int) { setPoint(tableau.stages[stage]) }

  /// Sets `point` to the state in the middle of the step.
  @usableFromInline
  mutating func setMiddlePoint() { setPoint(middleWeights) }

  private mutating func setPoint(_ weights: [Double]) {
    combine(weights)
    for index in 0..<width { point[index] += start[index] }
  }

  /// Solves for `u` of a stage, of which `point` holds `f`.
  @usableFromInline
  mutating func solve(stage: Int, size: Double) {
    let timeWeight = size * tableau.timeWeights[stage]
    if timeWeight != 0 && !timeDerivative.isEmpty {
      for index in 0..<width { point[index] += timeWeight * timeDerivative[index] }
    }
    for (earlier, coupling) in tableau.couplings[stage].enumerated() where coupling != 0 {
      addSolution(earlier, coupling / size)
    }
    solvePoint()
    for index in 0..<width { solutions[stage * width + index] = point[index] }
  }

  /// Estimates the error of the dense output from `f` in the middle of the step, which `point` holds.
  ///
  /// The polynomial `p` misses the equation by `r = f(p) − M p'`, and so the solution by about
  /// `(M/(γ h) − J)⁻¹ r`: `γ h r` where nothing is stiff, `J⁻¹ r` where everything is. Without it, steps
  /// over a very stiff equation can be long enough to miss what happens inside of them: their ends alone
  /// are then exact.
  @usableFromInline
  mutating func estimateMiddleError(size: Double) {
    for (stage, slope) in middleSlopes.enumerated() {
      addSolution(stage, -slope / size)
    }
    solvePoint()
    swap(&point, &middleError)
  }

  /// Solves `(M/(γ h) − J) x = point`, block by block.
  private mutating func solvePoint() {
    let n = matrix.size
    for block in stride(from: 0, to: width, by: n) {
      if block > 0 {
        for row in block..<block + n {
          var sum = point[row]
          for k in 0..<n { sum += jacobian[row * n + k] * point[k] }
          point[row] = sum
        }
      }
      matrix.solve(&point, at: block)
    }
  }

  /// The estimated error: of the end or, where that is larger, a part of that inside.
  @usableFromInline
  func error(_ weights: [Double], includingMiddle: Bool) -> [Double] {
    let end = combined(weights)
    guard includingMiddle && isFactored else { return end }
    return zip(end, middleError).map { end, middle in
      let part = RosenbrockStages.middlePart * middle
      return part.magnitude > end.magnitude ? part : end
    }
  }

  /// Inside of a step the error may be so many times as large: its inverse.
  private static var middlePart: Double { 0.1 }

  /// Sets `point` to a sum of the `u_i`; to not-a-number if there was no solution.
  @usableFromInline
  mutating func combine(_ weights: [Double]) {
    for index in 0..<width { point[index] = isFactored ? 0 : .nan }
    for (stage, weight) in weights.enumerated() where weight != 0 {
      for index in 0..<width { point[index] += weight * solutions[stage * width + index] }
    }
  }

  /// A sum of the `u_i`.
  @usableFromInline
  func combined(_ weights: [Double]) -> [Double] {
    var copy = self
    copy.combine(weights)
    return copy.point
  }
}

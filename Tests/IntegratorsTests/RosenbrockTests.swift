import Platform
import NumericCore
import Integrators
import Testing

/// A field with a Jacobian, and how often it was called.
private struct StiffField: VectorField {
  let body: @Sendable (Double, [Double]) -> [Double]
  let jacobian: @Sendable (Double, [Double]) -> FieldLinearization
  func callAsFunction(_ time: Double, _ y: [Double]) -> [Double] { body(time, y) }
  func linearization(_ time: Double, _ y: [Double]) -> FieldLinearization? { jacobian(time, y) }
}

private func adaptive(_ relative: Double, _ absolute: Double) -> ODESolver {
  ODESolver(
    method: .rodas5P,
    control: .proportionalIntegral(Tolerance(relative: relative, absolute: absolute)))
}

private func vanDerPol(_: Double, _ y: [Double]) -> [Double] {
  [y[1], 1000 * (1 - y[0] * y[0]) * y[1] - y[0]]
}

private func vanDerPolJacobian(_: Double, _ y: [Double]) -> FieldLinearization {
  FieldLinearization(
    jacobian: [0, 1, -2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] * y[0])], timeDerivative: [])
}

@Suite struct RosenbrockTests {
  /// The method in the form of Hairer and Wanner: `α`, `β = α + Γ`, and rows of weights of the `k_i`.
  private struct Form {
    let tableau: RosenbrockTableau
    /// `Γ`, the inverse of `diag(1/γ) − C`.
    let gamma: [[Double]]
    let alpha: [[Double]]
    let beta: [[Double]]

    init(_ method: ODEMethod) throws {
      guard case .rosenbrock(let tableau) = method.scheme else { throw CancellationError() }
      self.tableau = tableau
      let count = tableau.stageCount
      // Forward substitution: Γ = γ (I + C Γ).
      var gamma = [[Double]](repeating: Array(repeating: 0, count: count), count: count)
      for i in 0..<count {
        gamma[i][i] = tableau.gamma
        for j in 0..<i {
          for k in j..<i { gamma[i][j] += tableau.gamma * tableau.couplings[i][k] * gamma[k][j] }
        }
      }
      self.gamma = gamma
      let alpha = tableau.stages.map { Form.product($0, gamma) }
      self.alpha = alpha
      beta = zip(alpha, gamma).map { zip($0, $1).map { $0 + $1 } }
    }

    /// Weights of the `k_i` from those of the `u_i`.
    func weights(_ row: [Double]) -> [Double] { Form.product(row, gamma) }

    private static func product(_ row: [Double], _ matrix: [[Double]]) -> [Double] {
      matrix[0].indices.map { j in zip(row, matrix).reduce(0) { $0 + $1.0 * $1.1[j] } }
    }

    func violation(_ row: [Double], order: Int, theta: Double = 1) -> Double {
      let power = (0..<order).reduce(1) { value, _ in value * theta }
      return RootedTree.all(ofOrder: order).map { tree in
        abs(tree.weight(weights(row), alpha, linear: beta) - power / tree.density)
      }.max() ?? 0
    }

    /// `R(z) = 1 + z bᵀ (I − z β)⁻¹ 1`.
    func stabilityFunction(_ z: Double) -> Double {
      var slopes: [Double] = []
      for (i, row) in beta.enumerated() {
        slopes.append((1 + z * zip(row, slopes).reduce(0) { $0 + $1.0 * $1.1 }) / (1 - z * row[i]))
      }
      return 1 + z * zip(weights(tableau.weights), slopes).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  @Test func `order conditions hold to the stated order and fail at the next`() throws {
    let form = try Form(.rodas5P)
    let tableau = form.tableau
    // Sums of products of coefficients of size 150, given to 16 digits.
    for order in 1...tableau.order {
      #expect(form.violation(tableau.weights, order: order) < 1e-13)
    }
    #expect(form.violation(tableau.weights, order: tableau.order + 1) > 1e-3)
    for order in 1...tableau.embeddedOrder {
      #expect(form.violation(tableau.embeddedWeights, order: order) < 1e-13)
    }
    #expect(form.violation(tableau.embeddedWeights, order: tableau.embeddedOrder + 1) > 1e-3)
    for (i, row) in form.alpha.enumerated() {
      #expect(abs(row.reduce(0, +) - tableau.nodes[i]) < 1e-13)
      #expect(abs(form.gamma[i].reduce(0, +) - tableau.timeWeights[i]) < 1e-13)
    }
  }

  @Test func `the interpolant meets its order and both ends`() throws {
    let form = try Form(.rodas5P)
    let interpolant = form.tableau.interpolant
    for theta in [0.1, 0.37, 0.5, 0.81] {
      let row = interpolant.weights(at: theta)
      for order in 1...interpolant.order {
        #expect(form.violation(row, order: order, theta: theta) < 1e-13)
      }
      #expect(form.violation(row, order: interpolant.order + 1, theta: theta) > 1e-4)
    }
    for (weight, end) in zip(interpolant.weights(at: 1), form.tableau.weights) {
      #expect(abs(weight - end) < 1e-13)
    }
  }

  @Test func `it is L-stable along the negative axis`() throws {
    let form = try Form(.rodas5P)
    for exponent in -60...120 {
      let value = form.stabilityFunction(-Double.power(10, Double(exponent) / 10))
      #expect(abs(value) <= 1)
    }
    // It vanishes like −12.5 / z.
    #expect(abs(form.stabilityFunction(-1e10)) < 1e-8)
  }

  @Test func `differences and a given Jacobian lead the same way`() throws {
    let span = TimeSpan(from: 0, to: 2000)
    let solver = adaptive(1e-6, 1e-9)
    let given = try solver.solve(
      StiffField(body: vanDerPol, jacobian: vanDerPolJacobian), from: [2, 0], over: span,
      at: [400, 1200, 2000])
    let found = try solver.solve(
      ListField(body: vanDerPol), from: [2, 0], over: span, at: [400, 1200, 2000])
    #expect(given.status == .completed && found.status == .completed)
    for (a, b) in zip(given.states.joined(), found.states.joined()) {
      // Both follow the orbit to a hundred tolerances.
      #expect(abs(a - b) < 1e-4)
    }
    let (one, other) = (given.statistics, found.statistics)
    #expect(Double(other.acceptedSteps) < 1.2 * Double(one.acceptedSteps))
    #expect(one.acceptedSteps < 1000)
  }

  @Test func `what a solve costs is counted`() throws {
    func statistics(_ field: some VectorField<[Double]>) throws -> StepStatistics {
      try adaptive(1e-5, 1e-8).solve(field, from: [2, 0], over: TimeSpan(from: 0, to: 1000))
        .statistics
    }
    let given = try statistics(StiffField(body: vanDerPol, jacobian: vanDerPolJacobian))
    let tries = given.acceptedSteps + given.rejectedSteps
    #expect(given.rejectedSteps > 0)
    #expect(given.factorizations == tries)
    #expect(given.jacobians == given.acceptedSteps)
    // One for the size of the first step, one a step, and for each try seven stages and the middle.
    #expect(given.evaluations == 1 + given.acceptedSteps + 8 * tries)
    let found = try statistics(ListField(body: vanDerPol))
    let others = found.acceptedSteps + found.rejectedSteps
    // Two components and the time.
    #expect(found.evaluations == 1 + found.acceptedSteps + 8 * others + 3 * found.jacobians)
  }

  @Test func `a stiff equation with a source keeps its accuracy`() throws {
    // Prothero and Robinson 1974: y = cos t, however large the rate.
    for rate in [1.0, 1e3, 1e6, 1e9] {
      let field = ListField { time, y in
        [-rate * (y[0] - Double.cosine(time)) - Double.sine(time)]
      }
      let span = TimeSpan(from: 0, to: 10)
      let solution = try adaptive(1e-7, 1e-7).solve(field, from: [1], over: span)
      #expect(solution.status == .completed)
      #expect(solution.statistics.acceptedSteps < 400, "rate \(rate)")
      for step in 0..<100 {
        let time = Double(step) / 10
        #expect(abs(solution.state(at: time)[0] - Double.cosine(time)) < 1e-5, "rate \(rate)")
      }
    }
  }

  @Test func `blocks with one Jacobian are solved as the whole would be`() throws {
    // y' = a y², and its derivative s = ∂y/∂a: s' = 2 a y s + y².
    let body: @Sendable (Double, [Double]) -> [Double] = { _, y in
      [-3 * y[0] * y[0], -6 * y[0] * y[1] - y[0] * y[0]]
    }
    let whole = StiffField(body: body) { _, y in
      FieldLinearization(
        jacobian: [-6 * y[0], 0, -6 * y[1] - 2 * y[0], -6 * y[0]], timeDerivative: [])
    }
    let blocks = StiffField(body: body) { _, y in
      FieldLinearization(jacobian: [-6 * y[0], -6 * y[1] - 2 * y[0]], timeDerivative: [])
    }
    let span = TimeSpan(from: 0, to: 5)
    let one = try adaptive(1e-8, 1e-10).solve(whole, from: [1, 0], over: span, at: [5])
    let other = try adaptive(1e-8, 1e-10).solve(blocks, from: [1, 0], over: span, at: [5])
    #expect(one.statistics.acceptedSteps == other.statistics.acceptedSteps)
    // Another order of the same sums.
    for (a, b) in zip(one.states[0], other.states[0]) { #expect(abs(a - b) < 1e-12) }
    // y = 1 / (1 + 3 t), s = −t y².
    #expect(abs(other.states[0][0] - 1.0 / 16) < 1e-8)
    #expect(abs(other.states[0][1] + 5.0 / 256) < 1e-8)
  }

  @Test func `a singular matrix is a rejected step, not a trap`() throws {
    guard case .rosenbrock(let tableau) = ODEMethod.rodas5P.scheme else { return }
    // With h = 1 the matrix I/(γ h) − J of y' = y / γ is zero.
    let field = StiffField(body: { _, y in [y[0] / tableau.gamma] }) { _, _ in
      FieldLinearization(jacobian: [1 / tableau.gamma], timeDerivative: [])
    }
    let span = TimeSpan(from: 0, to: 1)
    let fixed = try ODESolver(method: .rodas5P, control: .fixed(1))
      .solve(field, from: [1], over: span)
    #expect(fixed.status == .nonFinite(time: 0, component: 0))
    let control = StepControl.proportionalIntegral(
      Tolerance(relative: 1e-6, absolute: 1e-6), firstStep: 1)
    let adapted = try ODESolver(method: .rodas5P, control: control)
      .solve(field, from: [1], over: span)
    #expect(adapted.status == .completed && adapted.statistics.rejectedSteps > 0)
    let exact = Double.exponential(1 / tableau.gamma)
    #expect(abs(adapted.states[adapted.states.count - 1][0] - exact) < 1e-3 * exact)
  }

  @Test func `single precision is enough for its own tolerance`() throws {
    struct Reactions: VectorField {
      func callAsFunction(_ time: Double, _ y: [Float]) -> [Float] {
        let (a, b) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
        return [-a, a - b, b]
      }
    }
    let solution = try adaptive(1e-4, 1e-8)
      .solve(Reactions(), from: [1, 0, 0], over: TimeSpan(from: 0, to: 40), at: [40])
    #expect(solution.status == .completed && solution.statistics.acceptedSteps < 200)
    // Hairer, Wanner, Solving ODEs II, IV.10: 0.7158, 0.9185e-5, 0.2842.
    #expect(abs(solution.states[0][0] - 0.7158) < 2e-4)
    #expect(abs(solution.states[0][1] - 0.9185e-5) < 1e-8)
  }

  @Test func `a field that ceases to be finite ends the solve`() throws {
    let field = ListField { time, y in [-1e4 * y[0], time > 1 ? .nan : 0] }
    let solution = try adaptive(1e-6, 1e-6)
      .solve(field, from: [1, 0], over: TimeSpan(from: 0, to: 3), at: [0.5, 3])
    guard case .nonFinite(let time, component: _) = solution.status else {
      Issue.record("\(solution.status)")
      return
    }
    #expect(time <= 1 && time > 0.9 && solution.times == [0.5])
  }
}

import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

/// `f = A z` with the matrix as its parameter.
private struct LinearField: DensityField {
  /// `[D, D]`, transposed.
  var matrix: Tensor
  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    state.matrixMultiplied(by: matrix)
  }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("matrix", &matrix) }
}

private func linear(_ values: [Double]) -> LinearField {
  LinearField(matrix: Tensor(values, shape: [2, 2]))
}

private let precise = ODESolver(
  control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9)))

@Suite struct ContinuousNormalizingFlowTests {
  @Test func `the identity flow has the base density`() {
    let flow = ContinuousNormalizingFlow(
      linear([0, 0, 0, 0]), dimension: 2, solver: precise, scalarType: .float64)
    let points = RandomKey(1).normal([5, 2], scalarType: .float64)
    let path = flow.logDensity(of: points)
    #expect(path.points.values == points.values)
    #expect(path.logDensity.values == flow.baseLogDensity(points).values)
  }

  @Test(arguments: [ContinuousNormalizingFlow<LinearField>.Orientation.dataToBase, .baseToData])
  private func `a linear field has the density of its matrix exponential`(
    orientation: ContinuousNormalizingFlow<LinearField>.Orientation
  ) {
    // A = diag(a, b) over T = 2: data → base multiplies by e^{±aT}; the density gains ±T tr A.
    let (a, b, end) = (0.4, -0.7, 2.0)
    let flow = ContinuousNormalizingFlow(
      linear([a, 0, 0, b]), dimension: 2, duration: .fixed(end), orientation: orientation,
      solver: precise, scalarType: .float64)
    let sign = orientation == .dataToBase ? 1.0 : -1
    let path = flow.logDensity(of: Tensor([0.3, -0.5], shape: [1, 2]))
    let expected = [0.3 * exponential(sign * a * end), -0.5 * exponential(sign * b * end)]
    // The tolerance of the solver, 1e-9, over a few dozen steps.
    #expect(zip(path.points.values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(abs(path.gain.values[0] - sign * end * (a + b)) < 1e-6)
    let back = flow.sample(path.points)
    #expect(zip(back.points.values, [0.3, -0.5]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(abs(back.logDensity.values[0] - path.logDensity.values[0]) < 1e-6)
  }

  @Test func `points come back, and the density integrates to one`() {
    let field = TimeConditionedMLP(
      dimension: 2, hidden: [16, 16], key: RandomKey(21), scalarType: .float64)
    let solver = ODESolver(
      control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6)))
    let flow = ContinuousNormalizingFlow(
      field, dimension: 2, duration: .trained(from: 0.8), solver: solver, scalarType: .float64)
    let points = RandomKey(2).normal([20, 2], scalarType: .float64)
    let there = flow.logDensity(of: points)
    let back = flow.sample(there.points)
    let error = zip(back.points.values, points.values).map { abs($0 - $1) }.max()!
    // Two solves at tolerance 1e-6 of a field with a Lipschitz constant of about 1.
    #expect(error < 1e-4)
    // The midpoint rule on a smooth density that is below 1e-6 at the border.
    let (count, edge) = (80, 8.0)
    let width = 2 * edge / Double(count)
    let grid = (0..<count * count).flatMap { i in
      [i / count, i % count].map { -edge + (Double($0) + 0.5) * width }
    }
    let density = exp(flow.logDensity(of: Tensor(grid, shape: [count * count, 2])).logDensity)
    #expect(abs(density.sum().values[0] * width * width - 1) < 0.01)
  }

  @Test func `densities on the way begin at the base, end at the data and integrate to one`() {
    for orientation in [
      ContinuousNormalizingFlow<TimeConditionedMLP>.Orientation.dataToBase, .baseToData,
    ] {
      let flow = ContinuousNormalizingFlow(
        TimeConditionedMLP(
          dimension: 2, hidden: [16], key: RandomKey(23), scalarType: .float64),
        dimension: 2, orientation: orientation, solver: precise, scalarType: .float64)
      let points = RandomKey(3).normal([10, 2], scalarType: .float64)
      #expect(
        flow.logDensity(of: points, onTheWay: 0).values == flow.baseLogDensity(points).values)
      let (end, expected) = (
        flow.logDensity(of: points, onTheWay: 1).values,
        flow.logDensity(of: points).logDensity.values
      )
      // Two solves at tolerance 1e-9.
      #expect(zip(end, expected).allSatisfy { abs($0 - $1) < 1e-7 })
      let (count, edge) = (60, 8.0)
      let width = 2 * edge / Double(count)
      let grid = (0..<count * count).flatMap { i in
        [i / count, i % count].map { -edge + (Double($0) + 0.5) * width }
      }
      let density = exp(
        flow.logDensity(of: Tensor(grid, shape: [count * count, 2]), onTheWay: 0.5))
      #expect(abs(density.sum().values[0] * width * width - 1) < 0.01)
      let mean = (density.reshaped([count * count, 1]) * Tensor(grid, shape: [count * count, 2]))
        .sum([0]).values.map { $0 * width * width }
      let many = flow.trajectory(
        from: RandomKey(4).normal([4000, 2], scalarType: .float64), times: 3
      ).at(1).mean([0]).values
      // 4000 points of a spread of about 1: a standard error of 0.02.
      #expect(zip(mean, many).allSatisfy { abs($0 - $1) < 0.08 })
    }
  }

  @Test
  func `estimated and exact traces agree on average, and penalties agree with their formulas`() {
    // For f = A z with A = [[0, −1], [1, 0]]: |f|² = |z|² is constant on the path, |A|² = 2, tr A = 0.
    let flow = ContinuousNormalizingFlow(
      linear([0, 1, -1, 0]), dimension: 2, duration: .fixed(0.5), solver: precise,
      scalarType: .float64)
    let point = Tensor([0.6, 0.8], shape: [1, 2])
    let exact = flow.logDensity(of: point, FlowOptions(penalties: true))
    #expect(abs(exact.kinetic!.values[0] - 0.25) < 1e-8)
    #expect(abs(exact.jacobian!.values[0] - 0.5) < 1e-8)
    let noise = Tensor([1.0, -1], shape: [1, 2])
    let estimate = flow.logDensity(of: point, FlowOptions(noise: noise, penalties: true))
    // εᵀAε = 0 for this antisymmetric A and |Aε|² = 2, whatever the signs.
    #expect(abs(estimate.gain.values[0]) < 1e-8)
    #expect(abs(estimate.jacobian!.values[0] - 0.5) < 1e-8)
  }

  @Test func `the gradient of the likelihood is that of central differences`() {
    let field = TimeConditionedMLP(
      dimension: 2, hidden: [4], key: RandomKey(31), scalarType: .float64)
    let flow = ContinuousNormalizingFlow(
      field, dimension: 2, duration: .trained(from: 0.5),
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 4)),
      scalarType: .float64)
    let points = RandomKey(32).normal([3, 2], scalarType: .float64)
    let noise = RandomKey(33).rademacher([3, 2], scalarType: .float64)
    let objective = DensityObjective(kinetic: 0.1, jacobian: 0.2)
    for batch in [DensityBatch(points: points), DensityBatch(points: points, noise: noise)] {
      let function = valueAndGrad { (model: ContinuousNormalizingFlow<TimeConditionedMLP>, batch) in
        objective(model, batch)
      }
      let gradient = function(flow, batch).gradient.tensors.map(\.values)
      let direction = flow.mapTensors {
        RandomKey(34).normal($0.shape, scalarType: .float64)
      }.tensors.map(\.values)
      let step = 1e-5
      func loss(_ by: Double) -> Double {
        let moved = zip(flow.tensors, direction).map { tensor, direction in
          Tensor(
            zip(tensor.values, direction).map { $0 + by * $1 }, shape: tensor.shape)
        }
        return function(flow.replacingTensors(with: moved), batch).loss
      }
      let expected = (loss(step) - loss(-step)) / (2 * step)
      let product = zip(gradient, direction).reduce(0.0) { sum, pair in
        sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
      }
      // Central differences of a loss of order 1: h² + 1e-16 / h, below 1e-8.
      #expect(abs(product - expected) < 1e-6 * max(1, abs(expected)))
    }
  }

  @Test func `a stacked flow with norms is inverted and keeps its density`() {
    let solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 20))
    let flows = RandomKey(41).split(2).map {
      ContinuousNormalizingFlow(
        TimeConditionedMLP(dimension: 2, hidden: [8], key: $0, scalarType: .float64),
        dimension: 2, solver: solver, scalarType: .float64)
    }
    let points = RandomKey(42).normal([6, 2], scalarType: .float64)
    var stack = FlowStack(flows)
    for _ in 0..<3 {
      stack = stack.following(stack.logDensity(of: 3 * points + 1).statistics)
    }
    let density = stack.logDensity(of: points)
    let back = stack.sample(density.points).values
    // Runge–Kutta of order 4 with 20 steps, twice.
    #expect(zip(back, points.values).allSatisfy { abs($0 - $1) < 1e-5 })
    // The density of the map is that of its Jacobian by central differences at one point.
    let step = 1e-5
    func image(_ x: Double, _ y: Double) -> [Double] {
      stack.logDensity(of: Tensor([x, y], shape: [1, 2])).points.values
    }
    let (x, y) = (points.values[0], points.values[1])
    let dx = zip(image(x + step, y), image(x - step, y)).map { ($0 - $1) / (2 * step) }
    let dy = zip(image(x, y + step), image(x, y - step)).map { ($0 - $1) / (2 * step) }
    let determinant = abs(dx[0] * dy[1] - dx[1] * dy[0])
    let base = flows[0].baseLogDensity(Tensor(image(x, y), shape: [1, 2])).values[0]
    #expect(abs(density.logDensity.values[0] - base - logarithm(determinant)) < 1e-5)
  }

  @Test func `a stiff field on a coarse grid is called an exploitation of the solver`() {
    let stiff = ContinuousNormalizingFlow(
      linear([-40, 0, 0, -40]), dimension: 2,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 8)),
      scalarType: .float64)
    let points = RandomKey(51).normal([50, 2], scalarType: .float64)
    let audit = stiff.audit(on: points)
    #expect(
      audit.warnings.contains {
        if case .solverExploitation = $0 { true } else { false }
      })
    let gentle = ContinuousNormalizingFlow(
      linear([-0.4, 0, 0, -0.4]), dimension: 2, solver: stiff.solver, scalarType: .float64)
    #expect(gentle.audit(on: points).warnings.isEmpty)
    #expect(
      gentle.audit(on: points, entropy: 100).warnings.contains {
        if case .belowEntropy = $0 { true } else { false }
      })
  }

  @Test(arguments: [1e-3, 1e-6, 1e-9])
  func `an adaptive solver is checked by a finer one`(tolerance: Double) {
    let own = ODESolver(
      control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance)))
    guard case .adaptive(let control) = own.refined.control else {
      Issue.record("the steps are not adaptive")
      return
    }
    #expect(control.tolerance.relative <= tolerance / 10)
    #expect(control.tolerance.absolute <= tolerance / 10)
  }
}

private func exponential(_ x: Double) -> Double { exp(Tensor([x])).values[0] }
private func logarithm(_ x: Double) -> Double { log(Tensor([x])).values[0] }

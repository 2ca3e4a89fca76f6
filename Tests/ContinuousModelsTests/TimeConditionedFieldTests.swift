import NumericCore
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

/// A field in double precision.
private func field(
  _ conditioning: TimeConditioning, dimension: Int = 3, activation: Activation = .tanh
) -> TimeConditionedMLP {
  TimeConditionedMLP(
    dimension: dimension, hidden: [7, 5], conditioning: conditioning, activation: activation,
    key: RandomKey(11), scalarType: .float64)
}

@Suite struct TimeConditionedFieldTests {
  @Test(arguments: TimeConditioning.allCases, Activation.allCases)
  func `a propagated Jacobian is the differentiated one`(
    conditioning: TimeConditioning, activation: Activation
  ) {
    let field = field(conditioning, activation: activation)
    let general = DifferentiatedField(field)
    let key = RandomKey(3)
    let state = key.normal([4, 3], scalarType: .float64)
    let tangents = key.folding(in: 1).normal([2, 4, 3], scalarType: .float64)
    for time in [Tensor([0.3], shape: []), Tensor([0.1, 0.3, 0.7, 1], shape: [4, 1])] {
      let own = field.pushforward(time, state, tangents)
      let other = general.pushforward(time, state, tangents)
      // A dozen double-precision operations, reordered.
      expectClose(own.value, other.value, 1e-13)
      expectClose(own.tangents, other.tangents, 1e-13)
      expectClose(
        field.valueAndTrace(time, state).trace, general.valueAndTrace(time, state).trace, 1e-13)
    }
  }

  @Test func `waves as inputs have the differentiated Jacobian`() {
    let field = TimeConditionedMLP(
      dimension: 2, hidden: [6], waveCount: 5, highestWave: 4, key: RandomKey(12),
      scalarType: .float64)
    let state = RandomKey(13).normal([4, 2], scalarType: .float64)
    let time = Tensor([0.3], shape: [])
    // Sines of arguments up to 10, a dozen operations.
    expectClose(
      field.valueAndTrace(time, state).trace,
      DifferentiatedField(field).valueAndTrace(time, state).trace, 1e-12)
  }

  /// The mean over all vectors of signs is the trace itself, whatever the width at which the noise enters.
  @Test(arguments: [0, 3])
  func `an estimate of the trace has the trace as its mean, in the narrow layer too`(waves: Int) {
    let field = TimeConditionedMLP(
      dimension: 4, hidden: [6, 2, 5], waveCount: waves, highestWave: 4, key: RandomKey(21),
      scalarType: .float64)
    #expect(field.bottleneckWidth == 2)
    let one = RandomKey(22).normal([1, 4], scalarType: .float64)
    let time = Tensor([0.3], shape: [])
    let exact = field.valueAndTrace(time, one)
    for width in [4, 2] {
      let count = 1 << width
      let signs = (0..<count).flatMap { row in
        (0..<width).map { row >> $0 & 1 == 0 ? 1.0 : -1 }
      }
      let estimate = field.valueAndTraceEstimate(
        time, one.broadcast(to: [count, 4]), noise: Tensor(signs, shape: [count, width]))
      expectClose(estimate.trace.mean([0]), exact.trace.reshaped([1]), 1e-13)
      expectClose(estimate.value, exact.value.broadcast(to: [count, 4]), 1e-13)
    }
  }

  @Test(arguments: TimeConditioning.allCases)
  func `a time for each row is the shared time, row by row`(conditioning: TimeConditioning) {
    let field = field(conditioning)
    let state = RandomKey(4).normal([3, 3], scalarType: .float64)
    let times = [0.2, 0.9, 0.5]
    let together = field(Tensor(times, shape: [3, 1]), state).values
    for (row, time) in times.enumerated() {
      let one = field(Tensor([time], shape: []), state.sliced(row..<row + 1, axis: 0)).values
      #expect(zip(one, together[row * 3..<row * 3 + 3]).allSatisfy { abs($0 - $1) < 1e-13 })
    }
  }

  @Test func `closed-form traces of planar fields are the differentiated ones`() {
    let key = RandomKey(8)
    let state = key.normal([5, 2], scalarType: .float64)
    let time = Tensor([0.4], shape: [])
    let gated = GatedPlanarField(dimension: 2, width: 6, key: key, scalarType: .float64)
    let planar = PlanarField(dimension: 2, width: 3, key: key, scalarType: .float64)
    expectClose(
      gated.valueAndTrace(time, state).trace,
      DifferentiatedField(gated).valueAndTrace(time, state).trace, 1e-13)
    expectClose(
      planar.valueAndTrace(time, state).trace,
      DifferentiatedField(planar).valueAndTrace(time, state).trace, 1e-13)
    let tangents = key.folding(in: 2).normal([2, 5, 2], scalarType: .float64)
    expectClose(
      gated.pushforward(time, state, tangents).tangents,
      DifferentiatedField(gated).pushforward(time, state, tangents).tangents, 1e-13)
  }

  @Test func `the exact trace is that of a brute-force Jacobian`() {
    let field = field(.concatSquash)
    let time = Tensor([0.3], shape: [])
    let point = [0.4, -1.1, 0.7]
    var trace = 0.0
    let step = 1e-5
    for i in 0..<3 {
      func shifted(_ by: Double) -> Double {
        var moved = point
        moved[i] += by
        return field(time, Tensor(moved, shape: [1, 3])).values[i]
      }
      trace += (shifted(step) - shifted(-step)) / (2 * step)
    }
    let exact = field.valueAndTrace(time, Tensor(point, shape: [1, 3])).trace.values[0]
    // Central differences with h = 1e-5 err by h² and by 1e-16 / h: below 1e-9 here.
    #expect(abs(exact - trace) < 1e-6)
  }

  @Test func `Hutchinson's estimate is unbiased, and Rademacher noise varies least`() {
    let field = field(.concatSquash)
    let time = Tensor([0.3], shape: [])
    let point = Tensor([0.4, -1.1, 0.7], shape: [1, 3])
    let exact = field.valueAndTrace(time, point).trace.values[0]
    let draws = 4000
    func estimates(_ noise: Tensor) -> (mean: Double, variance: Double) {
      let state = point.broadcast(to: [draws, 3])
      let tangents = field.pushforward(time, state, noise.expandingAxis(at: 0)).tangents.at(0)
      let values = (tangents * noise).sum([1]).values
      let mean = values.reduce(0, +) / Double(draws)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, squares / Double(draws - 1))
    }
    let rademacher = estimates(RandomKey(5).rademacher([draws, 3], scalarType: .float64))
    let gaussian = estimates(RandomKey(6).normal([draws, 3], scalarType: .float64))
    for estimate in [rademacher, gaussian] {
      let standardError = (estimate.variance / Double(draws)).squareRoot()
      #expect(abs(estimate.mean - exact) < 3 * standardError)
    }
    #expect(rademacher.variance < gaussian.variance)
  }
}

/// Requires two tensors to agree in shape and, element by element, up to a tolerance.
private func expectClose(
  _ a: Tensor, _ b: Tensor, _ tolerance: Double, location: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: location)
  let difference = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
  #expect(difference <= tolerance, sourceLocation: location)
}

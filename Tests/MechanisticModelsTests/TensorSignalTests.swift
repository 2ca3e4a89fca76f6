import NumericCore
import Adjoints
import Integrators
import MechanisticModels
import Programs
import Transforms
import Tensors
import Testing

@Suite struct TensorSignalTests {
  static let times = [0.0, 0.4, 1.5, 2, 4]

  @Test(arguments: [
    InputSignal.Interpolation.previous, .linear, .cubic, .spline,
  ])
  func `it has the values of a signal of numbers, for one and for many rows`(
    interpolation: InputSignal.Interpolation
  ) {
    let columns = (0..<3).map { RandomKey(UInt64($0)).normal(5, as: Double.self) }
    let signals = columns.map {
      InputSignal(times: Self.times, values: $0, interpolation: interpolation)
    }
    let shared = TensorSignal(
      times: Self.times, values: Tensor(columns[0], shape: [5, 1]), interpolation: interpolation)
    let own = TensorSignal(
      times: Self.times, values: Tensor(columns.flatMap { $0 }, shape: [3, 5, 1]),
      interpolation: interpolation)
    for time in [-1, 0, 0.2, 0.4, 1.2, 1.5, 1.9, 3, 4, 7] {
      // Exact at the knots but for the rounding of sums of five terms of size 1.
      #expect(
        abs(
          shared(at: Tensor(repeating: time, shape: [], scalarType: .float64)).values[0]
            - signals[0].value(at: time)) < 1e-13)
      let rows = own(at: Tensor([time, time, time], shape: [3, 1])).values
      for (row, signal) in zip(rows, signals) {
        #expect(abs(row - signal.value(at: time)) < 1e-13)
      }
    }
  }

  /// `z' = u(t) − z`: the gradient of `z(T)` by the values of `u` is the response to a unit at each knot.
  @Test(arguments: [InputSignal.Interpolation.linear, .cubic, .spline])
  func `gradients reach the values`(interpolation: InputSignal.Interpolation) throws {
    struct Driven: TensorField {
      var input: TensorSignal
      func callAsFunction(_ time: Tensor, _ z: Tensor) -> Tensor { input(at: time) - z }
      mutating func visit(_ visitor: inout some TensorVisitor) { visitor("input", &input) }
    }
    let solver = ODESolver(
      control: .proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-12)))
    func flow(_ values: [Double]) -> Flow<Driven> {
      let signal = TensorSignal(
        times: Self.times, values: Tensor(values, shape: [5, 1]), interpolation: interpolation)
      return Flow(of: Driven(input: signal), solver: solver)
    }
    let lossAndGradient = valueAndGrad { (flow: Flow<Driven>, start: Tensor) in
      flow(start, at: [0, 3]).final.sum()
    }
    let start = Tensor([0.5], shape: [1, 1])
    let gradient = lossAndGradient(flow([1, 2, -1, 0.5, 3]), start).gradient.field.input.values
      .values
    for knot in 0..<5 {
      let unit = (0..<5).map { $0 == knot ? 1.0 : 0 }
      // Linear in the values: the derivative is the solution for a unit without the start.
      let response = flow(unit)(Tensor([0.0], shape: [1, 1]), at: [0, 3]).final.values[0]
      #expect(abs(gradient[knot] - response) < 1e-8)
    }
  }
}

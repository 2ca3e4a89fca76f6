import Platform
public import Tensors

/// Measured inputs as a function of time that is differentiable in the measured values.
///
/// Use it inside a `TensorField`; list it in `visit` to get gradients of the values. Values of shape
/// `[batch, knot, channel]` belong to the rows of the batch. Before the first and after the last time the signal
/// has its first and last value.
///
/// ```swift
/// struct Driven: TensorField {
///   var rate: Tensor
///   var input: TensorSignal
///   func callAsFunction(_ time: Tensor, _ z: Tensor) -> Tensor { input(at: time) - rate * z }
///   mutating func visit(_ visitor: inout some TensorVisitor) {
///     visitor("rate", &rate)
///     visitor("input", &input)
///   }
/// }
/// ```
public struct TensorSignal: TensorTree {
  /// Strictly increasing.
  public let times: [Double]
  /// `[knot, channel]` for all rows, or `[batch, knot, channel]`.
  public var values: Tensor
  /// What holds between two values.
  public let interpolation: InputSignal.Interpolation
  /// `[knot, interval]`: maps values to coefficients of `s`, `s²` and `s³`, `s` the time since the start of an interval.
  private let maps: [[Double]]

  /// - Precondition: at least two times that increase strictly, one value for each time, and an interpolation
  ///   that is linear in the values (not `.monotone`).
  public init(
    times: [Double], values: Tensor, interpolation: InputSignal.Interpolation = .linear
  ) {
    precondition(
      (2...3).contains(values.rank) && values.shape[values.rank - 2] == times.count
        && times.count > 1,
      "values of shape \(values.shape) for \(times.count) times are not [knot, channel] or [batch, knot, channel]"
    )
    precondition(
      zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times do not increase strictly")
    precondition(
      interpolation != .monotone,
      "monotone interpolation is not linear in the values; use .linear, .cubic or .spline")
    self.times = times
    self.values = values
    self.interpolation = interpolation
    let columns = times.indices.map { knot in
      SignalPolynomials(times, times.indices.map { $0 == knot ? 1 : 0 })
        .coefficients(interpolation)
    }
    maps = (0..<3).map { power in columns.flatMap { $0.map { $0[power] } } }
  }

  /// The times at which a solver should end a step.
  public var knots: [Double] { times }

  /// The signal at a time `[]` or at times `[rows, 1]`: `[1, channel]` or `[rows, channel]`.
  public func callAsFunction(at time: Tensor) -> Tensor {
    let (count, scalar) = (times.count, values.scalarType)
    let starts = Tensor(times, shape: [1, count])
    // Of the knots, float64: [rows, knot].
    let since = time.converted(to: .float64).reshaped([time.type.count, 1]) - starts
    if interpolation == .previous {
      let isPast = Tensor.apply(
        Comparison.lessOrEqual, Tensor.zeros(like: since), since)
      // 1 at the last knot that is past; the first value holds before the first knot.
      let next = concatenate(
        [isPast.sliced(1..<count, axis: 1), .zeros([since.shape[0], 1], scalarType: .float64)],
        axis: 1)
      let first = concatenate(
        [
          Tensor(repeating: 1, shape: [since.shape[0], 1], scalarType: .float64),
          isPast.sliced(1..<count, axis: 1),
        ], axis: 1)
      return weighted((first - next).converted(to: scalar))
    }
    let lengths = Tensor(
      zip(times, times.dropFirst()).map { $1 - $0 }, shape: [1, count - 1])
    // The part of each interval that is past: intervals add up to the value.
    let part = min(relu(since.sliced(0..<count - 1, axis: 1)), lengths)
    var weights = product(part, maps[0])
    if interpolation != .linear {
      weights = weights + product(part * part, maps[1]) + product(part * part * part, maps[2])
    }
    let first = Tensor((0..<count).map { $0 == 0 ? 1 : 0 }, shape: [1, count])
    return weighted((weights + first).converted(to: scalar))
  }

  /// `[rows, interval] · [interval, knot]`.
  private func product(_ powers: Tensor, _ map: [Double]) -> Tensor {
    matmul(powers, Tensor(map, shape: [times.count, times.count - 1]).transposed())
  }

  /// The sum of the values with weights `[rows, knot]`.
  private func weighted(_ weights: Tensor) -> Tensor {
    if values.rank == 2 { return matmul(weights, values) }
    return (weights.expandingAxis(at: 2) * values).sum([1])
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    if values.rank == 3 { visitor("values", perRow: &values) } else { visitor("values", &values) }
  }
}

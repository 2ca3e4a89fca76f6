import Tensors

extension Operation {
  /// Tangents of the results (`nil` for zero), given those of the operands (`nil` for zero; at
  /// least one is not).
  func tangents(operands x: [Tensor], results y: [Tensor], given t: [Tensor?]) -> [Tensor?] {
    switch self {
    case .parameter, .splat, .constant, .compare, .stopGradient:
      return y.map { _ in nil }
    case .unary(let function):
      return [t[0].flatMap { $0.scaled(byDerivativeOf: function, at: x[0], y[0]) }]
    case .binary(let function):
      return [
        Self.sum(
          t[0].flatMap { $0.scaled(byFirstDerivativeOf: function, at: x[0], x[1], y[0]) },
          t[1].flatMap { $0.scaled(bySecondDerivativeOf: function, at: x[0], x[1], y[0]) })
      ]
    case .select:
      guard t[1] != nil || t[2] != nil else { return [nil] }
      return [Tensors.select(x[0], t[1] ?? y[0].exactZero, t[2] ?? y[0].exactZero)]
    case .reduce(.sum, let axes):
      return [t[0]?.reduced(.sum, axes: axes)]
    case .reduce(.maximum, let axes):
      return [
        t[0].map { ($0 * y[0].sharesOfMaximum(of: x[0], axes: axes)).reduced(.sum, axes: axes) }
      ]
    case .broadcast:
      return [t[0]?.broadcast(to: y[0].shape)]
    case .reshape:
      return [t[0]?.reshaped(y[0].shape)]
    case .transpose(let permutation):
      return [t[0]?.transposed(permutation)]
    case .slice, .pad, .convert:
      return [t[0].map { Tensor(self, [$0], y[0].type) }]
    case .concatenate(let axis):
      return [Tensors.concatenate(zip(x, t).map { $1 ?? $0.exactZero }, axis: axis)]
    case .matrixMultiply, .convolution:
      return [
        Self.sum(
          t[0].map { Tensor(self, [$0, x[1]], y[0].type) },
          t[1].map { Tensor(self, [x[0], $0], y[0].type) })
      ]
    case .gather:
      return [t[0]?.gathered(x[1])]
    case .scatterAdd:
      return [t[1].map { Tensor.scatterAdd($0, at: x[0], count: y[0].shape[0]) }]
    case .custom(let operation):
      return operation.jvp(operands: x, results: y, tangents: t)
    }
  }

  private static func sum(_ a: Tensor?, _ b: Tensor?) -> Tensor? {
    guard let a else { return b }
    return b.map { a + $0 } ?? a
  }
}

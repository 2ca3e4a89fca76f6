import Platform
import Tensors

extension Operation {
  /// Cotangents of the operands (`nil` for zero or not needed), given those of the results (`nil`
  /// for zero).
  ///
  /// `x` and `y` are the operands and results as expressions; at least one cotangent is not `nil`.
  func cotangents(
    operands x: [Tensor], results y: [Tensor], given: [Tensor?], wanted: [Bool]
  ) -> [Tensor?] {
    if case .custom(let operation) = self {
      return operation.vjp(operands: x, results: y, cotangents: given)
    }
    guard let g = given[0] else { return x.map { _ in nil } }
    func each(_ rules: (() -> Tensor?)...) -> [Tensor?] {
      zip(rules, wanted).map { $1 ? $0() : nil }
    }
    switch self {
    case .parameter, .splat, .constant:
      return []
    case .compare, .stopGradient:
      return x.map { _ in nil }
    case .unary(let function):
      return [g.scaled(byDerivativeOf: function, at: x[0], y[0])]
    case .binary(let function):
      return each(
        { g.scaled(byFirstDerivativeOf: function, at: x[0], x[1], y[0]) },
        { g.scaled(bySecondDerivativeOf: function, at: x[0], x[1], y[0]) })
    case .select:
      return each(
        { nil }, { Tensors.select(x[0], g, g.exactZero) }, { Tensors.select(x[0], g.exactZero, g) })
    case .reduce(.sum, let axes):
      return [g.spread(over: axes, of: x[0])]
    case .reduce(.maximum, let axes):
      let shares = y[0].sharesOfMaximum(of: x[0], axes: axes)
      return [g.spread(over: axes, of: x[0]) * shares]
    case .broadcast:
      return [g.summed(to: x[0].shape)]
    case .reshape:
      return [g.reshaped(x[0].shape)]
    case .transpose(let permutation):
      return [g.transposed(permutation.indices.map { permutation.firstIndex(of: $0)! })]
    case .slice(let start, let stride):
      return [Self.unsliced(g, start: start, stride: stride, shape: x[0].shape)]
    case .pad(let low, _, let interior):
      return [Self.unpadded(g, low: low, interior: interior, shape: x[0].shape)]
    case .concatenate(let axis):
      return Self.parts(of: g, like: x, axis: axis, wanted)
    case .matrixMultiply(let left, let right):
      return each(
        { left ? Self.product(x[1], g, right, true) : Self.product(g, x[1], false, !right) },
        { right ? Self.product(g, x[0], true, left) : Self.product(x[0], g, !left, false) })
    case .convolution(let convolution):
      return each(
        { convolution.cotangentOfFirst(g, x[1]) }, { convolution.cotangentOfSecond(g, x[0]) })
    case .gather:
      return each({ Tensor.scatterAdd(g, at: x[1], count: x[0].shape[0]) }, { nil })
    case .scatterAdd:
      return each({ nil }, { g.gathered(x[0]) })
    case .convert:
      return [g.converted(to: x[0].scalarType)]
    case .custom:
      preconditionFailure("custom operations were handled above")
    }
  }

  /// The adjoint of a concatenation.
  private static func parts(
    of g: Tensor, like x: [Tensor], axis: Int, _ wanted: [Bool]
  ) -> [Tensor?] {
    var start = 0
    return zip(x, wanted).map { part, isWanted in
      defer { start += part.shape[axis] }
      return isWanted ? g.sliced(start..<start + part.shape[axis], axis: axis) : nil
    }
  }

  private static func product(_ a: Tensor, _ b: Tensor, _ left: Bool, _ right: Bool) -> Tensor {
    a.matrixMultiplied(by: b, transposingLeft: left, transposingRight: right)
  }

  /// The adjoint of a slice: zeros around and between the elements.
  private static func unsliced(
    _ g: Tensor, start: [Int], stride: [Int], shape: [Int]
  ) -> Tensor {
    let high = shape.indices.map { axis in
      let size = g.shape[axis]
      return shape[axis] - start[axis] - (size == 0 ? 0 : (size - 1) * stride[axis] + 1)
    }
    return g.padded(low: start, high: high, interior: stride.map { $0 - 1 })
  }

  /// The adjoint of a pad: only the elements of the operand.
  private static func unpadded(
    _ g: Tensor, low: [Int], interior: [Int], shape: [Int]
  ) -> Tensor {
    let limit = shape.indices.map { axis in
      low[axis] + (shape[axis] == 0 ? 0 : (shape[axis] - 1) * (interior[axis] + 1) + 1)
    }
    return g.sliced(start: low, limit: limit, stride: interior.map { $0 + 1 })
  }
}

extension Convolution {
  /// All three kinds are partial derivatives of one trilinear form `T(x, w, g)`, and so are the
  /// cotangents of their operands.
  func cotangentOfFirst(_ cotangent: Tensor, _ second: Tensor) -> Tensor {
    switch kind {
    case .forward: .convolution(with(kind: .inputGradient), second, cotangent)
    case .inputGradient: .convolution(with(kind: .kernelGradient), cotangent, second)
    case .kernelGradient: .convolution(with(kind: .inputGradient), cotangent, second)
    }
  }

  func cotangentOfSecond(_ cotangent: Tensor, _ first: Tensor) -> Tensor {
    switch kind {
    case .forward: .convolution(with(kind: .kernelGradient), first, cotangent)
    case .inputGradient: .convolution(with(kind: .forward), cotangent, first)
    case .kernelGradient: .convolution(with(kind: .forward), first, cotangent)
    }
  }
}

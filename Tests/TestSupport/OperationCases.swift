import Tensors

extension OperationCase {
  /// Every case: primitives and compositions.
  package static let all: [OperationCase] =
    elementwise + shaping + reductions + products + compositions

  private static func unary(
    _ name: String, in range: ClosedRange<Double> = -2...2,
    _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> OperationCase {
    OperationCase(name, [.real(3, 5, in: range)]) { [function($0[0])] }
  }

  private static func binary(
    _ name: String, in range: ClosedRange<Double> = -2...2,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> OperationCase {
    OperationCase(name, [.real(4, 3, in: range), .real(4, 3, in: range)]) {
      [function($0[0], $0[1])]
    }
  }

  package static let elementwise: [OperationCase] = [
    unary("negate") { -$0 },
    unary("reciprocal", in: 0.5...2) { reciprocal($0) },
    unary("square") { square($0) },
    unary("sqrt", in: 0.5...2) { sqrt($0) },
    unary("abs") { abs($0) },
    unary("sign") { sign($0) * $0 },
    unary("floor") { floor(3 * $0) * $0 },
    unary("exp") { exp($0) },
    unary("expm1") { expm1($0) },
    unary("log", in: 0.5...4) { log($0) },
    unary("log1p", in: -0.5...2) { log1p($0) },
    unary("sin") { sin($0) },
    unary("cos") { cos($0) },
    unary("tan", in: -1...1) { tan($0) },
    unary("tanh") { tanh($0) },
    unary("sigmoid") { sigmoid($0) },
    unary("softplus") { softplus($0) },
    unary("erf") { erf($0) },
    unary("relu") { relu($0) },
    unary("elu") { elu($0) },
    unary("silu") { silu($0) },
    unary("gelu") { gelu($0) },
    unary("power by a number") { pow($0, 3) + pow($0, 5) + pow($0, 0) + pow($0, 1) },
    unary("power by a fraction", in: 0.5...2) { pow($0, 0.3) + pow($0, -1.7) },
    unary("numbers beside tensors", in: 0.5...2) { 3 - 2 / ($0 * 0.5 + 1) },
    binary("add") { $0 + $1 },
    binary("subtract") { $0 - $1 },
    binary("multiply") { $0 * $1 },
    binary("divide", in: 0.5...2) { $0 / $1 },
    binary("power", in: 0.5...2) { pow($0, $1) },
    binary("minimum") { min($0, $1) },
    binary("maximum") { max($0, $1) },
    binary("select by comparison") { select($0 .< $1, $0 * $1, exp($1)) },
    binary("comparisons") { ($0 .<= $1) * $0 + ($0 .> $1) * $1 + ($0 .== $1) },
    OperationCase("stopped gradient", [.real(4), .real(4)], agreesWithDifferences: false) { x in
      [stopGradient(x[0] * x[1]) * x[0]]
    },
    OperationCase("same operand twice", [.real(4)]) { x in [x[0] * x[0] + x[0] / (x[0] * x[0] + 1)]
    },
    OperationCase("scalars", [.real(), .real()]) { x in [sin(x[0]) * x[1], x[0] - x[1]] },
    OperationCase("broadcast in arithmetic", [.real(2, 1, 3), .real(4, 1), .real()]) { x in
      [x[0] * x[1] + x[2], x[1] - x[2]]
    },
    OperationCase("converted forward and back", [.real(3)]) { x in
      let other: ScalarType = x[0].scalarType == .float32 ? .float64 : .float32
      return [x[0].converted(to: other).converted(to: x[0].scalarType) * x[0]]
    },
  ]

  package static let shaping: [OperationCase] = [
    OperationCase("broadcast", [.real(3, 1)]) { x in
      [x[0].broadcast(to: [2, 3, 4]) * Tensor.ramp([2, 3, 4], like: x[0])]
    },
    OperationCase("reshape", [.real(2, 6)]) { x in
      [x[0].reshaped([3, -1]) * Tensor.ramp([3, 4], like: x[0])]
    },
    OperationCase("transpose", [.real(2, 3, 4)]) { x in
      [x[0].transposed([2, 0, 1]) * Tensor.ramp([4, 2, 3], like: x[0])]
    },
    OperationCase("slice with stride", [.real(5, 7)]) { x in
      [square(x[0].sliced(start: [1, 0], limit: [5, 6], stride: [2, 3])), x[0].at(2, axis: 1)]
    },
    OperationCase("pad with interior", [.real(2, 3)]) { x in
      let padded = x[0].padded(low: [1, 0], high: [0, 2], interior: [0, 1])
      return [padded * Tensor.ramp(padded.shape, like: x[0])]
    },
    OperationCase("concatenate", [.real(2, 3), .real(2, 1), .real(2, 2)]) { x in
      let joined = concatenate([x[0], x[1], x[2], x[0]], axis: 1)
      return [joined * Tensor.ramp(joined.shape, like: x[0])]
    },
    OperationCase("stack and split", [.real(4), .real(4)]) { x in
      let parts = stack(x, axis: 1).split([1, 3], axis: 0)
      return [parts[0] * exp(parts[1])]
    },
    OperationCase("empty slice", [.real(3, 2)]) { x in
      [concatenate([x[0].sliced(1..<1, axis: 0), x[0]], axis: 0)]
    },
    OperationCase("gather", [.real(5, 3), .index(7, below: 5)]) { x in
      [square(x[0].gathered(x[1]))]
    },
    OperationCase("scatter-add", [.real(6, 2), .index(6, below: 4)]) { x in
      [square(Tensor.scatterAdd(x[0], at: x[1], count: 4))]
    },
    OperationCase("one-hot", [.real(4, 3), .index(4, below: 3)]) { x in
      [(x[0] * oneHot(x[1], classes: 3)).sum([1])]
    },
  ]

  package static let reductions: [OperationCase] = [
    OperationCase("sum", [.real(2, 3, 4)]) { x in
      [x[0].sum([1]), x[0].sum([0, -1], keepingAxes: true), x[0].sum()]
    },
    OperationCase("mean", [.real(2, 3, 4)]) { x in [square(x[0].mean([0, 2]))] },
    OperationCase("maximum over axes", [.real(3, 4, 2)]) { x in [x[0].maximum([1]), x[0].maximum()]
    },
    OperationCase("minimum over axes", [.real(3, 4)]) { x in [x[0].minimum([0], keepingAxes: true)]
    },
    OperationCase("logarithm of a sum", [.real(3, 4)]) { x in
      [x[0].logSumExp([1]), x[0].logSumExp()]
    },
    OperationCase("softmax", [.real(3, 4)]) { x in [softmax(x[0]), logSoftmax(x[0], axis: 0)] },
  ]

  package static let products: [OperationCase] =
    [(false, false), (false, true), (true, false), (true, true)].flatMap { left, right in
      [[], [2]].map { (batch: [Int]) in
        let a = Input(shape: batch + (left ? [4, 3] : [3, 4]), domain: .real(-2...2))
        let b = Input(shape: batch + (right ? [5, 4] : [4, 5]), domain: .real(-2...2))
        let name = "product \(a.shape)\(left ? "ᵀ" : "") \(b.shape)\(right ? "ᵀ" : "")"
        return OperationCase(name, [a, b]) { x in
          [x[0].matrixMultiplied(by: x[1], transposingLeft: left, transposingRight: right)]
        }
      }
    } + [
      OperationCase("product of a batch and a matrix", [.real(2, 3, 4), .real(4, 5)]) { x in
        [matmul(x[0], x[1])]
      },
      OperationCase("product of a matrix and a batch", [.real(3, 4), .real(2, 4, 5)]) { x in
        [matmul(x[0], x[1])]
      },
      OperationCase("convolution", [.real(2, 5, 4, 2), .real(3, 2, 2, 3)]) { x in
        [convolution2D(x[0], x[1])]
      },
      OperationCase("strided convolution", [.real(1, 6, 5, 2), .real(3, 3, 2, 2)]) { x in
        [convolution2D(x[0], x[1], stride: 2, padding: 1)]
      },
      // (6 + 2 − 3) is odd: the last column meets no patch.
      OperationCase("convolution that leaves a remainder", [.real(1, 6, 7, 1), .real(3, 3, 1, 2)]) {
        x in [convolution2D(x[0], x[1], stride: 2, padding: 1)]
      },
    ]

  package static let compositions: [OperationCase] = [
    OperationCase(
      "perceptron with every activation", [.real(4, 3), .real(3, 6), .real(6), .real(6, 2)]
    ) { x in
      let activations: [(Tensor) -> Tensor] = [
        { tanh($0) }, { sigmoid($0) }, { softplus($0) }, { relu($0) }, { elu($0) }, { silu($0) },
        { gelu($0) },
      ]
      return activations.map { matmul($0(matmul(x[0], x[1]) + x[2]), x[3]) }
    },
    OperationCase("layer norm", [.real(3, 5), .real(5), .real(5)]) { x in
      let centred = x[0] - x[0].mean([1], keepingAxes: true)
      let variance = square(centred).mean([1], keepingAxes: true)
      return [centred / sqrt(variance + 1e-5) * x[1] + x[2]]
    },
    OperationCase(
      "convolutional network",
      [.real(2, 6, 6, 1), .real(3, 3, 1, 2), .real(2), .real(2, 2, 2, 2), .real(8, 3)]
    ) { x in
      let first = tanh(convolution2D(x[0], x[1], stride: 2, padding: 1) + x[2])
      let second = softplus(convolution2D(first, x[3]))
      return [matmul(second.reshaped([2, 8]), x[4])]
    },
    OperationCase("cross-entropy", [.real(5, 3), .index(5, below: 3)]) { x in
      [-(logSoftmax(x[0]) * oneHot(x[1], classes: 3)).sum() * (1 / 5.0)]
    },
    OperationCase("gated recurrence", [.real(2, 3), .real(2, 4), .real(7, 8), .real(7, 4)]) { x in
      var state = x[1]
      for _ in 0..<3 {
        let gates = sigmoid(matmul(concatenate([x[0], state], axis: 1), x[2])).split(
          [4, 4], axis: 1)
        let candidate = tanh(matmul(concatenate([x[0], gates[0] * state], axis: 1), x[3]))
        state = (1 - gates[1]) * candidate + gates[1] * state
      }
      return [state]
    },
    OperationCase("normal log density", [.real(4, 2), .real(2), .real(2, in: -1...1)]) { x in
      [(-0.5 * square((x[0] - x[1]) * exp(-x[2])) - x[2]).sum([1])]
    },
    OperationCase("attention", [.real(2, 3, 4), .real(2, 3, 4)]) { x in
      let scores = x[0].matrixMultiplied(by: x[1], transposingRight: true)
      return [matmul(softmax(scores * 0.5), x[1])]
    },
  ]
}

extension Tensor {
  /// Distinct constants 0.5, 0.75, 1 … in the scalar type of another tensor.
  fileprivate static func ramp(_ shape: [Int], like other: Tensor) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { 0.5 + 0.25 * Double($0) }, shape: shape)
      .converted(to: other.scalarType)
  }
}

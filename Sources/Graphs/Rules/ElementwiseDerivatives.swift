import Tensors

// The Jacobian of an elementwise function is diagonal, so forward and reverse mode share these.

extension Tensor {
  /// `self · f′(x)` given `x` and `y = f(x)`; nil where the derivative is 0 everywhere.
  func scaled(byDerivativeOf function: UnaryFunction, at x: Tensor, _ y: Tensor) -> Tensor? {
    switch function {
    case .negate: -self
    case .reciprocal: -(self * square(y))
    case .square: self * (2 * x)
    case .sqrt: 0.5 * self / y
    case .abs: self * sign(x)
    case .sign, .floor: nil
    case .exp: self * y
    case .expm1: self * (y + 1)
    case .log: self / x
    case .log1p: self / (x + 1)
    case .sin: self * cos(x)
    case .cos: -(self * sin(x))
    case .tanh: self * (1 - square(y))
    case .sigmoid: self * (y * (1 - y))
    case .softplus: self * sigmoid(x)
    case .erf: self * (2 / Double.pi.squareRoot() * exp(-square(x)))
    }
  }

  /// `self · ∂f/∂a` given `a`, `b` and `y = f(a, b)`.
  func scaled(
    byFirstDerivativeOf function: BinaryFunction, at a: Tensor, _ b: Tensor, _ y: Tensor
  ) -> Tensor {
    switch function {
    case .add, .subtract: self
    case .multiply: self * b
    case .divide: self / b
    case .power: self * Tensor.powerDerivative(a, b)
    case .minimum: shared(by: a, below: b, countingTies: true)
    case .maximum: shared(by: b, below: a, countingTies: false)
    }
  }

  /// `self · ∂f/∂b` given `a`, `b` and `y = f(a, b)`.
  func scaled(
    bySecondDerivativeOf function: BinaryFunction, at a: Tensor, _ b: Tensor, _ y: Tensor
  ) -> Tensor {
    switch function {
    case .add: self
    case .subtract: -self
    case .multiply: self * a
    case .divide: -(self * y / b)
    // 0 to a positive power is flat in the power; a negative base gives NaN: it has no derivative.
    case .power: self * (y * log(select(a .== a.splat(0), a.splat(1), a)))
    case .minimum: shared(by: b, below: a, countingTies: true)
    case .maximum: shared(by: a, below: b, countingTies: false)
    }
  }

  /// `b · a^(b − 1)`; 0 where `b` is 0, even at `a = 0`.
  private static func powerDerivative(_ a: Tensor, _ b: Tensor) -> Tensor {
    if case .splat(let exponent) = b.operation {
      return exponent == 0 ? a.splat(0) : exponent * pow(a, exponent - 1)
    }
    return b * pow(a, select(b .== b.splat(0), b.splat(1), b - 1))
  }

  /// The tensor where `smaller < larger`, half of it where they are equal.
  ///
  /// Beside a fixed number a tie counts as told instead: for the tensor in a minimum, for the number in a
  /// maximum. So relu has the derivative 0 at 0, and elu 1.
  private func shared(by smaller: Tensor, below larger: Tensor, countingTies: Bool) -> Tensor {
    switch (smaller.operation, larger.operation) {
    case (.splat, _), (_, .splat):
      select(countingTies ? smaller .<= larger : smaller .< larger, self, splat(0))
    default:
      self * (0.5 * ((smaller .< larger) + (smaller .<= larger)))
    }
  }
}

extension Tensor {
  /// The shape of `source` with size 1 at `axes`, which this tensor lacks, and then broadcast over them.
  func spread(over axes: [Int], of source: Tensor) -> Tensor {
    let kept = source.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
    return reshaped(kept).broadcast(to: source.shape)
  }

  /// The adjoint of broadcasting from `shape`: a sum over what was repeated.
  func summed(to shape: [Int]) -> Tensor {
    let lead = rank - shape.count
    let axes = (0..<rank).filter { $0 < lead || (shape[$0 - lead] == 1 && self.shape[$0] != 1) }
    return reduced(.sum, axes: axes).reshaped(shape)
  }

  /// 1 where `x` is the maximum `self` over `axes`, divided by the number of such elements.
  func sharesOfMaximum(of x: Tensor, axes: [Int]) -> Tensor {
    let mask = x .== spread(over: axes, of: x)
    return mask / mask.reduced(.sum, axes: axes).spread(over: axes, of: x)
  }
}

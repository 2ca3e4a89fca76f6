import Tensors

// The Jacobian of an elementwise function is diagonal, so forward and reverse mode share these
// rules.
//
// Where a function is not differentiable, these values are used:
// - `abs` and `sign`: 0 at 0, the mean of both sides. Steps (`sign`, `floor`, comparisons) have the
//   derivative 0.
// - `min` and `max` of equal arguments: half for each. At a tie with a fixed number, a minimum
//   follows its argument and a maximum the number: relu has the derivative 0 at 0.
// - `sqrt` at 0, and `a^b` at `a = 0` with `0 < b < 1`: infinity, but 0 times a tangent or
//   cotangent of 0.
// - `a^b` by `b` at `a = 0`: 0, which is the derivative for `b > 0`; for `a < 0` it is
//   not-a-number. A branch that is not selected (by a condition, a minimum, a maximum) adds exactly
//   0, whatever its own derivative is.

extension Tensor {
  /// `self · f′(x)` given `x` and `y = f(x)`; `nil` if the derivative is 0 everywhere.
  func scaled(byDerivativeOf function: UnaryFunction, at x: Tensor, _ y: Tensor) -> Tensor? {
    mapBranches { $0.multiplied(byDerivativeOf: function, at: x, y) }
  }

  private func multiplied(
    byDerivativeOf function: UnaryFunction, at x: Tensor, _ y: Tensor
  ) -> Tensor? {
    switch function {
    case .negate: -self
    case .reciprocal: -(self * square(y))
    case .square: self * (2 * x)
    case .sqrt: unlessZero(0.5 * self / y)
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
  ) -> Tensor? {
    mapBranches { $0.multiplied(byFirstDerivativeOf: function, at: a, b, y) }
  }

  private func multiplied(
    byFirstDerivativeOf function: BinaryFunction, at a: Tensor, _ b: Tensor, _ y: Tensor
  ) -> Tensor {
    switch function {
    case .add, .subtract: self
    case .multiply: self * b
    case .divide: self / b
    case .power: scaled(byPowerDerivativeAt: a, b)
    case .minimum: shared(by: a, below: b, countingTies: true)
    case .maximum: shared(by: b, below: a, countingTies: false)
    }
  }

  /// `self · ∂f/∂b` given `a`, `b` and `y = f(a, b)`.
  func scaled(
    bySecondDerivativeOf function: BinaryFunction, at a: Tensor, _ b: Tensor, _ y: Tensor
  ) -> Tensor? {
    mapBranches { $0.multiplied(bySecondDerivativeOf: function, at: a, b, y) }
  }

  private func multiplied(
    bySecondDerivativeOf function: BinaryFunction, at a: Tensor, _ b: Tensor, _ y: Tensor
  ) -> Tensor {
    switch function {
    case .add: self
    case .subtract: -self
    case .multiply: self * a
    case .divide: -(self * y / b)
    // 0 to a positive power has the derivative 0 in the power; a negative base gives NaN: it has no
    // derivative.
    case .power: self * (y * log(select(a .== a.splat(0), a.splat(1), a)))
    case .minimum: shared(by: b, below: a, countingTies: true)
    case .maximum: shared(by: a, below: b, countingTies: false)
    }
  }

  /// `self · b · a^(b − 1)`; 0 where `b` is 0, even at `a = 0`.
  private func scaled(byPowerDerivativeAt a: Tensor, _ b: Tensor) -> Tensor {
    if case .splat(let exponent) = b.operation {
      if exponent == 0 { return exactZero }
      let scaled = self * (exponent * pow(a, exponent - 1))
      return exponent < 1 && exponent > 0 ? unlessZero(scaled) : scaled
    }
    return unlessZero(self * (b * pow(a, select(b .== b.splat(0), b.splat(1), b - 1))))
  }

  /// The tensor times a factor that may be infinite; 0 where the tensor is 0.
  private func unlessZero(_ multiple: Tensor) -> Tensor {
    select(self .== splat(0), exactZero, multiple)
  }

  /// The tensor where `smaller < larger`, half of it where they are equal, otherwise 0.
  ///
  /// A tie with a fixed number counts for the tensor in a minimum and for the number in a maximum.
  private func shared(by smaller: Tensor, below larger: Tensor, countingTies: Bool) -> Tensor {
    switch (smaller.operation, larger.operation) {
    case (.splat, _), (_, .splat):
      select(countingTies ? smaller .<= larger : smaller .< larger, self, exactZero)
    default:
      select(
        smaller .< larger, self, select(smaller .== larger, 0.5 * self, exactZero))
    }
  }
}

extension Tensor {
  /// The 0 of a derivative, of this tensor's type: 0 times any factor is 0.
  ///
  /// The stopped gradient distinguishes it from a 0 of the function itself, which times infinity is
  /// not-a-number.
  var exactZero: Tensor { stopGradient(splat(0)) }

  private var isExactZero: Bool {
    guard case .stopGradient = operation, case .splat(0) = node.operands[0].operation
    else { return false }
    return true
  }

  /// A linear function of a tangent or cotangent that preserves an exact 0.
  ///
  /// It is applied to each branch of a selection, or of a sum of selections: a branch that is 0
  /// stays 0, even if the function is infinite there.
  private func mapBranches(_ function: (Tensor) -> Tensor?) -> Tensor? {
    if isExactZero { return nil }
    let operands = node.operands
    switch operation {
    case .select where isMasked():
      let (a, b) = (operands[1].mapBranches(function), operands[2].mapBranches(function))
      guard let some = a ?? b else { return nil }
      return select(operands[0], a ?? some.exactZero, b ?? some.exactZero)
    case .binary(.add) where isMasked():
      let (a, b) = (operands[0].mapBranches(function), operands[1].mapBranches(function))
      guard let a, let b else { return a ?? b }
      return a + b
    default: return function(self)
    }
  }

  /// Whether the tensor is an exact 0 where some branch is not selected; selections and sums are
  /// followed to a depth.
  private func isMasked(depth: Int = 16) -> Bool {
    if depth == 0 { return false }
    let operands = node.operands
    return switch operation {
    case .stopGradient: isExactZero
    case .select: operands[1].isMasked(depth: depth - 1) || operands[2].isMasked(depth: depth - 1)
    case .binary(.add):
      operands[0].isMasked(depth: depth - 1) && operands[1].isMasked(depth: depth - 1)
    default: false
    }
  }

  /// The shape of `source` with size 1 at `axes`, which this tensor lacks, and then broadcast over them.
  func spread(over axes: [Int], of source: Tensor) -> Tensor {
    let kept = source.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
    return reshaped(kept).broadcast(to: source.shape)
  }

  /// The adjoint of broadcasting from `shape`: a sum over the repeated elements.
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

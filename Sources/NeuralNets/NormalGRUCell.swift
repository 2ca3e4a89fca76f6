import Platform
public import NumericCore
public import Tensors

/// A gated recurrent unit whose state has a mean and a standard deviation.
///
/// With `a = [μ, σ, x]`: `u = sigmoid(U(a))`, `r = sigmoid(R(a))`, `(n, s) = N([r μ, r σ, x])`,
/// `μ′ = (1 − u) n + u μ`, `σ′ = |(1 − u) |s| + u σ|`; U, R and N are perceptrons of one hidden tanh layer.
///
/// Shapes: input `[batch, in]`, state `[batch, hidden]` twice.
/// - Source: Rubanova, Chen and Duvenaud 2019, as in the program that they published.
public struct NormalGRUCell: TensorTree {
  public var update: MLP
  /// `R`.
  public var reset: MLP
  /// `N`.
  public var candidate: MLP

  /// A cell of given parameters.
  public init(update: MLP, reset: MLP, candidate: MLP) {
    self.update = update
    self.reset = reset
    self.candidate = candidate
    let sizes = [update, reset, candidate].map { [$0.inputCount, $0.outputCount] }
    precondition(
      sizes[0] == sizes[1] && sizes[2] == [sizes[0][0], 2 * sizes[0][1]],
      "gates and candidate of sizes \(sizes) make no cell")
  }

  /// A cell with drawn parameters: weights normal with standard deviation 0.1, biases 0.
  public init(
    _ inputs: Int, _ hidden: Int, gateUnits: Int, key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    let keys = key.split(3)
    func gate(_ outputs: Int, _ key: RandomKey) -> MLP {
      MLP(
        sizes: [2 * hidden + inputs, gateUnits, outputs],
        initializer: .normal(standardDeviation: 0.1), biasInitializer: .zeros, key: key,
        scalarType: scalarType)
    }
    self.init(
      update: gate(hidden, keys[0]), reset: gate(hidden, keys[1]),
      candidate: gate(2 * hidden, keys[2]))
  }

  /// Number of hidden units.
  public var hiddenCount: Int { update.outputCount }

  /// The state after an input; rows whose `observed` is 0 keep their state.
  ///
  /// Shapes: observed `[batch, 1]`, 0 or 1; `nil` if all rows are observed.
  public func callAsFunction(
    _ x: Tensor, state: DiagonalNormal, observed: Tensor? = nil
  ) -> DiagonalNormal {
    let (mean, deviation) = (state.mean, state.standardDeviation)
    let gates = concatenate([mean, deviation, x], axis: -1)
    let u = sigmoid(update(gates))
    let r = sigmoid(reset(gates))
    let new = candidate(concatenate([r * mean, r * deviation, x], axis: -1))
      .split([hiddenCount, hiddenCount], axis: -1)
    let newMean = new[0] + u * (mean - new[0])
    let newDeviation = abs((1 - u) * abs(new[1]) + u * deviation)
    guard let observed else {
      return DiagonalNormal(mean: newMean, standardDeviation: newDeviation)
    }
    return DiagonalNormal(
      mean: select(observed, newMean, mean),
      standardDeviation: select(observed, newDeviation, deviation))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("update", &update)
    visitor("reset", &reset)
    visitor("candidate", &candidate)
  }
}

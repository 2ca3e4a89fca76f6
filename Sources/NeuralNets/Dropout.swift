import Platform
public import Tensors

/// `x` with random elements set to 0 and the others scaled by `1 / (1 − rate)`, so that the mean is unchanged.
///
/// The noise is an argument, as all randomness of a traced loss: draw it for each batch, for example
/// `key.uniform(x.shape)`; omit the call in evaluation.
/// Shapes: noise broadcasts to `x`; its elements are uniform in `0 ..< 1`.
/// - Precondition: `0 ≤ rate < 1`.
/// - Source: Srivastava et al. 2014, in the scaled form of PyTorch.
public func dropout(_ x: Tensor, rate: Double, noise: Tensor) -> Tensor {
  precondition(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1, not \(rate)")
  if rate == 0 { return x }
  return x * (noise .>= rate) / (1 - rate)
}

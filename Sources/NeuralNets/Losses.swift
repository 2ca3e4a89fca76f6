import Platform
public import Tensors

// The first argument is the prediction, `target` what was measured.
//
// Every loss is a mean over `axes` (`nil` for all). With `weights` it is the weighted mean `Σ w l /
// Σ w`; weights broadcast, and a mask of 0 and 1 is a set of weights. Where a weight is 0 the
// target may be anything, including not-a-number; where all weights are 0 the loss and its gradient
// are 0.

/// Mean of `(prediction − target)²`.
public func meanSquaredError(
  _ prediction: Tensor, target: Tensor, weights: Tensor? = nil, over axes: [Int]? = nil
) -> Tensor {
  let target = observed(target, or: prediction, weights)
  return weightedMean(square(prediction - target), weights, over: axes)
}

/// Mean of `|prediction − target|`.
public func meanAbsoluteError(
  _ prediction: Tensor, target: Tensor, weights: Tensor? = nil, over axes: [Int]? = nil
) -> Tensor {
  let target = observed(target, or: prediction, weights)
  return weightedMean(abs(prediction - target), weights, over: axes)
}

/// Mean of `e² / 2` where `|e| ≤ threshold`, otherwise `threshold (|e| − threshold / 2)`.
///
/// - Source: Huber 1964.
public func huberLoss(
  _ prediction: Tensor, target: Tensor, threshold: Double = 1, weights: Tensor? = nil,
  over axes: [Int]? = nil
) -> Tensor {
  precondition(threshold > 0, "the threshold is positive, got \(threshold)")
  let error = abs(prediction - observed(target, or: prediction, weights))
  let clipped = min(error, error.splatted(threshold))
  return weightedMean(clipped * (error - 0.5 * clipped), weights, over: axes)
}

/// Mean of `−log softmax(logits)[label]`, in nats.
///
/// Shapes: logits `[…, classes]`, labels `[…]` whole numbers in `0 ..< classes`; weights broadcast to the labels.
public func crossEntropy(
  _ logits: Tensor, target labels: Tensor, weights: Tensor? = nil, over axes: [Int]? = nil
) -> Tensor {
  precondition(
    logits.rank >= 1 && labels.shape == Array(logits.shape.dropLast()),
    "cross entropy needs logits […, classes] and labels […], got \(logits.shape) and \(labels.shape)"
  )
  let chosen = oneHot(labels, classes: logits.shape[logits.rank - 1]).converted(
    to: logits.scalarType)
  return weightedMean(-(logSoftmax(logits) * chosen).sum([-1]), weights, over: axes)
}

/// Mean of `−log` of the probability `sigmoid(logit)` of targets 1, `1 − sigmoid(logit)` of targets 0, in nats.
public func binaryCrossEntropy(
  _ logits: Tensor, target: Tensor, weights: Tensor? = nil, over axes: [Int]? = nil
) -> Tensor {
  let target = observed(target, or: logits, weights)
  return weightedMean(softplus(logits) - logits * target, weights, over: axes)
}

/// Mean of `(log 2π + logVariance + (target − mean)² exp(−logVariance)) / 2`, in nats.
public func gaussianNegativeLogLikelihood(
  _ mean: Tensor, target: Tensor, logVariance: Tensor, weights: Tensor? = nil,
  over axes: [Int]? = nil
) -> Tensor {
  let error = square(observed(target, or: mean, weights) - mean)
  let density = 0.5 * (logVariance + error * exp(-logVariance) + DiagonalNormal.logTwoPi)
  return weightedMean(density, weights, over: axes)
}

/// The mean over axes (`nil` for all), weighted if weights are given; 0 where all of them are 0.
public func weightedMean(_ x: Tensor, _ weights: Tensor?, over axes: [Int]? = nil) -> Tensor {
  guard let weights else { return x.mean(axes) }
  let spread = stopGradient(weights).broadcast(to: x.shape)
  let total = spread.sum(axes)
  return (x * spread).sum(axes) / select(total .== total.splatted(0), total.splatted(1), total)
}

/// The target where its weight is not 0, otherwise the prediction, so that it contributes neither
/// error nor derivative.
private func observed(_ target: Tensor, or prediction: Tensor, _ weights: Tensor?) -> Tensor {
  precondition(
    target.shape == prediction.shape,
    "prediction \(prediction.shape) and target \(target.shape) have different shapes")
  guard let weights else { return target }
  let unobserved = (weights .== weights.splatted(0)).broadcast(to: target.shape)
  return select(unobserved, stopGradient(prediction), target)
}

extension Tensor {
  /// A constant of this tensor's type.
  func splatted(_ value: Double) -> Tensor {
    Tensor(repeating: value, shape: shape, scalarType: scalarType)
  }
}

import NumericCore
import Tensors
import Training

/// A line through points: the model is `[slope, intercept]`, in single precision.
struct Line: TensorTree {
  var parameters = Tensor([0, 0] as [Float])

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("parameters", &parameters)
  }

  var values: [Float] { parameters.storage?.elements(as: Float.self) ?? [] }
}

/// Points of a noisy line `y = 2 x − 1`; every row has a weight of its own.
struct Points: TrainingData {
  var count: Int
  var noise: Float = 0.1
  var seed: UInt64 = 5

  func shard(_ rows: [Int], in context: ShardContext) -> Shard<[SIMD3<Float>]> {
    let x = RandomKey(seed).normal(count, as: Float.self)
    let errors = RandomKey(seed + 1).normal(count, as: Float.self)
    // A little noise from the context, so that its keys matter to the bits.
    let jitter = context.key.normal(rows.count, as: Float.self)
    let points = zip(rows, jitter).map { row, jitter in
      let weight: Float = row % 3 == 0 ? 2 : 1
      return SIMD3(x[row], 2 * x[row] - 1 + noise * (errors[row] + 0.1 * jitter), weight)
    }
    return Shard(points, weight: Double(points.reduce(0) { $0 + $1.z }))
  }
}

/// Weighted mean square error of a line, with the gradient by hand.
struct LineEvaluator: ShardEvaluator {
  /// Called with the model before each gradient; what it returns replaces the loss.
  var replacingLoss: @Sendable (Line) -> Double? = { _ in nil }
  let auxiliaryNames = ["forwardEvaluations"]

  func evaluate(model: Line, batch: [SIMD3<Float>]) throws -> ShardResult<Line> {
    let p = model.values
    var (loss, slope, intercept, total) = (Float(0), Float(0), Float(0), Float(0))
    for point in batch {
      let error = p[0] * point.x + p[1] - point.y
      loss += point.z * error * error
      slope += 2 * point.z * error * point.x
      intercept += 2 * point.z * error
      total += point.z
    }
    return ShardResult(
      loss: replacingLoss(model) ?? Double(loss / total),
      gradient: Line(parameters: Tensor([slope / total, intercept / total])), auxiliary: [26])
  }
}

extension TrainingState<Line> {
  static func start(rate: Schedule = 0.05) -> TrainingState {
    let line = Line()
    return TrainingState(model: line, optimizer: Adam(for: line, learningRate: rate))
  }

  /// All that must agree for two trainings to be the same, bit for bit.
  var bits: [UInt32] {
    (model.tensors + best.tensors + optimizer.state.tensors).flatMap {
      ($0.storage?.elements(as: Float.self) ?? []).map(\.bitPattern)
    }
  }
}

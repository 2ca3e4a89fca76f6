import Platform
import NumericCore
import Adjoints
import Tensors

/// Evaluates a batch shard by shard on a pool of threads, and sums the shards in order.
///
/// The shards and the order of the sums depend only on the rows and the shard size: any number of
/// threads gives the same bits.
struct ShardedEvaluation<Evaluator: ShardEvaluator, Data: TrainingData>: Sendable
where Data.Batch == Evaluator.Batch {
  let evaluator: Evaluator
  let pool: WorkerPool
  let shardSize: Int

  /// Weighted means over all shards.
  struct Means {
    var loss: Double
    var auxiliary: [Double]
    /// For gradients only.
    var evaluations: SolveEvaluations?
  }

  func gradient(
    of model: Evaluator.Model, on data: Data, rows: [Int], in context: ShardContext
  ) throws -> (means: Means, gradient: Evaluator.Model) {
    let results = try shards(of: data, rows: rows, in: context) { [evaluator] in
      try evaluator.evaluate(model: model, batch: $0)
    }
    let weights = results.map(\.weight)
    var means = means(results.map { ($0.value.loss, $0.value.auxiliary) }, weights)
    let solved = results.compactMap { one in one.value.evaluations.map { ($0, one.weight) } }
    means.evaluations = Self.mean(solved)
    return (means, weightedMean(results.map(\.value.gradient), weights))
  }

  private static func mean(_ values: [(SolveEvaluations, weight: Double)]) -> SolveEvaluations? {
    let total = values.reduce(0) { $0 + $1.weight }
    if total == 0 { return nil }
    func mean(_ path: KeyPath<SolveEvaluations, Double>) -> Double {
      values.reduce(0) { $0 + $1.weight * $1.0[keyPath: path] } / total
    }
    return SolveEvaluations(
      forward: mean(\.forward), backward: mean(\.backward),
      failedRows: values.reduce(0) { $0 + $1.0.failedRows })
  }

  func loss(
    of model: Evaluator.Model, on data: Data, rows: [Int], in context: ShardContext
  ) throws -> Means {
    let results = try shards(of: data, rows: rows, in: context) { [evaluator] in
      try evaluator.loss(model: model, batch: $0)
    }
    return means(results.map { ($0.value.loss, $0.value.auxiliary) }, results.map(\.weight))
  }

  private func shards<Value: Sendable>(
    of data: Data, rows: [Int], in context: ShardContext,
    _ evaluate: @escaping @Sendable (Data.Batch) throws -> Value
  ) throws -> [(value: Value, weight: Double)] {
    let starts = Array(stride(from: 0, to: rows.count, by: shardSize))
    return try pool.map(starts.count) { [shardSize] number in
      var context = context
      context.key = context.key.folding(in: UInt64(number))
      let end = min(starts[number] + shardSize, rows.count)
      let shard = try data.shard(Array(rows[starts[number]..<end]), in: context)
      return (try evaluate(shard.batch), shard.weight)
    }
  }

  /// All weights are 0: the mean is 0.
  private func means(_ values: [(loss: Double, auxiliary: [Double])], _ weights: [Double]) -> Means
  {
    let total = weights.reduce(0, +)
    func mean(_ value: ((loss: Double, auxiliary: [Double])) -> Double) -> Double {
      if total == 0 { return 0 }
      return zip(values, weights).reduce(0) { $0 + $1.1 * value($1.0) } / total
    }
    return Means(
      loss: mean(\.loss),
      auxiliary: evaluator.auxiliaryNames.indices.map { place in mean { $0.auxiliary[place] } })
  }

  private func weightedMean(_ trees: [Evaluator.Model], _ weights: [Double]) -> Evaluator.Model {
    let total = weights.reduce(0, +)
    let factors = weights.map { total == 0 ? 0 : $0 / total }
    if trees.count == 1 && factors[0] == 1 { return trees[0] }
    let parts = trees.map { $0.tensors.map(\.concreteStorage) }
    return trees[0].replacingTensors(
      with: parts[0].indices.map { place in
        Tensor(storage: Storage(sum: parts.map { $0[place] }, factors))
      })
  }
}

extension Storage {
  /// `Σ factor · part`, summed in double precision in the order of the parts and rounded once.
  fileprivate convenience init(sum parts: [Storage], _ factors: [Double]) {
    let type = parts[0].type
    self.init(type) { bytes in
      switch type.scalar {
      case .float32: Storage.add(parts, factors, to: bytes, as: Float.self)
      case .float64: Storage.add(parts, factors, to: bytes, as: Double.self)
      }
    }
  }

  private static func add<Scalar: TensorScalar>(
    _ parts: [Storage], _ factors: [Double], to bytes: UnsafeMutableRawPointer, as: Scalar.Type
  ) {
    let count = parts[0].type.count
    let target = bytes.bindMemory(to: Scalar.self, capacity: count)
    var totals = [Double](repeating: 0, count: 1024)
    for start in stride(from: 0, to: count, by: totals.count) {
      let length = min(totals.count, count - start)
      for i in 0..<length { totals[i] = 0 }
      for (part, factor) in zip(parts, factors) {
        let source = part.bytes.assumingMemoryBound(to: Scalar.self) + start
        for i in 0..<length { totals[i] += factor * Double(source[i]) }
      }
      for i in 0..<length { target[start + i] = Scalar(totals[i]) }
    }
  }
}

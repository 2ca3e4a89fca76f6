import Platform
import Adjoints
import Transforms
import Tensors
import Training

/// A training loop whose iterations are timed.
struct TrainingBenchmark<Model: TensorTree, Batch: TensorTree> {
  var workload: String
  var batches: [Batch]
  /// Iterations before the measurement.
  var warmUp: Int
  /// The iteration after which the last loss is reported, as in the peers' scripts.
  var reported: Int

  /// Cycles through the batches; an auxiliary value of the loss, if there is one, is a table of
  /// `SolveStatistics`, or the evaluations of unrolled solves.
  func figure<Rule: Optimizer>(
    _ variant: String, model: Model, optimizer: Rule, repetitions: Int,
    settings: [(name: String, value: String)],
    loss: @escaping @Sendable (Model, Batch) -> LossAndAuxiliary
  ) -> BenchmarkFigure {
    var (model, optimizer) = (model, optimizer)
    let lossAndGradient = valueAndGrad(loss)
    var losses: [Double] = []
    var forward: Int?
    func step(_ index: Int) {
      let result = lossAndGradient(model, batches[index % batches.count])
      optimizer.update(&model, along: result.gradient)
      losses.append(result.loss)
      forward = result.auxiliary.first.map { Int($0.values[0]) }
    }
    let start = SystemClock.monotonicTime
    step(0)
    let milliseconds = 1e3 * (SystemClock.monotonicTime - start)
    for index in 1..<warmUp { step(index) }
    var watch = Stopwatch()
    let last = max(reported, repetitions + warmUp) - 1
    for index in warmUp...last { watch.time { step(index) } }
    // One more, untimed, on the last batch: what its solves cost forward and back.
    let cost = GradientCost.measured(lossAndGradient, model, batches[last % batches.count])
    let median = Stopwatch.median(watch.processor)
    return BenchmarkFigure(
      workload: workload, variant: variant, metric: "time_per_train_iter", value: median,
      unit: "ms", leastTime: watch.processor.min(), medianTime: median,
      forwardEvaluations: cost.forwardEvaluations > 0 ? cost.forwardEvaluations : forward,
      backwardEvaluations: cost.backwardEvaluations,
      firstLoss: losses.first, lastLoss: losses[reported - 1],
      settings: settings + [
        ("products with the Jacobian, backward", "\(cost.backwardProducts)"),
        ("first step, tracing included, ms", "\(milliseconds)"),
      ])
  }
}

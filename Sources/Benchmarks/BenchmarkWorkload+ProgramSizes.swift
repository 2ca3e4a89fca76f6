import NumericCore
import Graphs
import Programs
import Transforms
import Tensors

extension BenchmarkWorkload {
  /// W11: where a field of one row runs faster as a program of tensors than of scalars.
  static let programSizes = BenchmarkWorkload(
    "W11", summary: "an evaluation of a 2-h-2 tanh network on one row, as either kind of program"
  ) { repetitions in
    [2, 4, 8, 16, 24, 32, 48].flatMap { programFigures(hidden: $0, repetitions) }
  }

  private static func programFigures(
    hidden: Int, _ repetitions: Int
  ) -> [BenchmarkFigure] {
    let shapes = [[1, 2], [2, hidden], [hidden], [hidden, 2], [2]]
    let graph = trace(shapes.map { TensorType($0, .float32) }) { x in
      [matmul(tanh(matmul(x[0], x[1]) + x[2]), x[3]) + x[4]]
    }
    let inputs = shapes.enumerated().map { place, shape in
      Storage(
        RandomKey(UInt64(place)).normal(shape.reduce(1, *), as: Float.self), shape: shape)
    }
    let output = Storage([Float](repeating: 0, count: 2), shape: [1, 2])
    let invariant: Set<Int> = [1, 2, 3, 4]
    func figure(_ variant: String, _ run: () -> Void) -> BenchmarkFigure {
      var watch = Stopwatch()
      for _ in 0..<repetitions { watch.time { for _ in 0..<10_000 { run() } } }
      let times = watch.processor.map { 100 * $0 }
      return BenchmarkFigure(
        workload: "W11", variant: variant, metric: "time_per_evaluation",
        value: Stopwatch.median(times), unit: "ns", leastTime: times.min() ?? 0,
        medianTime: Stopwatch.median(times))
    }
    let tensors = Workspace(Program(graph, invariant: invariant))
    for (place, input) in inputs.enumerated() { tensors.setParameter(place, input.bytes) }
    tensors.setOutput(0, output.mutableBytes)
    tensors.prepare()
    var figures = [figure("2-\(hidden)-2, tensors") { tensors.run() }]
    if let program = ScalarProgram(graph, invariant: invariant, limit: 100_000) {
      let scalars = ScalarWorkspace(program)
      for (place, input) in inputs.enumerated() { scalars.setParameter(place, input.bytes) }
      scalars.setOutput(0, output.mutableBytes)
      scalars.prepare()
      figures.append(
        figure("2-\(hidden)-2, \(program.instructionCount) scalar instructions") {
          scalars.run(rows: 1)
        })
    }
    return withExtendedLifetime((inputs, output)) { figures }
  }
}

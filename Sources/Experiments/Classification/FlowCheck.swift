import NumericCore
import Programs
import Tensors

/// Whether the depth of a classifier is a flow that its steps follow: the way back, and finer steps.
package struct FlowCheck: Hashable, Sendable {
  /// The largest distance of a row's state from where it lands after going to the end of the depth and back by the
  /// model's own steps, over the root mean square size of the states at depth 0.
  package var reconstructionError: Double
  /// On the same rows, with four times as many steps.
  package var finer: ClassifierEvaluation

  static let factor = 4
  /// Largest error of the way back that is not warned of.
  package static let allowedReconstructionError = 0.1

  /// The line of a table with finer steps.
  package var finerCells: [String] { finer.cells("the same, four times as many steps") }

  /// The error of the way back among the facts of a report.
  var fact: ReportSection.Fact {
    .init(
      "there and back", NumberText.significant(100 * reconstructionError, 2) + " %",
      note: "largest miss of the start, of its size")
  }

  /// What a reader should be told, beside the evaluation by the model's own steps.
  package func lines(beside own: ClassifierEvaluation) -> [String] {
    var lines: [String] = []
    if Swift.abs(finer.accuracy - own.accuracy) > 1 {
      lines.append(
        "warning: with finer steps the accuracy changes by more than a point; the network relies on the solver's "
          + "errors, raise solver.steps")
    }
    let error = NumberText.significant(100 * reconstructionError, 2)
    lines.append(
      "there and back the state misses its start by \(error) % of its size at most"
        + (reconstructionError > Self.allowedReconstructionError
          ? "; the steps do not follow the field, raise solver.steps" : ""))
    return lines
  }
}

extension ClassifierModelFile {
  /// The check on rows; nil for a stack of blocks.
  package func flowCheck(on data: LabelledData) -> FlowCheck? {
    guard let error = reconstructionError(on: data) else { return nil }
    return FlowCheck(
      reconstructionError: error,
      finer: evaluation(on: data, steps: FlowCheck.factor * recipe.solverSteps))
  }

  private func reconstructionError(on data: LabelledData, batchSize: Int = 500) -> Double? {
    if recipe.layers == .resNet { return nil }
    let model = model
    let distances = CompiledFunction<Tensor> { input in
      guard let (start, back) = model.roundTrip(input) else { return [] }
      let axes = Array(1..<start.rank)
      return [square(back - start).sum(axes), square(start).sum(axes)]
    }
    var (largest, total) = (0.0, 0.0)
    for first in stride(from: 0, to: data.count, by: batchSize) {
      let rows = first..<min(first + batchSize, data.count)
      let values = distances(data.points(rows, normalization).points).map(\.values)
      total += values[1].reduce(0, +)
      for distance in values[0] { largest = distance.isNaN ? .infinity : max(largest, distance) }
    }
    return (largest / (total / Double(max(data.count, 1)))).squareRoot()
  }
}

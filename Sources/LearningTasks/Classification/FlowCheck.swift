import NumericCore
import Reports
import Transforms
import Tensors

/// Whether a classifier's steps resolve its flow, checked by the backward solve and by finer steps.
package struct FlowCheck: Hashable, Sendable {
  /// The largest distance of a state from its image after a forward and a backward solve by the
  /// model's own steps, over the root mean square size of the states.
  ///
  /// For rows the flow is the whole depth, for series the flow from one row to the next.
  package var reconstructionError: Double
  /// States whose images are not finite.
  package var lost = 0
  /// The accuracy on the same rows with four times as many steps.
  package var finer: ClassifierEvaluation

  /// The setting for the number of steps.
  package var setting: String

  static let factor = 4
  /// The largest round-trip error without a warning.
  package static let allowedReconstructionError = 0.1

  /// The row of a table with finer steps.
  package var finerCells: [String] { finer.cells("the same, four times as many steps") }

  /// The round-trip error for a report.
  var fact: ReportSection.Fact {
    .init(
      "forward and back", NumberText.significant(100 * reconstructionError, 2) + " %",
      note: "largest miss of the start, of its size")
  }

  /// Warnings in addition to the evaluation by the model's own steps.
  package func lines(beside own: ClassifierEvaluation) -> [String] {
    var lines: [String] = []
    if Swift.abs(finer.accuracy - own.accuracy) > 1 {
      lines.append(
        "warning: with finer steps the accuracy changes by more than a point; the network relies on the solver's "
          + "errors, raise \(setting)")
    }
    if lost > 0 {
      lines.append(
        "\(lost) \(lost == 1 ? "state is" : "states are") too far out to be followed forward and back; the next figure is that "
          + "of the others")
    }
    let error = NumberText.significant(100 * reconstructionError, 2)
    lines.append(
      "forward and back the state misses its start by \(error) % of its size at most"
        + (reconstructionError > Self.allowedReconstructionError
          ? "; the steps do not follow the field, raise \(setting)" : ""))
    return lines
  }
}

extension RowClassifier {
  /// The check on rows; `nil` for a stack of blocks.
  package func flowCheck(on data: LabelledData) -> FlowCheck? {
    guard let misses = roundTripMisses(on: data) else { return nil }
    return FlowCheck(
      reconstructionError: misses.relative, lost: misses.lost,
      finer: evaluation(on: data, steps: FlowCheck.factor * recipe.solverSteps),
      setting: "solver.steps")
  }

  private func roundTripMisses(on data: LabelledData, batchSize: Int = 500) -> RoundTripMisses? {
    if recipe.layers == .resNet { return nil }
    let model = model
    let distances = CompiledFunction<Tensor> { input in
      guard let (start, back) = model.roundTrip(input) else { return [] }
      let axes = Array(1..<start.rank)
      return [square(back - start).sum(axes), square(start).sum(axes)]
    }
    var misses = RoundTripMisses()
    for first in stride(from: 0, to: data.count, by: batchSize) {
      let rows = first..<min(first + batchSize, data.count)
      let values = distances(data.points(rows, normalization).points).map(\.values)
      misses.add(squares: values[0], sizes: values[1])
    }
    return misses
  }
}

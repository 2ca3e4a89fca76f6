import Platform
package import Serialization
import Reports
import TimeSeries
import Transforms
import Tensors

/// The quality of a classifier on rows that it was not trained on.
package struct ClassifierEvaluation: Hashable, Sendable {
  package var classes: [String]
  /// For each row the probability of every class, row-major.
  package var probabilities: [Double]
  package var labels: [Int]

  package var rows: Int { labels.count }

  /// Given probabilities, row-major.
  package init(classes: [String], probabilities: [Double], labels: [Int]) {
    precondition(
      probabilities.count == classes.count * labels.count,
      "\(labels.count) rows of \(classes.count) classes have \(probabilities.count) probabilities")
    self.classes = classes
    self.probabilities = probabilities
    self.labels = labels
  }

  /// The evaluation of some of the rows.
  package func of(rows: [Int]) -> ClassifierEvaluation {
    ClassifierEvaluation(
      classes: classes,
      probabilities: rows.flatMap { probabilities[$0 * classes.count..<($0 + 1) * classes.count] },
      labels: rows.map { labels[$0] })
  }

  /// The number of rows with finite probabilities.
  package var knownRows: [Int] { (0..<rows).filter(isKnown) }

  /// Evaluates logits in batches.
  init(
    of data: LabelledData, _ normalization: Normalization, batchSize: Int = 500,
    logits: @Sendable @escaping (Tensor) -> Tensor
  ) {
    classes = data.classes
    labels = data.labels
    probabilities = []
    let compiled = CompiledFunction<Tensor> { [softmax(logits($0))] }
    for start in stride(from: 0, to: data.count, by: batchSize) {
      probabilities += Self.separated(start..<min(start + batchSize, data.count)) {
        compiled(data.points($0, normalization).points)[0].values
      }
    }
  }

  /// The results for rows; if some are not finite, each half of the rows is evaluated separately.
  ///
  /// Rows that share the steps of a solve fail together, and one extreme row would otherwise
  /// invalidate the others.
  private static func separated(
    _ rows: Range<Int>, _ values: (Range<Int>) -> [Double]
  ) -> [Double] {
    let together = values(rows)
    if rows.count < 2 || together.allSatisfy(\.isFinite) { return together }
    let middle = rows.lowerBound + rows.count / 2
    return separated(rows.lowerBound..<middle, values)
      + separated(middle..<rows.upperBound, values)
  }

  /// The class with the highest probability of a row, and that probability.
  package func prediction(_ row: Int) -> (label: Int, probability: Double) {
    let own = probabilities[row * classes.count..<(row + 1) * classes.count]
    let best = own.indices.max { own[$0] < own[$1] } ?? own.startIndex
    return (best - own.startIndex, own[best])
  }

  /// Whether the probabilities of a row are finite; those of rows far from the training data may
  /// not be.
  package func isKnown(_ row: Int) -> Bool {
    probabilities[row * classes.count..<(row + 1) * classes.count].allSatisfy(\.isFinite)
  }

  /// The percentage of rows whose class has the highest probability.
  package var accuracy: Double {
    let hits = (0..<rows).count { isKnown($0) && prediction($0).label == labels[$0] }
    return 100 * Double(hits) / Double(max(rows, 1))
  }

  /// Standard error of the accuracy, in points: `√(p (1 − p) / n)` with `p = (hits + 1) / (n + 2)`,
  /// which is not 0 if all rows are right.
  package var accuracyError: Double {
    let count = Double(rows)
    let share = (accuracy / 100 * count + 1) / (count + 2)
    return 100 * (share * (1 - share) / max(count, 1)).squareRoot()
  }

  /// Mean of `−log p(class)`, in nats.
  package var negativeLogLikelihood: Double {
    let total = (0..<rows).reduce(0.0) {
      let probability = isKnown($1) ? probabilities[$1 * classes.count + labels[$1]] : 0
      return $0 - Double.logarithm(max(probability, 1e-30))
    }
    return total / Double(max(rows, 1))
  }

  /// Rows by their highest probability: its mean, the fraction that is right, the number of rows.
  package func reliability(bins: Int = 10) -> [(confidence: Double, accuracy: Double, count: Int)] {
    var sums = [(Double, Double, Int)](repeating: (0, 0, 0), count: bins)
    for row in 0..<rows where isKnown(row) {
      let (label, probability) = prediction(row)
      let bin = min(bins - 1, Int(probability * Double(bins)))
      sums[bin].0 += probability
      sums[bin].1 += label == labels[row] ? 1 : 0
      sums[bin].2 += 1
    }
    return sums.filter { $0.2 > 0 }.map { ($0.0 / Double($0.2), $0.1 / Double($0.2), $0.2) }
  }

  /// Expected calibration error: the mean distance of confidence and accuracy over ten bins,
  /// weighted by rows.
  package var calibrationError: Double {
    reliability().reduce(0) {
      $0 + Swift.abs($1.confidence - $1.accuracy) * Double($1.count) / Double(max(rows, 1))
    }
  }

  /// The confusion matrix: rows of each class (first index) that were assigned to each class.
  package var confusion: [[Int]] {
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    for row in 0..<rows where isKnown(row) { counts[labels[row]][prediction(row).label] += 1 }
    return counts
  }

  /// The confusion matrix as a JSON array of rows.
  package var confusionJSON: JSONValue {
    .array(confusion.map { JSONValue($0.map(Double.init)) })
  }

  /// Header and rows of the confusion matrix as a table.
  package var confusionTable: (header: [String], rows: [[String]]) {
    (
      ["is \\ taken for"] + classes,
      zip(classes, confusion).map { [$0] + $1.map(String.init) }
    )
  }

  /// The class of every row, null if it is unknown.
  package var predictedJSON: JSONValue {
    .array(
      (0..<rows).map { isKnown($0) ? .string(classes[prediction($0).label]) : .null })
  }

  /// The figures as a JSON object.
  package var json: JSONValue {
    [
      "accuracyPercent": .number(accuracy), "accuracyStandardError": .number(accuracyError),
      "negativeLogLikelihood": .number(negativeLogLikelihood),
      "calibrationError": .number(calibrationError), "rows": JSONValue(rows),
    ]
  }
}

extension ReportSection {
  /// The confusion matrix, for a readable number of classes.
  mutating func confusion(of evaluation: ClassifierEvaluation, examples: String) {
    if evaluation.classes.count > 30 {
      text("There are \(evaluation.classes.count) classes; `evaluate --json` gives the table.")
      return
    }
    let (header, rows) = evaluation.confusionTable
    table(
      Table(
        header,
        rows: rows.enumerated().map { row, cells in
          cells.enumerated().map { .init($1, isBest: $0 == row + 1) }
        }, caption: "\(examples) of the test; correct ones are on the diagonal."))
  }
}

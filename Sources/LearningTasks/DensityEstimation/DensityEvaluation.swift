package import Serialization
import TimeSeries
package import ContinuousModels
import Reports
package import Tables

/// The quality of a density on rows that it was not trained on.
package struct DensityEvaluation: Sendable {
  package var audit: LikelihoodAudit
  /// Mean negative log-likelihood of a Gaussian fitted to the training rows; `nil` if these no
  /// longer exist.
  package var gaussian: Double?
  /// Number of measured rows.
  package var rows: Int
  package var lost: LostRows

  /// Figures and warnings for a reader.
  package var lines: [String] {
    let other =
      gaussian.map { "\(Figure($0))" } ?? "unknown, the file of the training is not read"
    return [
      "NLL \(Figure(audit.fine)) nats a row (Gaussian: \(other)), \(rows) row\(rows == 1 ? "" : "s")",
      audit.sentence(of: "audit"),
    ]
  }

  /// `{"run", "model", "part", "metrics": {…}, "baselines": {name: …}}`.
  package func json(run: String, part: String) -> JSONValue {
    [
      "run": .string(run), "model": "cnf", "part": .string(part),
      "metrics": [
        "negativeLogLikelihood": .number(audit.fine), "byTheOwnSolver": .number(audit.reported),
        "standardError": .number(audit.standardError),
        "reconstructionError": .number(audit.reconstructionError), "rows": JSONValue(rows),
        "rowsNotFinite": JSONValue(lost.count),
      ],
      "baselines": ["gaussian": gaussian.map(JSONValue.number) ?? .null],
    ]
  }
}

extension DensityEstimator {
  /// The evaluation on other rows, or on the test rows of the recipe's data.
  ///
  /// With other rows, the training data are not read.
  package func evaluation(on rows: PointTable?) throws(DataError) -> DensityEvaluation {
    var recipe = recipe
    recipe.columns = normalization.channels
    let own =
      rows == nil || recipe.file == nil ? recipe.split(try recipe.readTable()) : nil
    let (audit, measured, lost) = measure(
      rows ?? own?.test ?? PointTable(source: "", columns: [], values: []))
    return DensityEvaluation(
      audit: audit,
      gaussian: own.map { GaussianBaseline($0.training).negativeLogLikelihood(of: measured) },
      rows: measured.count, lost: lost)
  }
}

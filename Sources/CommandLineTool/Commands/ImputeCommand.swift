import ArgumentParsing
import LearningTasks
import Platform
import Serialization
import Tables
import TimeSeries

/// `neural-ode impute RUN --data file.csv`.
struct ImputeCommand: Command {
  static let page = CommandPage(
    verb: "impute", summary: "Fills the gaps of a file's series with a trained forecaster, as CSV.",
    discussion:
      "Empty cells, and rows that a regular series lacks, get the model's estimate from the readings on both sides; "
      + "cells after the last reading get a forecast, up to the future of the training. Observed values are unchanged. "
      + "Columns: id (if there are several series), time, each channel, and the lower and upper end of each channel's "
      + "90 % band, which are empty for observed values.",
    examples: [
      "impute runs/glucose --data readings.csv --out filled.csv",
      "impute runs/glucose --data readings.csv --rows given",
    ])

  /// The rows of the result.
  enum Rows: String, CaseIterable, ArgumentValue {
    case regular, given
  }

  @Argument(value: "run", help: "A run folder or a model file of 'train forecast'.")
  var folder: String
  @Option(value: "file", help: "A CSV file with the model's channels.") var data: String
  @Option(help: "regular: rows that a regular series lacks are added; given: only the file's rows.")
  var rows: Rows = .regular
  @Option(value: "file", help: "The CSV file; default: standard output.") var out: String?

  var files: CommandFiles {
    CommandFiles(run: folder, inputs: [("--data", data)], outputs: [("--out", out)])
  }

  func run(_ console: Console) throws {
    if let out { try Files.checkWritable(out) }
    let archive = try ModelArchive(contentsOf: folder)
    let imputation: Imputation
    do {
      imputation = try Imputation(
        of: data, by: try archive.load(Forecaster.self), addsRows: rows == .regular)
    } catch let error as DataError {
      throw error.withoutOptions
    }
    console.warn(imputation.warnings.map(\.sentence))
    let counts = imputation.counts
    if counts.empty > 0 {
      console.warn([
        "\(data): \(counts.empty) cells remain empty, because there is no reading near them"
      ])
    }
    try console.deliver(
      imputation.csv, to: out,
      what: "\(counts.imputed) imputed values and \(counts.added) added rows")
    console.emit([
      "imputed": JSONValue(counts.imputed), "addedRows": JSONValue(counts.added),
      "empty": JSONValue(counts.empty),
    ])
  }
}

public import Serialization
package import ContinuousModels
import Transforms
import Tables
public import Tensors
package import TimeSeries

/// A trained classifier of series with its normalization and classes.
public struct SequenceClassifier: ArchivedModel {
  public static let kind = "series-classifier"
  public static let title = "classifier of series"

  public var recipe: SeriesClassRecipe
  package var form: SeriesClassForm
  /// The names of the classes, in the order of the logits.
  public var classes: [String]
  package var model: SeriesClassifier

  init(
    recipe: SeriesClassRecipe, form: SeriesClassForm, classes: [String], model: SeriesClassifier
  ) {
    self.recipe = recipe
    self.form = form
    self.classes = classes
    self.model = model
  }

  public var weights: any TensorTree { model }

  public var descriptions: [String: JSONValue] {
    let normalization = form.normalization
    return [
      "description": [
        "channels": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
        "deviations": JSONValue(normalization.deviations), "window": .number(form.clock.window),
        "spacing": .number(form.clock.spacing), "covariates": form.covariates.json,
        "classes": JSONValue(classes),
      ]
    ]
  }

  public init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    let document = try stored.required(stored.document("description"), of: "description")
    form = try stored.required(SeriesClassForm(document), of: "description")
    let classes = try stored.required(StoredModel.texts(document["classes"]), of: "description")
    guard classes.count > 1, Set(classes).count == classes.count else {
      throw .badMetadata(key: "description")
    }
    self.classes = classes
    model = try stored.weights(
      as: recipe.initialModel(
        channels: form.normalization.channels.count, covariates: form.covariates.width,
        classes: classes.count))
  }
}

extension SeriesClassForm {
  /// `nil` if the parts of the document do not fit each other.
  fileprivate init?(_ document: JSONValue) {
    guard let normalization = StoredModel.normalization(document, names: "channels"),
      let clock = StoredModel.clock(document), !normalization.channels.isEmpty,
      let covariates = document["covariates"].flatMap(CovariateEncoding.init)
    else { return nil }
    self.init(normalization: normalization, covariates: covariates, clock: clock)
  }
}

extension SequenceClassifier {
  /// The evaluation on some of the labelled series.
  func evaluation(on data: SeriesClassData, _ part: [Int]) -> ClassifierEvaluation {
    evaluation(on: part.map { data.series[$0] }, part.map { data.labels[$0] })
  }

  /// The evaluation and the check of the flow on the model's own test part, or on all labelled
  /// series of another file.
  package func evaluation(
    on path: String?, labels: String?
  ) throws -> Measured {
    guard let path else {
      let data = try SeriesClassData(recipe)
      return measured(
        data.test.map { data.series[$0] }, data.test.map { data.labels[$0] }, data.warnings)
    }
    let file = try readLabelled(path, label: labels == nil ? recipe.label ?? "label" : nil)
    let attributes = Array(file.attributes.suffix(form.covariates.columns.count))
    let known: SeriesLabels
    if let labels {
      known = try SeriesLabels(path: labels, label: recipe.label, id: recipe.reading.idColumn)
    } else {
      known = SeriesLabels(file.attributes[0], of: file)
    }
    let (series, warnings) = try SeriesClassData.labelledOnly(file, known)
    var numbers: [Int] = []
    for number in series {
      let (text, line) = known.texts[file.series[number].id] ?? ("", 0)
      guard let place = classes.firstIndex(of: text) else {
        throw DataError(
          source: known.source, line: line, .labels(.unknownClass(text, known: classes)))
      }
      numbers.append(place)
    }
    let all = form.series(of: file, attributes: attributes)
    return measured(
      series.map { all[$0] }, numbers, file.warnings.forPrediction + warnings)
  }

  /// The figures on the given series.
  package struct Measured: Sendable {
    /// Only the series that are not lost.
    package var evaluation: ClassifierEvaluation
    package var lost: LostRows
    /// `nil` if no equation is solved between rows.
    package var flow: FlowCheck?
    package var warnings: [DataWarning]
  }

  private func measured(
    _ series: [TimeSeries], _ labels: [Int], _ warnings: [DataWarning]
  ) -> Measured {
    let all = evaluation(on: series, labels)
    let known = all.knownRows
    return Measured(
      evaluation: all.of(rows: known),
      lost: LostRows((0..<all.rows).map(all.isKnown), noun: "series"),
      flow: flowCheck(on: known.map { series[$0] }, known.map { labels[$0] }), warnings: warnings)
  }

  /// The series of a file with the labels in a column of it; `nil` if they are in another file.
  private func readLabelled(_ path: String, label: String?) throws -> TimeSeriesFile {
    do {
      return try read(path, labels: label)
    } catch let error as DataError {
      switch error.reason {
      case .missingColumn(label, _), .missingChannel(label, _):
        throw DataError(source: error.source, .labels(.noLabel(label ?? "")))
      default: throw error
      }
    }
  }

  private func evaluation(on series: [TimeSeries], _ labels: [Int]) -> ClassifierEvaluation {
    ClassifierEvaluation(classes: classes, probabilities: probabilities(series), labels: labels)
  }

  /// The check on labelled series; `nil` if no equation moves the state between rows.
  func flowCheck(on series: [TimeSeries], _ labels: [Int]) -> FlowCheck? {
    guard let refined = model.network.dynamics.refined else { return nil }
    var finer = self
    finer.model.network.dynamics = refined
    let misses = roundTripMisses(on: series)
    return FlowCheck(
      reconstructionError: misses.relative, lost: misses.lost,
      finer: finer.evaluation(on: series, labels), setting: "network.fieldSteps")
  }

  /// The images of the states after rows, over the gaps to the next rows.
  private func roundTripMisses(on series: [TimeSeries]) -> RoundTripMisses {
    let trips = CompiledFunction<Pair<SeriesClassifier, SeriesClassBatch>> { pair in
      let (network, series) = (pair.first.network, pair.second.series)
      let after = network.prediction(series).after
      let states = after.reshaped([-1, after.shape[2]])
      let gaps = series.gaps.reshaped([-1, 1])
      guard let back = network.dynamics.roundTrip(states, over: gaps) else { return [] }
      return [square(back - states).sum([1]), square(states).sum([1]), gaps]
    }
    var misses = RoundTripMisses()
    for batch in batches(series) {
      let values = trips(Pair(model, batch)).map(\.values)
      // Padding and last rows have no gap after them.
      let rows = values[2].indices.filter { values[2][$0] > 0 }
      misses.add(squares: rows.map { values[0][$0] }, sizes: rows.map { values[1][$0] })
    }
    return misses
  }

  /// The ids of a file's series and the probabilities of their classes.
  package func prediction(
    of path: String
  ) throws -> (ids: [String], evaluation: ClassifierEvaluation, warnings: [DataWarning]) {
    let file = try read(path, labels: nil)
    let ids = file.series.map(\.id)
    let evaluation = ClassifierEvaluation(
      classes: classes,
      probabilities: probabilities(form.series(of: file, attributes: file.attributes)),
      labels: [Int](repeating: 0, count: ids.count))
    return (
      ids, evaluation,
      file.warnings.forPrediction + file.neverObserved
        + form.covariates.warnings(file.attributes, source: path)
        + DataWarning.notFinite(source: path, ids.indices.map(evaluation.isKnown)) {
          "'\(ids[$0])'"
        }
    )
  }

  private func read(_ path: String, labels: String?) throws -> TimeSeriesFile {
    let channels = form.normalization.channels
    let file = try recipe.reading.series(
      of: path, labels: labels.map { [$0] } ?? [],
      known: (channels: channels, statics: form.covariates.names))
    let found = file.series.first?.channels ?? []
    guard found == channels else { throw RunError.channelsDiffer(model: channels, data: found) }
    return file
  }

  /// For each series the probability of every class, row-major.
  private func probabilities(_ series: [TimeSeries]) -> [Double] {
    let run = CompiledFunction<Pair<SeriesClassifier, SeriesClassBatch>> { pair in
      [softmax(pair.first(pair.second.series, covariates: pair.second.covariates).logits)]
    }
    return batches(series).flatMap { run(Pair(model, $0))[0].values }
  }

  private func batches(_ series: [TimeSeries]) -> [SeriesClassBatch] {
    stride(from: 0, to: series.count, by: 32).map { start in
      let block = Array(series[start..<min(start + 32, series.count)])
      return SeriesClassBatch(
        block, labels: [Int](repeating: 0, count: block.count), clock: form.clock,
        rowLimit: recipe.rowLimit)
    }
  }
}

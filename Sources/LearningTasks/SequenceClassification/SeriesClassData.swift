import NumericCore
package import Tables
package import TimeSeries
import ContinuousModels
import Tensors

/// Labelled series in units of the channels' standard deviations, split into parts.
public struct SeriesClassData: Sendable {
  package let source: String
  package let classes: [String]
  package let series: [TimeSeries]
  /// For each series an index of `classes`.
  package let labels: [Int]
  /// Indices of series.
  package let training: [Int]
  package let validation: [Int]
  package let test: [Int]
  package let form: SeriesClassForm
  package let warnings: [DataWarning]
}

/// The encoding of series for a classifier, stored with the model.
package struct SeriesClassForm: Hashable, Sendable {
  package var normalization: Normalization
  package var covariates: CovariateEncoding
  package var clock: ModelClock

  /// The encoded series of a file.
  func series(of file: TimeSeriesFile, attributes: [SeriesAttribute]) -> [TimeSeries] {
    file.series.enumerated().map { number, one in
      normalization.normalized(one).with(
        covariates: covariates.values(attributes, series: number))
    }
  }
}

extension SeriesClassData {
  /// Reads the data of a recipe.
  ///
  /// Parts are drawn at random with the same fractions of each class; each part has at least one
  /// series of every class.
  package init(_ recipe: SeriesClassRecipe) throws(DataError) {
    let (file, labels, attributes) = try Self.labelled(recipe)
    source = file.source
    var warnings = file.warnings
    let (known, further) = try Self.labelledOnly(file, labels)
    warnings += further
    let texts = known.map { labels.texts[file.series[$0].id] ?? ("", 0) }
    let (classes, numbers) = try LabelledData.classes(
      of: texts, column: labels.column, source: labels.source)
    self.classes = classes
    self.labels = numbers
    try Self.check(classes, numbers, labels.source)
    (training, validation, test) = Self.parts(numbers, classes.count, recipe)

    let kept = file.keeping(known)
    if kept.series.contains(where: { !$0.span.isFinite }) {
      throw DataError(source: source, .tooLarge(column: recipe.reading.timeColumn ?? "time"))
    }
    let fitted = training.map { kept.series[$0] }
    let covariates = try CovariateEncoding(
      attributes.map { $0.keeping(known) }, fitting: training, source: source)
    form = SeriesClassForm(
      normalization: Normalization(of: fitted), covariates: covariates,
      clock: ModelClock(
        window: Swift.max(fitted.map(\.span).max() ?? 1, .leastNormalMagnitude),
        spacing: Swift.max(ForecastData.usualSpacing(fitted), .leastNormalMagnitude)))
    series = form.series(of: kept, attributes: attributes.map { $0.keeping(known) })
    let long = series.filter { $0.count > recipe.rowLimit }
    if !long.isEmpty {
      warnings.append(
        DataWarning(
          source: source,
          .rowsThinned(
            series: long.count, rows: long.map(\.count).max() ?? 0, limit: recipe.rowLimit)))
    }
    self.warnings = warnings
  }

  /// The series of a recipe's file with their labels and static covariates.
  private static func labelled(
    _ recipe: SeriesClassRecipe
  ) throws(DataError) -> (TimeSeriesFile, SeriesLabels, [SeriesAttribute]) {
    let path = recipe.file ?? ""
    let own = recipe.labelsFile == nil ? [recipe.label ?? "label"] : []
    let file = try recipe.reading.series(of: path, labels: own)
    if file.series.count < 2 { throw DataError(source: path, .labels(.noIDs)) }
    try file.validate(minimumPoints: 1)
    guard let labelsFile = recipe.labelsFile else {
      return (
        file, SeriesLabels(file.attributes[0], of: file), Array(file.attributes.dropFirst())
      )
    }
    let labels = try SeriesLabels(
      path: labelsFile, label: recipe.label, id: recipe.reading.idColumn)
    return (file, labels, file.attributes)
  }

  /// The indices of labelled series, and warnings about the others.
  static func labelledOnly(
    _ file: TimeSeriesFile, _ labels: SeriesLabels
  ) throws(DataError) -> (series: [Int], warnings: [DataWarning]) {
    let known = file.series.indices.filter { labels.texts[file.series[$0].id] != nil }
    let ids = Set(file.series.map(\.id))
    if known.isEmpty {
      throw DataError(
        source: labels.source,
        .labels(
          .noIDInCommon(
            labels: Array(labels.texts.keys.sorted().prefix(3)),
            data: file.series.prefix(3).map(\.id))))
    }
    var warnings: [DataWarning] = []
    if known.count < file.series.count {
      let first = file.series.first { labels.texts[$0.id] == nil }?.id ?? ""
      warnings.append(
        DataWarning(
          source: file.source,
          .unlabelledSeries(
            count: file.series.count - known.count, of: file.series.count, first: first)))
    }
    let strange = labels.texts.keys.filter { !ids.contains($0) }.sorted()
    if let first = strange.first {
      warnings.append(
        DataWarning(
          source: labels.source, line: labels.texts[first]?.line,
          .labelsWithoutSeries(count: strange.count, first: first)))
    }
    return (known, warnings)
  }

  private static func check(
    _ classes: [String], _ labels: [Int], _ source: String
  ) throws(DataError) {
    if classes.count < 2 {
      throw DataError(source: source, .labels(.oneClass(classes.first ?? "")))
    }
    if 2 * classes.count > labels.count {
      throw DataError(
        source: source, .labels(.tooManyClasses(found: classes.count, rows: labels.count)))
    }
    for (number, name) in classes.enumerated() {
      let found = labels.count { $0 == number }
      if found < 3 {
        throw DataError(source: source, .labels(.tooFewOfClass(name, found: found, needed: 3)))
      }
    }
  }

  private static func parts(
    _ labels: [Int], _ classes: Int, _ recipe: SeriesClassRecipe
  ) -> (training: [Int], validation: [Int], test: [Int]) {
    var parts: (training: [Int], validation: [Int], test: [Int]) = ([], [], [])
    let order = RandomKey(UInt64(recipe.seed)).folding(in: 50).permutation(labels.count)
    for number in 0..<classes {
      let own = order.filter { labels[$0] == number }
      let test = max(1, Int(Double(own.count) * recipe.testShare))
      let validation = max(1, Int(Double(own.count) * recipe.validationShare))
      parts.test += own.prefix(test)
      parts.validation += own.dropFirst(test).prefix(validation)
      parts.training += own.dropFirst(test + validation)
    }
    return (parts.training.sorted(), parts.validation.sorted(), parts.test.sorted())
  }
}

extension TimeSeriesFile {
  /// The same file with the given series.
  fileprivate func keeping(_ numbers: [Int]) -> TimeSeriesFile {
    TimeSeriesFile(
      source: source, series: numbers.map { series[$0] }, axis: axis, warnings: warnings,
      attributes: attributes.map { $0.keeping(numbers) })
  }
}

extension SeriesAttribute {
  /// The same for the given series.
  fileprivate func keeping(_ numbers: [Int]) -> SeriesAttribute {
    SeriesAttribute(
      name: name, texts: numbers.map { texts[$0] }, lines: numbers.map { lines[$0] })
  }
}

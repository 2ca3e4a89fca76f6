import BundledData
public import Tables
public import TimeSeries

/// The data of a run: series, split, normalization, and the lengths that the recipe left open.
public struct ForecastData: Sendable {
  /// The name of the file or of the bundled data.
  public let source: String
  /// The time axis: unit and, for dates, origin.
  public let axis: TimeAxis
  /// The target channels.
  public let channels: [String]
  /// The covariate channels; in every series they come after the targets.
  public let inputs: [String]
  /// The static covariates; their encodings are every series' covariates.
  public let covariates: CovariateEncoding
  /// Warnings about the data.
  public private(set) var warnings: [DataWarning]
  /// A part of the data.
  public enum Part: Hashable, Sendable, CaseIterable {
    case training, validation, test
  }

  /// The series in the data's own units.
  public let training: [TimeSeries]
  /// The series of the validation part.
  public let validation: [TimeSeries]
  /// The series of the test part.
  public let test: [TimeSeries]
  /// Mean and scale of each channel, from the training part.
  public let normalization: Normalization
  /// How times become inputs of the model.
  public let clock: ModelClock
  /// The recipe with all lengths determined.
  public let recipe: ForecastRecipe
  /// How windows are placed.
  public let plan: WindowPlan
  /// The whole series of each part, with the times of the part.
  private let parts: [Part: [PartSeries]]
  /// The statistical forecasters of each channel, fitted when they are first needed.
  let anchorFits: Lazy<[AnchorFit]>

  /// Reads and splits the data of a recipe.
  ///
  /// By default, a file of ten or more series is split by series, in their order; fewer series are
  /// each split by time. Nothing is shuffled.
  ///
  /// - Parameter encoding: of covariates by a trained model; `nil` fits it to the training part.
  public init(
    _ recipe: ForecastRecipe, encoding: CovariateEncoding? = nil
  ) throws(DataError) {
    let file = try Self.read(recipe)
    try file.validate(minimumPoints: 2)
    source = file.source
    axis = file.axis
    let all = file.series.first?.channels ?? []
    var recipe = recipe
    recipe.reading.statics = file.attributes.map(\.name)
    inputs = recipe.reading.inputs
    channels = Array(all.dropLast(inputs.count))
    if channels.isEmpty {
      throw DataError(source: source, line: 1, .noChannels)
    }
    warnings = file.warnings
    if recipe.model == .goku { recipe.law = recipe.law.closed(on: file.series) }
    let spacing = Self.usualSpacing(file.series)
    let longest = file.series.map(\.span).max() ?? 0
    if !longest.isFinite {
      throw DataError(source: source, .tooLarge(column: recipe.reading.timeColumn ?? "time"))
    }
    recipe = Self.closed(
      recipe, spacing: spacing, span: longest,
      isBySeries: Self.isBySeries(file.series.count, recipe))
    plan = Self.plan(recipe, spacing: spacing)
    let window = plan.history + plan.future
    if window > longest {
      throw DataError(source: source, .windowLongerThanData(window: window, span: longest))
    }
    let parts = Self.split(file.series, recipe)
    let swings = Oscillations.count(
      in: plan.future, of: parts.training.rows, channels: channels.count)
    let isHelped = recipe.model == .latentODE && swings >= 2
    recipe.growingShare = recipe.growingShare ?? (isHelped ? 0.5 : 0)
    self.recipe = recipe
    let places = Dictionary(
      file.series.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let covariates: CovariateEncoding
    if let encoding {
      covariates = encoding
    } else {
      covariates = try CovariateEncoding(
        file.attributes, fitting: parts.training.compactMap { places[$0.series.id] }, source: source
      )
    }
    self.covariates = covariates
    func described(_ part: [TimeSeries]) -> [TimeSeries] {
      if covariates.columns.isEmpty { return part }
      return part.map { one in
        one.with(
          covariates: covariates.values(file.attributes, series: places[one.id] ?? 0))
      }
    }
    (training, validation, test) = (
      described(parts.training.rows), described(parts.validation.rows), described(parts.test.rows)
    )
    self.parts = [
      .training: parts.training, .validation: parts.validation, .test: parts.test,
    ].mapValues { part in
      zip(described(part.map(\.series)), part).map { PartSeries(series: $0, range: $1.range) }
    }
    warnings += covariates.warnings(file.attributes, source: source)
    for (channel, name) in all.enumerated()
    where !training.contains(where: { $0.isObserved(channel) }) {
      warnings.append(DataWarning(source: source, .neverObservedInTraining(channel: name)))
    }
    normalization = Normalization(of: training)
    for (channel, name) in all.enumerated()
    where !(normalization.deviations[channel] + abs(normalization.means[channel]) < 1e30) {
      throw DataError(source: source, .tooLarge(column: name))
    }
    clock = ModelClock(window: window, spacing: spacing)
    let data = AnchorData.Source(
      training: parts.training, validation: parts.validation, axis: axis,
      spacing: Self.gridSpacing(file.series, spacing), history: plan.history, future: plan.future,
      targets: channels.count, channels: all.count)
    anchorFits = Lazy { data.fits() }
    let possible = testWindows.count
    if windows(of: .training).isEmpty || possible == 0 {
      throw DataError(
        source: source, .partTooShort(window: window, span: longest, spacing: spacing))
    }
    let every = thinning(.test, stride: plan.stride, limit: Self.testLimit)
    if every > 1 {
      warnings.append(
        DataWarning(
          source: source,
          .windowsThinned(part: "test", used: possible, of: possible * Int(every)))
      )
    }
  }

  /// The largest numbers of windows evaluated in the test part, and of windows that baselines are
  /// fitted to.
  private static let testLimit = 5_000.0
  private static let limit = 10_000.0

  /// The factor of a stride with which a part has at most a given number of windows.
  private func thinning(_ part: Part, stride: Double, limit: Double) -> Double {
    let count = series(of: part).reduce(0) { $0 + $1.origins(history: plan.history) / stride }
    return Swift.max(1, (count / limit).rounded(.up))
  }

  /// The whole series of a part, with the times of the part.
  package func series(of part: Part) -> [PartSeries] { parts[part] ?? [] }

  /// Evenly selected series, if there are more than a limit.
  private func some(_ part: Part, _ limit: Double) -> [PartSeries] {
    let all = series(of: part)
    let every = max(1, Int((Double(all.count) / limit).rounded(.up)))
    return stride(from: 0, to: all.count, by: every).map { all[$0] }
  }

  /// The evaluation windows, on a regular grid, at most 5,000.
  public var testWindows: [Window] { windows(of: .test, limit: Self.testLimit) }

  /// The windows of a part of the data, on a regular grid; large numbers are thinned evenly.
  ///
  /// Forecasts lie within the part; their histories may begin before it.
  public func windows(of part: Part) -> [Window] { windows(of: part, limit: Self.limit) }

  func windows(of part: Part, limit: Double) -> [Window] {
    var plan = plan
    plan.stride *= thinning(part, stride: plan.stride, limit: limit)
    return some(part, limit).flatMap { one -> [Window] in
      guard let range = one.range(withHistory: plan.history) else { return [] }
      return plan.windows(of: one.series, in: range)
    }
  }

  /// The hidden gaps of a length in a part of the data.
  public func gaps(of part: Part, length: Double) -> [HiddenGap] {
    let stride = 2 * plan.stride
    let plan = GapPlan(
      length: length, context: plan.history / 2,
      stride: stride * thinning(part, stride: stride, limit: Self.testLimit),
      minimumVisible: min(12, recipe.minimumHistory))
    return some(part, Self.testLimit).flatMap { one -> [HiddenGap] in
      guard let range = one.range(withHistory: plan.context) else { return [] }
      return plan.gaps(of: one.series, in: range)
    }
  }

  /// The series of a recipe's file, covariates after the targets.
  static func read(_ recipe: ForecastRecipe) throws(DataError) -> TimeSeriesFile {
    guard let path = recipe.file else { return try GlucoseData.series() }
    return try recipe.reading.series(of: path)
  }

  /// The median distance of consecutive times of the first series that has some.
  static func usualSpacing(_ series: [TimeSeries]) -> Double {
    let distances = series.prefix(50).flatMap { one -> [Double] in
      let times = one.rows(0..<Swift.min(one.count, 20_001)).times
      return zip(times.dropFirst(), times).map { $0 - $1 }
    }.sorted()
    return distances.isEmpty ? 1 : distances[distances.count / 2]
  }

  /// The spacing of the regular grid of statistical forecasts: the mean of the usual distances, so
  /// that months of 28 to 31 days stay in step with years.
  private static func gridSpacing(_ series: [TimeSeries], _ usual: Double) -> Double {
    var (sum, count) = (0.0, 0)
    for one in series.prefix(50) {
      let times = one.rows(0..<Swift.min(one.count, 20_001)).times
      for (later, earlier) in zip(times.dropFirst(), times)
      where (0.8...1.2).contains((later - earlier) / usual) {
        sum += later - earlier
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : usual
  }

  /// Default lengths: 48 spacings of history and 24 of future, or less where a part of the data is
  /// shorter.
  private static func closed(
    _ recipe: ForecastRecipe, spacing: Double, span: Double, isBySeries: Bool
  ) -> ForecastRecipe {
    var recipe = recipe
    let share = Swift.min(recipe.testShare, recipe.validationShare)
    // Known equations need windows that are long relative to their cycles, which whole series
    // allow.
    let isLong = recipe.model == .goku && isBySeries
    // Whole spacings, so that forecasts are at the times of regular data.
    func whole(_ length: Double, atLeast least: Double) -> Double {
      spacing * Swift.max((length / spacing * (1 + 1e-9)).rounded(.down), least)
    }
    let lengths = defaultLengths(
      part: isBySeries ? span : span * share, training: isBySeries ? span : span * (1 - 2 * share),
      isWhole: isBySeries, spacing: spacing)
    let room = recipe.file == nil ? span : 0.8 * span
    let history =
      recipe.history
      ?? (isLong
        ? whole(Swift.min(48 * spacing, room * 2 / 3), atLeast: 2)
        : whole(lengths.history, atLeast: 2))
    let future =
      recipe.future
      ?? (recipe.history == nil
        ? whole(isLong ? history / 2 : lengths.future, atLeast: 1) : history / 2)
    recipe.history = history
    recipe.future = future
    // Every row of a short part is the origin of a forecast.
    let rows = (isBySeries ? span : span * share) / spacing
    recipe.stride =
      recipe.stride
      ?? (recipe.model == .goku
        ? Swift.max(future / 4, spacing)
        : spacing
          * Swift.max(1, Swift.min((rows / 500).rounded(), (future / spacing / 4).rounded(.up))))
    // Below one spacing there is nothing to compare with.
    let horizons =
      [future / 4, future / 2].map { whole($0, atLeast: 0) }.filter { $0 > 0 } + [future]
    recipe.horizons = recipe.horizons ?? horizons
    recipe.gaps = recipe.gaps ?? horizons
    return recipe
  }

  /// History and future for parts of some length: the future fits into a part twice, or once into a
  /// very short one; the history may begin before the part, and a third of the training part holds
  /// it.
  private static func defaultLengths(
    part: Double, training: Double, isWhole: Bool, spacing: Double
  ) -> (history: Double, future: Double) {
    // A series that is a part of its own contains the history as well.
    if isWhole {
      let window = Swift.max(part / 2, Swift.min(6 * spacing, part))
      let history = Swift.min(48 * spacing, window * 2 / 3)
      return (history, history / 2)
    }
    let future = Swift.min(
      24 * spacing, Swift.max(part / 2, Swift.min(part - spacing, 2 * spacing)))
    return (Swift.min(48 * spacing, training / 3), future)
  }

  private static func plan(_ recipe: ForecastRecipe, spacing: Double) -> WindowPlan {
    let (history, future) = (recipe.history ?? 1, recipe.future ?? 1)
    let rows = Int(Swift.min(history / spacing, 1e9))
    return WindowPlan(
      // Closer windows contain the same observations.
      history: history, future: future, stride: Swift.max(recipe.stride ?? future, spacing / 100),
      minimumHistory: Swift.max(2, Swift.min(recipe.minimumHistory, rows / 2)),
      tolerance: spacing / 2)
  }

  /// Whether the test part consists of whole series.
  private static func isBySeries(_ count: Int, _ recipe: ForecastRecipe) -> Bool {
    count >= 3 && (recipe.split == .series || recipe.split == .automatic && count >= 10)
  }

  private typealias Parts = (
    training: [PartSeries], validation: [PartSeries], test: [PartSeries]
  )

  private static func split(_ series: [TimeSeries], _ recipe: ForecastRecipe) -> Parts {
    if isBySeries(series.count, recipe) {
      let count = Double(series.count)
      let test = Swift.max(1, Int(count * recipe.testShare))
      let validation = Swift.max(1, Int(count * recipe.validationShare))
      let border = series.count - test - validation
      let all = series.map { one in
        PartSeries(series: one, range: (one.firstTime ?? 0)...(one.lastTime ?? 0))
      }
      return (
        Array(all[..<border]), Array(all[border..<border + validation]),
        Array(all[(border + validation)...])
      )
    }
    var parts: Parts = ([], [], [])
    for one in series where one.count > 1 {
      let split = TimeSplit(of: one, validation: recipe.validationShare, test: recipe.testShare)
      parts.training.append(PartSeries(series: one, range: split.training))
      parts.validation.append(PartSeries(series: one, range: split.validation))
      parts.test.append(PartSeries(series: one, range: split.test))
    }
    return parts
  }
}

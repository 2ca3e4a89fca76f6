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
      in: plan.future, of: parts.training, channels: channels.count)
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
        file.attributes, fitting: parts.training.compactMap { places[$0.id] }, source: source)
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
      described(parts.training), described(parts.validation), described(parts.test)
    )
    warnings += covariates.warnings(file.attributes, source: source)
    for (channel, name) in all.enumerated()
    where !parts.training.contains(where: { $0.isObserved(channel) }) {
      warnings.append(DataWarning(source: source, .neverObservedInTraining(channel: name)))
    }
    normalization = Normalization(of: training)
    for (channel, name) in all.enumerated()
    where !(normalization.deviations[channel] + abs(normalization.means[channel]) < 1e30) {
      throw DataError(source: source, .tooLarge(column: name))
    }
    clock = ModelClock(window: window, spacing: spacing)
    let possible = testWindows.count
    if windows(of: training).isEmpty || possible == 0 {
      throw DataError(
        source: source, .partTooShort(window: window, span: longest, spacing: spacing))
    }
    let every = thinning(test, stride: plan.stride, limit: Self.testLimit)
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

  /// The factor of a stride with which some parts have at most a given number of windows.
  private func thinning(_ part: [TimeSeries], stride: Double, limit: Double) -> Double {
    let count = part.reduce(0) { $0 + Swift.max(0, $1.span - plan.history) / stride }
    return Swift.max(1, (count / limit).rounded(.up))
  }

  /// Evenly selected series, if there are more than a limit.
  private func some(_ part: [TimeSeries], _ limit: Double) -> [TimeSeries] {
    let every = max(1, Int((Double(part.count) / limit).rounded(.up)))
    return stride(from: 0, to: part.count, by: every).map { part[$0] }
  }

  /// The evaluation windows, on a regular grid, at most 5,000.
  public var testWindows: [Window] { windows(of: test, limit: Self.testLimit) }

  /// The windows of a part of the data, on a regular grid; large numbers are thinned evenly.
  public func windows(of part: [TimeSeries]) -> [Window] { windows(of: part, limit: Self.limit) }

  private func windows(of part: [TimeSeries], limit: Double) -> [Window] {
    var plan = plan
    plan.stride *= thinning(part, stride: plan.stride, limit: limit)
    return some(part, limit).flatMap { one -> [Window] in
      guard let first = one.firstTime, let last = one.lastTime else { return [] }
      return plan.windows(of: one, in: first...last)
    }
  }

  /// The hidden gaps of a length in a part of the data.
  public func gaps(of part: [TimeSeries], length: Double) -> [HiddenGap] {
    let stride = 2 * plan.stride
    let plan = GapPlan(
      length: length, context: plan.history / 2,
      stride: stride * thinning(part, stride: stride, limit: Self.testLimit),
      minimumVisible: min(12, recipe.minimumHistory))
    return some(part, Self.testLimit).flatMap { one -> [HiddenGap] in
      guard let first = one.firstTime, let last = one.lastTime else { return [] }
      return plan.gaps(of: one, in: first...last)
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

  /// Default lengths: 48 spacings of history and 24 of future, or two thirds and one third of what
  /// a part of a short series allows.
  private static func closed(
    _ recipe: ForecastRecipe, spacing: Double, span: Double, isBySeries: Bool
  ) -> ForecastRecipe {
    var recipe = recipe
    let share = Swift.min(recipe.testShare, recipe.validationShare)
    // Known equations need windows that are long relative to their cycles, which whole series
    // allow.
    let isLong = recipe.model == .goku && isBySeries
    // With few rows, a window of three or more spacings that fits into a part.
    let part = isBySeries ? span : span * share - spacing
    let least = Swift.max(Swift.min(6 * spacing, part), 3 * spacing)
    let room =
      recipe.file == nil ? span : isLong ? 0.8 * span : Swift.max(span * share / 2, least)
    // Whole spacings, so that forecasts are at the times of regular data.
    func whole(_ length: Double, atLeast least: Double) -> Double {
      spacing * Swift.max((length / spacing * (1 + 1e-9)).rounded(.down), least)
    }
    let history = recipe.history ?? whole(Swift.min(48 * spacing, room * 2 / 3), atLeast: 2)
    let future =
      recipe.future ?? (recipe.history == nil ? whole(history / 2, atLeast: 1) : history / 2)
    recipe.history = history
    recipe.future = future
    recipe.stride = recipe.stride ?? Swift.max(future / 4, spacing)
    // Below one spacing there is nothing to compare with.
    let lengths = [future / 4, future / 2].filter { $0 >= spacing * (1 - 1e-9) } + [future]
    recipe.horizons = recipe.horizons ?? lengths
    recipe.gaps = recipe.gaps ?? lengths
    return recipe
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
    training: [TimeSeries], validation: [TimeSeries], test: [TimeSeries]
  )

  private static func split(_ series: [TimeSeries], _ recipe: ForecastRecipe) -> Parts {
    if isBySeries(series.count, recipe) {
      let count = Double(series.count)
      let test = Swift.max(1, Int(count * recipe.testShare))
      let validation = Swift.max(1, Int(count * recipe.validationShare))
      let border = series.count - test - validation
      return (
        Array(series[..<border]), Array(series[border..<border + validation]),
        Array(series[(border + validation)...])
      )
    }
    var parts: Parts = ([], [], [])
    for one in series where one.count > 1 {
      let split = TimeSplit(of: one, validation: recipe.validationShare, test: recipe.testShare)
      parts.training.append(one.rows(0..<one.firstRow(after: split.training.upperBound)))
      parts.validation.append(
        one.part(after: split.validation.lowerBound, through: split.validation.upperBound))
      parts.test.append(one.part(after: split.test.lowerBound, through: split.test.upperBound))
    }
    return parts
  }
}

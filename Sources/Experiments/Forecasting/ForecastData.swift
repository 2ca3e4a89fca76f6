internal import NumericCore

/// The data of a run: series, split, normalization, and the lengths that the recipe left open.
public struct ForecastData: Sendable {
  public let source: String
  public let axis: TimeAxis
  public let channels: [String]
  /// In the data's own units.
  public let training: [TimeSeries]
  public let validation: [TimeSeries]
  public let test: [TimeSeries]
  public let normalization: Normalization
  public let clock: ModelClock
  /// With no length open.
  public let recipe: ForecastRecipe
  public let plan: WindowPlan

  /// Reads and splits the data of a recipe.
  ///
  /// A file of ten or more series is split by series, in their order; fewer series are each split by time. Nothing is
  /// shuffled.
  public init(_ recipe: ForecastRecipe) throws(DataError) {
    let file = try Self.read(recipe)
    try file.validate(minimumPoints: 2)
    source = file.source
    axis = file.axis
    channels = file.series.first?.channels ?? []
    let spacing = Self.usualSpacing(file.series)
    let longest = file.series.map(\.span).max() ?? 0
    self.recipe = Self.closed(recipe, spacing: spacing, span: longest)
    plan = Self.plan(self.recipe, spacing: spacing)
    let window = plan.history + plan.future
    if window > longest {
      throw DataError(source: source, .windowLongerThanData(window: window, span: longest))
    }
    let parts = Self.split(file.series, recipe)
    (training, validation, test) = (parts.training, parts.validation, parts.test)
    normalization = Normalization(of: training)
    clock = ModelClock(window: window, spacing: spacing)
    if windows(of: training).isEmpty || windows(of: test).isEmpty {
      let shortest = window / Swift.min(recipe.testShare, recipe.validationShare)
      throw DataError(source: source, .windowLongerThanData(window: shortest, span: longest))
    }
  }

  /// The windows of a part of the data, on a regular grid.
  public func windows(of part: [TimeSeries]) -> [Window] {
    part.flatMap { one -> [Window] in
      guard let first = one.times.first, let last = one.times.last else { return [] }
      return plan.windows(of: one, in: first...last)
    }
  }

  /// The gaps of a length that are hidden in a part of the data.
  public func gaps(of part: [TimeSeries], length: Double) -> [HiddenGap] {
    let plan = GapPlan(
      length: length, context: plan.history / 2, stride: 2 * plan.stride,
      minimumVisible: min(12, recipe.minimumHistory))
    return part.flatMap { one -> [HiddenGap] in
      guard let first = one.times.first, let last = one.times.last else { return [] }
      return plan.gaps(of: one, in: first...last)
    }
  }

  private static func read(_ recipe: ForecastRecipe) throws(DataError) -> TimeSeriesFile {
    guard let path = recipe.file else { return try GlucoseData.series() }
    return try TimeSeriesFile.read(
      path,
      TimeSeriesOptions(
        layout: recipe.layout, timeColumn: recipe.timeColumn, channels: recipe.channels,
        unit: recipe.unit))
  }

  /// The median distance between neighbours of the first series that has some.
  static func usualSpacing(_ series: [TimeSeries]) -> Double {
    let distances = series.prefix(50).flatMap { one in
      zip(one.times.dropFirst(), one.times).prefix(20_000).map { $0 - $1 }
    }.sorted()
    return distances.isEmpty ? 1 : distances[distances.count / 2]
  }

  /// Lengths left open: 48 spacings of history and 24 of future, or two and one thirds of a short series.
  private static func closed(
    _ recipe: ForecastRecipe, spacing: Double, span: Double
  ) -> ForecastRecipe {
    var recipe = recipe
    let share = Swift.min(recipe.testShare, recipe.validationShare)
    let room = recipe.file == nil ? span : Swift.max(span * share / 2, 6 * spacing)
    let history = recipe.history ?? Swift.min(48 * spacing, room * 2 / 3)
    let future = recipe.future ?? history / 2
    recipe.history = history
    recipe.future = future
    recipe.stride = recipe.stride ?? Swift.max(future / 4, spacing)
    recipe.horizons = recipe.horizons ?? [future / 4, future / 2, future]
    recipe.gaps = recipe.gaps ?? [future / 4, future / 2, future]
    return recipe
  }

  private static func plan(_ recipe: ForecastRecipe, spacing: Double) -> WindowPlan {
    let (history, future) = (recipe.history ?? 1, recipe.future ?? 1)
    let rows = Int(history / spacing)
    return WindowPlan(
      history: history, future: future, stride: recipe.stride ?? future,
      minimumHistory: Swift.max(2, Swift.min(recipe.minimumHistory, rows / 2)),
      tolerance: spacing / 2)
  }

  private typealias Parts = (
    training: [TimeSeries], validation: [TimeSeries], test: [TimeSeries]
  )

  private static func split(_ series: [TimeSeries], _ recipe: ForecastRecipe) -> Parts {
    if series.count >= 10 {
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
        one.after(split.validation.lowerBound, through: split.validation.upperBound))
      parts.test.append(one.after(split.test.lowerBound, through: split.test.upperBound))
    }
    return parts
  }
}

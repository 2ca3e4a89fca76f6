import NumericCore
public import TimeSeries
public import Training

/// How training examples are cut from series.
public struct ForecastExamplePlan: Hashable, Sendable {
  /// The length of the context window, in the unit of the times.
  public var history: Double
  /// The longest horizon, in the unit of the times.
  public var future: Double
  /// The smallest number of observations in a context window.
  public var minimumHistory: Int
  /// The fraction of shards with imputation examples.
  public var fillShare: Double
  /// The weight of the divergence, and the steps over which it increases to that weight.
  public var divergenceWeight: Double
  /// The number of steps over which the weight of the divergence grows.
  public var annealingSteps: Int
  /// The steps over which the queried span grows from a quarter to its full length; 0 disables
  /// this.
  public var growingSteps = 0
  /// Whether observations of the history are also targets: the trajectory must pass through all of
  /// them.
  public var reconstructs = false

  /// A plan of the examples of a training.
  public init(
    history: Double, future: Double, minimumHistory: Int, fillShare: Double,
    divergenceWeight: Double, annealingSteps: Int
  ) {
    self.history = history
    self.future = future
    self.minimumHistory = minimumHistory
    self.fillShare = fillShare
    self.divergenceWeight = divergenceWeight
    self.annealingSteps = annealingSteps
  }

  /// The fraction of a future or a gap that is queried: a quarter, a half, then all.
  ///
  /// Distant queries cannot be learned before near ones: if the phase is off by half an
  /// oscillation, their gradient points away from the solution.
  func reach(at step: Int) -> Double {
    if step >= growingSteps { return 1 }
    return step < growingSteps / 2 ? 0.25 : 0.5
  }
}

/// Random examples cut from the training part of one or many series: half forecasts, half
/// imputations.
///
/// All examples of a shard are of one kind, so that few shapes occur.
public struct ForecastExamples<Builder: ExampleBatchBuilder>: TrainingData {
  /// How examples are drawn.
  public var plan: ForecastExamplePlan
  private let series: [TimeSeries]
  private let normalization: Normalization
  private let anchor: Anchor?
  private let builder: Builder
  private let moments: [Moment]
  /// The number of possible forecast origins; above 100,000 they are thinned.
  let momentCount: Int

  private struct Moment: Hashable, Sendable {
    var series: Int
    var now: Double
  }

  /// Finds forecast origins: times of the series, in the unit of the data, with enough history and
  /// a future.
  ///
  /// Every `stride`-th is a row. Above 100,000, repeated halving thins them by a hash of their
  /// numbers: a regular selection might always hit the same hour of the day.
  public init(
    _ series: [TimeSeries], _ plan: ForecastExamplePlan, builder: Builder,
    normalization: Normalization, anchor: Anchor? = nil, stride: Int = 1
  ) {
    self.plan = plan
    self.series = series
    self.normalization = normalization
    self.anchor = anchor
    self.builder = builder
    var moments = ThinnedList<Moment>(limit: 100_000)
    for (number, one) in series.enumerated() where one.count > plan.minimumHistory {
      let first = one.time(0) - builder.clock.spacing
      let last = one.time(one.count - 1) + builder.clock.spacing
      var (times, past, coming) = (TimeCursor(one), TimeCursor(one), TimeCursor(one))
      for row in Swift.stride(from: plan.minimumHistory - 1, to: one.count - 1, by: stride) {
        let now = times.time(row)
        guard now - plan.history >= first && now + plan.future <= last else { continue }
        let known = row + 1 - past.firstRow(after: now - plan.history)
        let ahead = coming.firstRow(after: now + plan.future) - row - 1
        if known >= plan.minimumHistory && ahead >= 1 {
          moments.append(Moment(series: number, now: now))
        }
      }
    }
    self.moments = moments.elements
    momentCount = moments.count
  }

  public var count: Int { moments.count }

  public func shard(_ rows: [Int], in context: ShardContext) -> Shard<Builder.Batch> {
    let keys = context.key.split(3)
    var words = RandomWords(keys[0])
    let isFilling = keys[1].uniform(1, as: Double.self)[0] < plan.fillShare
    let reach = context.isTraining ? plan.reach(at: context.step) : 1
    let examples = rows.map { row -> SeriesExample in
      let example =
        isFilling ? gap(moments[row], reach, &words) : forecast(moments[row], reach, &words)
      return normalization.normalized(
        (plan.reconstructs
          ? example.reconstructing(upTo: reach * (plan.history + plan.future)) : example)
          .anchored(by: anchor))
    }
    let progress = Double(context.step) / Double(max(plan.annealingSteps, 1))
    let weight = plan.divergenceWeight * (context.isTraining ? min(1, progress) : 1)
    return Shard(
      builder.batch(
        examples, divergenceWeight: weight, key: context.isTraining ? keys[2] : nil),
      weight: Double(rows.count))
  }

  /// A forecast from a random origin after an observation; sometimes a part of the history is
  /// hidden.
  private func forecast(
    _ moment: Moment, _ reach: Double, _ words: inout RandomWords
  ) -> SeriesExample {
    let one = series[moment.series]
    let now = moment.now + words.unit() * builder.clock.spacing
    let start = now - plan.history
    var visible = one.after(start, through: now)
    if words.unit() < 0.5 {
      let length = plan.history * (0.08 + 0.42 * words.unit())
      let from = start + words.unit() * (plan.history - length)
      let rest = visible.without(from, through: from + length)
      if rest.count >= min(plan.minimumHistory, visible.count) { visible = rest }
    }
    let asked = one.after(
      now, through: now + reach * plan.future + builder.clock.spacing / 2)
    var example = SeriesExample(start: start, now: now, visible: visible, asked: asked)
    example.series = one
    return example
  }

  /// A gap of random length with observations on both sides.
  private func gap(
    _ moment: Moment, _ reach: Double, _ words: inout RandomWords
  ) -> SeriesExample {
    let one = series[moment.series]
    let window = plan.history + plan.future
    let start = moment.now - plan.history
    let length = window * (0.04 + 0.32 * words.unit()) * reach
    let margin = window / 6
    let from = start + margin + words.unit() * max(window - length - 2 * margin, 0)
    let end = min(start + window, from + length + margin * (1 + 2 * words.unit()))
    let all = one.after(start, through: end)
    var example = SeriesExample(
      start: start, now: end, visible: all.without(from, through: from + length),
      asked: all.after(from, through: from + length))
    example.series = one
    example.hidden = from...from + length
    return example
  }
}

extension RandomWords {
  /// A multiple of 2⁻⁵³ in `0 ..< 1`.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension TimeSeries {
  /// The rows whose times are not in `start < t ≤ end`.
  func without(_ start: Double, through end: Double) -> TimeSeries {
    rows(0..<firstRow(after: start)).followed(by: rows(firstRow(after: end)..<count))
  }
}

/// Queried times of a series in increasing order, so that pieces are read one after the other.
private struct TimeCursor {
  private let series: TimeSeries
  private var times: [Double] = []
  private var start = 0
  private var row = 0

  init(_ series: TimeSeries) { self.series = series }

  mutating func time(_ row: Int) -> Double {
    if !(start..<start + times.count).contains(row) {
      start = row
      times = series.rows(row..<min(row + series.pieceRows, series.count)).times
    }
    return times[row - start]
  }

  /// The first row with a greater time; times do not decrease from call to call.
  mutating func firstRow(after time: Double) -> Int {
    while row < series.count && self.time(row) <= time { row += 1 }
    return row
  }
}

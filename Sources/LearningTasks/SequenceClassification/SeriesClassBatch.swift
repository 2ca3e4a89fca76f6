import TimeSeries
import ContinuousModels
import Tensors
import Training

/// A batch of labelled series.
struct SeriesClassBatch: TensorTree {
  var series: IrregularSeries
  /// `[batch, covariate]`; `nil` if there are none.
  var covariates: Tensor?
  /// Numbers of classes, `[batch]`.
  var labels: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("covariates", &covariates)
    visitor("labels", &labels)
  }

  /// Series in the model's units; long ones are thinned evenly.
  init(_ all: [TimeSeries], labels: [Int], clock: ModelClock, rowLimit: Int) {
    let series = all.map { $0.thinned(to: rowLimit) }
    let longest = series.map(\.count).max() ?? 1
    let channels = series.first?.channels.count ?? 0
    let times = series.map { one in
      one.count == 0 ? [0] : clock.increasing(one.times.map { $0 - one.times[0] })
    }
    let values = series.map { one in
      one.count == 0
        ? [Double?](repeating: nil, count: channels)
        : (0..<one.count).flatMap { row in (0..<channels).map { one.value(row, $0) } }
    }
    // Few shapes: a network is compiled for each.
    self.series = IrregularSeries(
      times: times, values: values, channelCount: channels,
      layout: .own(count: (max(longest, 1) + 15) / 16 * 16))
    let width = series.first?.covariates.count ?? 0
    if width > 0 {
      covariates = Tensor(
        series.flatMap { $0.covariates.map { Float($0) } }, shape: [series.count, width])
    }
    self.labels = Tensor(labels.map { Float($0) }, shape: [series.count])
  }
}

/// Series of a part as training data.
struct SeriesClassRows: TrainingData {
  let series: [TimeSeries]
  let labels: [Int]
  let clock: ModelClock
  let rowLimit: Int

  init(_ data: SeriesClassData, _ part: [Int], rowLimit: Int) {
    series = part.map { data.series[$0] }
    labels = part.map { data.labels[$0] }
    clock = data.form.clock
    self.rowLimit = rowLimit
  }

  var count: Int { series.count }

  func shard(_ rows: [Int], in context: ShardContext) -> Shard<SeriesClassBatch> {
    Shard(
      SeriesClassBatch(
        rows.map { series[$0] }, labels: rows.map { labels[$0] }, clock: clock,
        rowLimit: rowLimit), weight: Double(rows.count))
  }
}

extension TimeSeries {
  /// At most a number of rows, evenly spaced, including the last one.
  func thinned(to limit: Int) -> TimeSeries {
    guard count > limit else { return inMemory }
    let rows = (0..<limit).map { count - 1 - (limit - 1 - $0) * count / limit }
    let chosen = rows.map { self.rows($0..<$0 + 1).inMemory }
    return TimeSeries(
      id: id, channels: channels, times: chosen.flatMap(\.times), values: chosen.flatMap(\.values),
      isObserved: chosen.flatMap(\.isObserved), covariates: covariates)
  }
}

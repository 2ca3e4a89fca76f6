public import NumericCore
import TimeSeries
public import ContinuousModels
public import Tensors

/// A batch of examples for a recurrent network: history rows and queries in order of time.
public struct RecurrentForecastBatch: TensorTree {
  /// Queries are rows without an observed target channel.
  public var series: IrregularSeries
  /// The context of each queried row, `[row, batch, context]`.
  public var context: Tensor
  /// The reference that the decoder's mean is added to, `[row, batch, channel]`.
  public var reference: Tensor
  /// `[row, batch, channel]`; 0 where nothing is queried or known.
  public var targets: Tensor
  /// 1 where a target counts, otherwise 0; `[row, batch, channel]`.
  public var weights: Tensor

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("context", &context)
    visitor("reference", &reference)
    visitor("targets", &targets)
    visitor("weights", &weights)
  }
}

/// Collates such batches; the decoder has the same context as in a latent ODE.
public struct RecurrentBatchBuilder: ExampleBatchBuilder {
  /// Clock, channels and the decoder's context.
  public var parts: LatentBatchBuilder

  /// A builder of batches of rows.
  public init(_ parts: LatentBatchBuilder) { self.parts = parts }

  /// How times become inputs of the model.
  public var clock: ModelClock { parts.clock }

  /// The batch of some examples.
  public func batch(
    _ examples: [SeriesExample], divergenceWeight: Double = 0, key: RandomKey? = nil
  ) -> RecurrentForecastBatch {
    layout(examples).batch
  }

  /// The batch, and the row of each example's queries.
  func layout(
    _ examples: [SeriesExample]
  ) -> (batch: RecurrentForecastBatch, rows: [[Int]]) {
    let seen = examples.map { parts.thinned($0.visible) }
    let merged = zip(seen, examples).map { Merged($0, $1, parts) }
    let longest = merged.map(\.times.count).max() ?? 1
    // Few shapes: a network is compiled for each.
    let rows = parts.roundedUp(longest, to: 16)
    let all = parts.channelCount + parts.inputCount + parts.covariateCount
    let series = IrregularSeries(
      times: merged.map(\.times), values: merged.map(\.values), channelCount: all,
      layout: .own(count: rows))
    let queries = parts.queries(examples)
    let count = examples.count
    /// Moves query-major numbers, `[query, batch, width]`, to their rows.
    func spread(_ values: [Float], _ width: Int) -> Tensor {
      var result = [Float](repeating: 0, count: rows * count * width)
      for (place, one) in merged.enumerated() {
        for (query, row) in one.queryRows.enumerated() {
          let from = (query * count + place) * width
          let to = (row * count + place) * width
          for i in 0..<width { result[to + i] = values[from + i] }
        }
      }
      return Tensor(result, shape: [rows, count, width])
    }
    return (
      RecurrentForecastBatch(
        series: series, context: spread(queries.context, parts.contextCount),
        reference: spread(queries.reference, parts.channelCount),
        targets: spread(queries.targets, parts.channelCount),
        weights: spread(queries.weights, parts.channelCount)),
      merged.map(\.queryRows)
    )
  }
}

/// History rows and queries of one example in order of time.
private struct Merged {
  var times: [Double] = []
  var values: [Double?] = []
  /// The row of each query.
  var queryRows: [Int] = []

  init(_ seen: TimeSeries, _ example: SeriesExample, _ parts: LatentBatchBuilder) {
    let asked = example.asked
    let channels = parts.channelCount + parts.inputCount
    var (row, query) = (0, 0)
    func time(_ value: Double) -> Double { value - example.start }
    while row < seen.count || query < asked.count {
      let isSeen =
        row < seen.count && (query == asked.count || seen.times[row] <= asked.times[query])
      if isSeen {
        // A query at the time of an observation uses the observation's row.
        if query < asked.count && asked.times[query] == seen.times[row] {
          queryRows.append(times.count)
          query += 1
        }
        times.append(time(seen.times[row]))
        for channel in 0..<channels { values.append(seen.value(row, channel)) }
        values += seen.covariates.map { $0 }
        row += 1
      } else {
        queryRows.append(times.count)
        times.append(time(asked.times[query]))
        for channel in 0..<channels {
          values.append(channel < parts.channelCount ? nil : asked.value(query, channel))
        }
        // Known from the first history row on; a query alone updates nothing.
        values += [Double?](repeating: nil, count: parts.covariateCount)
        query += 1
      }
    }
    times = parts.clock.increasing(times)
    // An example without rows has one query at its start.
    if times.isEmpty {
      times = [0]
      values = [Double?](repeating: nil, count: channels + parts.covariateCount)
    }
  }
}

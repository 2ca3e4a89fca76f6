import Platform
public import NumericCore
import TimeSeries
public import ContinuousModels
public import Tensors

/// A batch of examples as tensors, for a latent ODE.
public struct LatentBatch: TensorTree {
  /// The observations of each series.
  public var observed: ObservedSequence
  /// The requested times.
  public var query: LatentQuery
  /// `[time, batch, channel]`; 0 for a missing value.
  public var targets: Tensor
  /// 1 where a target counts, otherwise 0; `[time, batch, channel]`.
  public var weights: Tensor
  /// Standard normal, `[batch, latent]`.
  public var noise: Tensor
  /// The weight of the divergence, a scalar.
  public var divergenceWeight: Tensor

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("observed", &observed)
    visitor("query", &query)
    visitor("targets", &targets)
    visitor("weights", &weights)
    visitor("noise", &noise)
    visitor("divergenceWeight", &divergenceWeight)
  }
}

extension ForecastRecipe {
  /// Collates examples into a batch for a latent ODE, a recurrent network or a GOKU-net.
  func builder(
    clock: ModelClock, channels: Int, covariates: Int, hasAnchor: Bool
  ) -> LatentBatchBuilder {
    LatentBatchBuilder(
      clock: clock, channelCount: channels, inputCount: reading.inputs.count,
      covariateCount: covariates,
      latentCount: model == .goku ? 2 * law.latent : network.latent, detail: network.context,
      hasAnchor: hasAnchor)
  }
}

/// Collates examples into a model's batch.
public protocol ExampleBatchBuilder: Sendable {
  associatedtype Batch: TensorTree
  var clock: ModelClock { get }
  /// The batch of examples; noise is drawn from the key (`nil` for zero noise).
  func batch(_ examples: [SeriesExample], divergenceWeight: Double, key: RandomKey?) -> Batch
}

/// Collates examples into a batch for a latent ODE.
///
/// The target channels come first in every series, then the covariates: they are read like the
/// others, are known at the queried times, and are not forecast.
///
/// Counts are rounded up to multiples of eight rows and eight queries, so that a model is compiled
/// for few shapes; padding has mask and weight 0.
public struct LatentBatchBuilder: ExampleBatchBuilder, Hashable {
  /// How times become inputs of the model.
  public var clock: ModelClock
  /// Number of target channels.
  public var channelCount: Int
  /// The number of covariates known in advance.
  public var inputCount: Int
  /// Number of encoded static covariates.
  public var covariateCount: Int
  /// The number of latent components.
  public var latentCount: Int
  /// What the decoder reads of the surroundings of a query.
  public var detail: LocalDetail
  /// Whether queries have statistical forecasts, which are the reference and a feature.
  public var hasAnchor: Bool
  /// The largest number of rows that an encoder reads; longer histories are thinned evenly and keep
  /// the last row.
  public var rowLimit: Int

  /// A builder of batches.
  public init(
    clock: ModelClock, channelCount: Int, inputCount: Int = 0, covariateCount: Int = 0,
    latentCount: Int, detail: LocalDetail = .readings, hasAnchor: Bool = false,
    rowLimit: Int = 128
  ) {
    self.clock = clock
    self.channelCount = channelCount
    self.inputCount = inputCount
    self.covariateCount = covariateCount
    self.latentCount = latentCount
    self.detail = detail
    self.hasAnchor = hasAnchor
    self.rowLimit = rowLimit
  }

  /// Features per row for the encoder.
  public var featureCount: Int { 3 * channelCount + 2 * inputCount + 3 }
  /// Features per query for the decoder.
  public var contextCount: Int {
    queryFeatureCount * channelCount + inputCount + covariateCount
  }
  /// Features per query and channel for the decoder.
  var queryFeatureCount: Int { detail.featureCount + (hasAnchor ? 1 : 0) }
  /// Features per series for the encoder's head.
  public var summaryCount: Int { 3 * channelCount + 1 + covariateCount }

  /// The batch of examples; noise is drawn from the key (`nil` for zero noise).
  public func batch(
    _ examples: [SeriesExample], divergenceWeight: Double = 0, key: RandomKey? = nil
  ) -> LatentBatch {
    let visible = examples.map { thinned($0.visible) }
    let rows = roundedUp(visible.map(\.count).max() ?? 0, to: 8)
    let queries = roundedUp(examples.map(\.asked.count).max() ?? 0, to: 8)
    let count = examples.count
    var arrays = Arrays(builder: self, rows: rows, queries: queries, batch: count)
    for (place, example) in examples.enumerated() {
      arrays.add(example, visible[place], at: place)
    }
    func tensor(_ values: [Float], _ shape: [Int]) -> Tensor { Tensor(values, shape: shape) }
    return LatentBatch(
      observed: ObservedSequence(
        features: tensor(arrays.features, [rows, count, featureCount]),
        mask: tensor(arrays.mask, [rows, count, 1]), gaps: tensor(arrays.gaps, [rows, count, 1])),
      query: LatentQuery(
        times: Tensor(arrays.times, shape: [count, 1 + queries]),
        context: tensor(arrays.context, [queries, count, contextCount]),
        reference: tensor(arrays.reference, [queries, count, channelCount]),
        summary: tensor(arrays.summary, [count, summaryCount])),
      targets: tensor(arrays.targets, [queries, count, channelCount]),
      weights: tensor(arrays.weights, [queries, count, channelCount]),
      noise: tensor(
        key?.normal(count * latentCount, as: Float.self)
          ?? [Float](repeating: 0, count: count * latentCount), [count, latentCount]),
      divergenceWeight: tensor([Float(divergenceWeight)], []))
  }

  /// The context of the queries of some examples, `[query, batch, …]` each.
  func queries(
    _ examples: [SeriesExample]
  ) -> (context: [Float], reference: [Float], targets: [Float], weights: [Float]) {
    let most = max(1, examples.map(\.asked.count).max() ?? 1)
    var arrays = Arrays(builder: self, rows: 0, queries: most, batch: examples.count)
    for (place, example) in examples.enumerated() { arrays.addQueries(of: example, at: place) }
    return (arrays.context, arrays.reference, arrays.targets, arrays.weights)
  }

  func roundedUp(_ count: Int, to multiple: Int) -> Int {
    max(1, (count + multiple - 1) / multiple) * multiple
  }

  /// At most `rowLimit` rows.
  func thinned(_ series: TimeSeries) -> TimeSeries { series.thinned(to: rowLimit) }
}

/// The elements of a batch's tensors while examples are written into them.
private struct Arrays {
  let builder: LatentBatchBuilder
  let rows: Int
  let queries: Int
  let batch: Int
  var features: [Float]
  var mask: [Float]
  var gaps: [Float]
  var times: [Double]
  var context: [Float]
  var reference: [Float]
  var summary: [Float]
  var targets: [Float]
  var weights: [Float]

  init(builder: LatentBatchBuilder, rows: Int, queries: Int, batch: Int) {
    self.builder = builder
    self.rows = rows
    self.queries = queries
    self.batch = batch
    func zeros(_ counts: Int...) -> [Float] { [Float](repeating: 0, count: counts.reduce(1, *)) }
    features = zeros(rows, batch, builder.featureCount)
    mask = zeros(rows, batch)
    gaps = zeros(rows, batch)
    times = [Double](repeating: 0, count: batch * (1 + queries))
    context = zeros(queries, batch, builder.contextCount)
    reference = zeros(queries, batch, builder.channelCount)
    summary = zeros(batch, builder.summaryCount)
    targets = zeros(queries, batch, builder.channelCount)
    weights = zeros(queries, batch, builder.channelCount)
  }

  /// Queries alone.
  mutating func addQueries(of example: SeriesExample, at place: Int) {
    addQueries(example, contexts(of: example), at: place)
  }

  private func contexts(of example: SeriesExample) -> [LocalContext] {
    (0..<builder.channelCount).map { channel in
      let (times, values) = example.visible.observations(of: channel)
      return LocalContext(
        times: times, values: values, clock: builder.clock, detail: builder.detail)
    }
  }

  mutating func add(_ example: SeriesExample, _ visible: TimeSeries, at place: Int) {
    let clock = builder.clock
    let contexts = contexts(of: example)
    addRows(example, visible, contexts, at: place)
    addQueries(example, contexts, at: place)
    let start = place * builder.summaryCount
    for (channel, context) in contexts.enumerated() {
      summary[start + 3 * channel] = Float(context.lastValue)
      summary[start + 3 * channel + 1] = Float(context.lastChange)
      summary[start + 3 * channel + 2] = Float(context.slowChange)
    }
    let last = example.visible.times.last ?? example.start
    summary[start + 3 * builder.channelCount] = Float(clock.units(example.now - last))
    for (offset, number) in example.visible.covariates.enumerated() {
      summary[start + 3 * builder.channelCount + 1 + offset] = Float(number)
    }
  }

  private mutating func addRows(
    _ example: SeriesExample, _ visible: TimeSeries, _ contexts: [LocalContext], at place: Int
  ) {
    let (clock, channels) = (builder.clock, builder.channelCount)
    for row in 0..<visible.count {
      let slot = row * batch + place
      let time = visible.times[row]
      mask[slot] = 1
      let later = row + 1 < visible.count ? clock.units(visible.times[row + 1] - time) : 0
      let earlier = clock.units(time - (row > 0 ? visible.times[row - 1] : example.start))
      gaps[slot] = Float(later)
      let start = slot * builder.featureCount
      for channel in 0..<channels {
        guard let value = visible.value(row, channel) else { continue }
        features[start + 3 * channel] = Float(value - contexts[channel].lastValue)
        features[start + 3 * channel + 1] = Float(value)
        features[start + 3 * channel + 2] = 1
      }
      for input in 0..<builder.inputCount {
        guard let value = visible.value(row, channels + input) else { continue }
        features[start + 3 * channels + 2 * input] = Float(value)
        features[start + 3 * channels + 2 * input + 1] = 1
      }
      let end = start + builder.featureCount
      features[end - 3] = Float(min(later, 4))
      features[end - 2] = Float(min(earlier, 4))
      features[end - 1] = Float(clock.units(time - example.start) / 4 - 0.5)
    }
  }

  private mutating func addQueries(
    _ example: SeriesExample, _ contexts: [LocalContext], at place: Int
  ) {
    let (clock, channels) = (builder.clock, builder.channelCount)
    let asked = example.asked
    let first = place * (1 + queries)
    var latest = 0.0
    let covariates = example.visible.covariates
    precondition(
      covariates.count == builder.covariateCount,
      "\(covariates.count) covariates where the model reads \(builder.covariateCount)")
    var inputs = (0..<builder.inputCount).map { input in
      example.visible.observations(of: channels + input).values.last ?? 0
    }
    for query in 0..<queries {
      if query < asked.count {
        let time = asked.times[query]
        latest = max(clock.units(time - example.start), 0)
        let slot = query * batch + place
        for (channel, local) in contexts.enumerated() {
          var (line, numbers) = local.at(time)
          if builder.hasAnchor {
            let anchor = example.anchored?[query][channel] ?? line
            numbers.append(anchor - line)
            line = anchor
          }
          reference[slot * channels + channel] = Float(line)
          let start = slot * builder.contextCount + channel * builder.queryFeatureCount
          for (offset, number) in numbers.enumerated() { context[start + offset] = Float(number) }
          if let value = asked.value(query, channel) {
            targets[slot * channels + channel] = Float(value)
            weights[slot * channels + channel] = 1
          }
        }
        let end = (slot + 1) * builder.contextCount - builder.covariateCount
        // A covariate is constant until its next value.
        for input in inputs.indices {
          inputs[input] = asked.value(query, channels + input) ?? inputs[input]
          context[end - inputs.count + input] = Float(inputs[input])
        }
        for (offset, number) in covariates.enumerated() { context[end + offset] = Float(number) }
      }
      times[first + 1 + query] = latest
    }
  }
}

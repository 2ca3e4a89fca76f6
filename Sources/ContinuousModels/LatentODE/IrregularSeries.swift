import Platform
import NeuralNets
public import Tensors

/// A batch of series measured at irregular times, each at its own: the input of an ODE-RNN.
///
/// The rows of a series are its observation and query times; a row without an observed channel is
/// only a query. Rows of other series, and padding, do not affect a series: their gap and their
/// mask are 0.
public struct IrregularSeries: TensorTree {
  /// The observations; 0 for a missing value.
  ///
  /// `[row, batch, channel]`.
  public var values: Tensor
  /// 1 where a channel was observed, otherwise 0.
  ///
  /// `[row, batch, channel]`.
  public var mask: Tensor
  /// Time from each row to its series' next row; 0 at the last one, and at rows that are not the series' own.
  ///
  /// `[row, batch, 1]`.
  public var gaps: Tensor
  /// Time since a channel was last observed before the row, or since the series' first row if it never was.
  ///
  /// `[row, batch, channel]`.
  public var elapsed: Tensor
  /// The last observation of a channel before the row; 0 if there is none.
  ///
  /// `[row, batch, channel]`.
  public var previous: Tensor
  /// The indices of each series' own rows among the rows of the batch.
  public var places: [[Int]]

  /// The layout of the rows of several series in a batch.
  public enum Layout: Hashable, Sendable {
    /// Each series' rows one after the other from row 0 on, and padding up to the longest series or `count`.
    case own(count: Int = 0)
    /// A row for every time that any series has; worth it where series share their times.
    case union
  }

  /// Series of given times, in the time unit of the model, and values.
  ///
  /// - Parameters:
  ///   - times: of each series, strictly increasing.
  ///   - values: of each series, `[row][channel]` flattened, nil where nothing was observed.
  /// - Precondition: every series has a row; counts agree.
  public init(
    times: [[Double]], values: [[Double?]], channelCount: Int, layout: Layout = .own(),
    scalarType: ScalarType = .float32
  ) {
    precondition(
      times.count == values.count
        && zip(times, values).allSatisfy {
          !$0.isEmpty && $1.count == $0.count * channelCount
            && zip($0, $0.dropFirst()).allSatisfy { $0 < $1 }
        },
      "series need increasing times and \(channelCount) values for each, got "
        + "\(times.map(\.count)) times and \(values.map(\.count)) values")
    let (places, rows) = Self.places(times, layout)
    var arrays = Arrays(rows: rows, batch: times.count, channels: channelCount)
    for number in times.indices {
      arrays.add(times[number], values[number], at: places[number], series: number)
    }
    func tensor(_ values: [Double], _ width: Int) -> Tensor {
      Tensor(rounding: values, shape: [rows, times.count, width], to: scalarType)
    }
    self.values = tensor(arrays.values, channelCount)
    mask = tensor(arrays.mask, channelCount)
    gaps = tensor(arrays.gaps, 1)
    elapsed = tensor(arrays.elapsed, channelCount)
    previous = tensor(arrays.previous, channelCount)
    self.places = places
  }

  /// The number of rows of the batch's common time grid.
  public var rowCount: Int { values.shape[0] }
  /// The number of series.
  public var batchCount: Int { values.shape[1] }
  /// The number of channels.
  public var channelCount: Int { values.shape[2] }

  /// 1 where any channel was observed, `[row, batch, 1]`.
  public var rowMask: Tensor { mask.maximum([2], keepingAxes: true) }

  /// What an encoder reads: values, mask and elapsed time of every channel, and the gap to the next row.
  ///
  /// Features are `3 · channel + 1`. For an encoder give the rows that are observed, and if need be one question at the time
  /// where the latent trajectory starts.
  public var observations: ObservedSequence {
    ObservedSequence(
      features: concatenate([mask * values, mask, elapsed, gaps], axis: -1), mask: rowMask,
      gaps: gaps)
  }

  private static func places(
    _ times: [[Double]], _ layout: Layout
  ) -> (places: [[Int]], rows: Int) {
    switch layout {
    case .own(let count):
      let longest = times.map(\.count).max() ?? 0
      return (times.map { Array($0.indices) }, max(longest, count))
    case .union:
      let all = Set(times.joined()).sorted()
      let place = Dictionary(uniqueKeysWithValues: zip(all, all.indices))
      return (times.map { $0.compactMap { place[$0] } }, all.count)
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("values", &values)
    visitor("mask", &mask)
    visitor("gaps", &gaps)
    visitor("elapsed", &elapsed)
    visitor("previous", &previous)
  }
}

/// The elements of a batch's tensors while series are written into them.
private struct Arrays {
  let batch: Int
  let channels: Int
  var values: [Double]
  var mask: [Double]
  var gaps: [Double]
  var elapsed: [Double]
  var previous: [Double]

  init(rows: Int, batch: Int, channels: Int) {
    self.batch = batch
    self.channels = channels
    values = [Double](repeating: 0, count: rows * batch * channels)
    (mask, elapsed, previous) = (values, values, values)
    gaps = [Double](repeating: 0, count: rows * batch)
  }

  mutating func add(_ times: [Double], _ known: [Double?], at places: [Int], series: Int) {
    var last = [Double](repeating: 0, count: channels)
    var lastTime = [Double](repeating: times[0], count: channels)
    for (row, place) in places.enumerated() {
      let slot = place * batch + series
      gaps[slot] = row + 1 < times.count ? times[row + 1] - times[row] : 0
      for channel in 0..<channels {
        let element = slot * channels + channel
        elapsed[element] = times[row] - lastTime[channel]
        previous[element] = last[channel]
        guard let value = known[row * channels + channel] else { continue }
        values[element] = value
        mask[element] = 1
        (last[channel], lastTime[channel]) = (value, times[row])
      }
    }
  }
}

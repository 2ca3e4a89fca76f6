import NumericCore
import Reports
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// Series of frames of a known system, and what made them.
struct FrameSeries: Sendable {
  /// `[frame, series, feature]`, with noise and without.
  var observed, clean: Tensor
  /// `[frame, series, state]`.
  var states: Tensor
  /// The unknown ones, `[parameter][series]`.
  var parameters: [[Double]]
  /// Time between two frames.
  var interval: Double

  var count: Int { clean.shape[1] }
  var features: Int { clean.shape[2] }
}

/// Series to train on, and series of which the first part is read and the rest foreseen.
struct FrameSplit: Sendable {
  let series: FrameSeries
  /// Frames that a model reads, and frames in all.
  let window, frames: Int
  let trainCount: Int
  /// Rows `[frame · series, …]` of the training series.
  private let trainFrames, trainStates: Tensor
  /// The part of the test series that models read, `[frame, series, feature]`.
  let head: Tensor

  /// The last `testCount` series test.
  init(_ series: FrameSeries, testCount: Int = 50, window: Int = 50) {
    self.series = series
    self.window = window
    frames = series.clean.shape[0]
    trainCount = series.count - testCount
    let (frames, trainCount) = (frames, trainCount)
    func rows(_ x: Tensor) -> Tensor {
      x.sliced(0..<trainCount, axis: 1).reshaped([frames * trainCount, x.shape[2]]).evaluated()
    }
    trainFrames = rows(series.observed)
    trainStates = rows(series.states.converted(to: .float32))
    head =
      series.observed.sliced(trainCount..<series.count, axis: 1).sliced(0..<window, axis: 0)
      .evaluated()
  }

  var testCount: Int { series.count - trainCount }

  /// Times of so many frames from 0 on.
  func times(_ count: Int) -> [Double] { (0..<count).map { Double($0) * series.interval } }

  /// Times of so many frames for a model without units: 0.05 from frame to frame.
  func plainTimes(_ count: Int) -> [Double] { (0..<count).map { Double($0) * 0.05 } }

  /// Random windows of random series, `[window, count, …]`: frames and states.
  func windows(_ count: Int, key: RandomKey) -> (frames: Tensor, states: Tensor) {
    let keys = key.split(2)
    let chosen = keys[0].integers(count, below: trainCount)
    let starts = keys[1].integers(count, below: frames - window + 1)
    var rows: [Int] = []
    for frame in 0..<window {
      for i in 0..<count { rows.append((starts[i] + frame) * trainCount + chosen[i]) }
    }
    func picked(_ x: Tensor) -> Tensor {
      x.rows(rows).reshaped([window, count, x.shape[1]]).evaluated()
    }
    return (picked(trainFrames), picked(trainStates))
  }

  /// The true values of a parameter of the test series.
  func truth(_ parameter: Int) -> [Double] { Array(series.parameters[parameter][trainCount...]) }

  /// The mean frame as a forecast: the error without information.
  var meanFrameError: Double {
    let mean = trainFrames.mean([0])
    let truth = series.clean.sliced(trainCount..<series.count, axis: 1)
      .sliced(window..<frames, axis: 0)
    return abs(truth - mean).mean().values[0]
  }

  /// Errors of observations of the test series, of all frames, against frames without noise.
  func score(_ observations: Tensor, parameters: [[Double]]? = nil, seconds: Double) -> FrameScore {
    let truth = series.clean.sliced(trainCount..<series.count, axis: 1)
    let error = abs(observations - truth).evaluated()
    func mean(_ frames: Range<Int>) -> Double { error.sliced(frames, axis: 0).mean().values[0] }
    return FrameScore(
      interpolation: mean(0..<window), extrapolation: mean(window..<frames),
      parameters: (parameters ?? []).enumerated().map { ParameterScore($1, self.truth($0)) },
      seconds: seconds)
  }
}

/// How well a parameter is identified over series.
struct ParameterScore: Sendable {
  var correlation: Double
  /// Mean absolute error, and mean error.
  var error, bias: Double

  init(_ found: [Double], _ truth: [Double]) {
    let count = Double(truth.count)
    let (a, b) = (found.reduce(0, +) / count, truth.reduce(0, +) / count)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(found, truth) {
      ab += (x - a) * (y - b)
      aa += (x - a) * (x - a)
      bb += (y - b) * (y - b)
    }
    correlation = ab / (aa * bb).squareRoot()
    error = zip(found, truth).reduce(0) { $0 + Swift.abs($1.0 - $1.1) } / count
    bias = a - b
  }
}

/// The accuracy on the test series.
struct FrameScore: Sendable {
  var interpolation, extrapolation: Double
  var parameters: [ParameterScore]
  var seconds: Double
  /// The share of test series put into the right class by their parameters; nil where there are no classes.
  var accuracy: Double?

  var summary: String {
    "extrapolation \(Figure(extrapolation)), interpolation \(Figure(interpolation))"
      + parameters.map {
        ", correlation \(Figure($0.correlation)), error \(Figure($0.error)), bias \(Figure($0.bias))"
      }.joined() + (accuracy.map { ", right class \(Figure($0))" } ?? "") + ", \(Figure(seconds)) s"
  }
}

/// A batch of windows, and what a loss wants beside them.
struct FrameBatch: TensorTree {
  /// `[window, batch, feature]`.
  var frames: Tensor
  /// `[window, batch, state]`.
  var states: Tensor
  /// Standard normal, `[batch, …]`.
  var noise: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("frames", &frames)
    visitor("states", &states)
    visitor("noise", &noise)
  }
}

/// Adam along a cosine on random windows.
struct FrameTraining: Sendable {
  var iterations: Int
  var batchSize = 64
  var learningRate = 3e-3
  /// Width of the noise of a series.
  var noise: Int
  var key: RandomKey

  func fit<Model: TensorTree>(
    _ start: Model, on data: FrameSplit,
    loss: @escaping @Sendable (Model, FrameBatch) -> Tensor
  ) -> Model {
    var model = start
    var optimizer = Adam(for: model, learningRate: .cosine(from: learningRate, over: iterations))
    let lossAndGradient = valueAndGrad(loss)
    for iteration in 0..<iterations {
      let keys = key.folding(in: UInt64(iteration)).split(2)
      let windows = data.windows(batchSize, key: keys[0])
      let batch = FrameBatch(
        frames: windows.frames, states: windows.states, noise: keys[1].normal([batchSize, noise]))
      let gradient = lossAndGradient(model, batch).gradient
      optimizer.update(&model, along: gradient.clipped(toNorm: 5))
    }
    return model
  }
}

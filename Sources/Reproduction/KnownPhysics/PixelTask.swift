import Platform
import NumericCore
import ContinuousModels
import NeuralNets
import Transforms
import Tensors

/// Pendulums seen as small pictures: a figure, not a claim.
///
/// A rod of constant length on 14 × 14 pixels; the unknown length shows in the motion only.
struct PixelTask {
  let run: ExperimentRun
  private let data: FrameSplit

  init(_ run: ExperimentRun) throws {
    self.run = run
    var series = try FrameSeries.pendulums(
      500, frames: 100, friction: 0, key: run.key.folding(in: 5))
    series.observe(Self.rendered(series.states), noise: 0, key: run.key)
    data = FrameSplit(series, window: 40)
  }

  var meanFrameError: Double { data.meanFrameError }

  var jobs: [FrameJob] {
    let task = self
    return [
      FrameJob("pixels, GOKU-net") { task.known() },
      FrameJob("pixels, latent ODE") { task.learned() },
    ]
  }

  private func training(noise: Int, salt: UInt64) -> FrameTraining {
    FrameTraining(
      iterations: run.choose(full: 3000, quick: 60), batchSize: 32, noise: noise,
      key: run.key.folding(in: 160 + salt))
  }

  private func known() -> FrameScore {
    let times = data.times(data.window)
    let sizes = GOKUSizes(
      features: data.series.features, states: 2, parameters: 1, embedding: 64)
    let start = GOKUNet(
      sizes, known: PartlyKnownField.pendulum, outputActivation: .sigmoid,
      key: run.key.folding(in: 61))
    let training = training(noise: 2 * sizes.latent, salt: 1)
    let (model, seconds) = timed {
      training.fit(start, on: data) { $0.loss($1.frames, at: times, noise: $1.noise) }
    }
    let prediction = model(data.head, at: data.times(data.frames))
    return data.score(
      prediction.observations, parameters: [prediction.parameters.values], seconds: seconds)
  }

  private func learned() -> FrameScore {
    let times = data.times(data.window)
    let start = LatentFrames(
      features: data.series.features, outputActivation: .sigmoid, key: run.key.folding(in: 62))
    let training = training(noise: start.latent, salt: 2)
    let (model, seconds) = timed {
      training.fit(start, on: data) { $0.loss($1.frames, at: times, noise: $1.noise) }
    }
    return data.score(
      model(data.head, at: data.times(data.frames)).observations, seconds: seconds)
  }

  /// Pictures `[frame, series, 196]` of a rod that hangs from the middle of the upper third, bright near its axis.
  static func rendered(_ states: Tensor) -> Tensor {
    let angles = states.sliced(0..<1, axis: 2).values
    let (side, length, pivot) = (14, 8.0, (x: 6.5, y: 3.0))
    var pixels: [Float] = []
    pixels.reserveCapacity(angles.count * side * side)
    for angle in angles {
      let (dx, dy) = (Double.sine(angle), Double.cosine(angle))
      for row in 0..<side {
        for column in 0..<side {
          let (x, y) = (Double(column) - pivot.x, Double(row) - pivot.y)
          let along = min(max(x * dx + y * dy, 0), length)
          let (u, v) = (x - along * dx, y - along * dy)
          pixels.append(Float(Double.exponential(-(u * u + v * v))))
        }
      }
    }
    return Tensor(pixels, shape: [states.shape[0], states.shape[1], side * side])
  }
}

import Platform
import NumericCore
import ContinuousModels
import MechanisticModels
import NeuralNets
import Transforms
import Tensors

/// Models of frames, trained and scored in the same way on any system.
enum FrameModels {
  static func iterations(_ run: ExperimentRun) -> Int { run.choose(full: 1500, quick: 150) }

  /// A GOKU-net over a known field.
  static func goku(
    _ sizes: GOKUSizes, _ known: KnownField, _ data: FrameSplit, _ run: ExperimentRun, salt: UInt64,
    grounding: Double = 0
  ) -> FrameScore {
    let start = GOKUNet(sizes, known: known.field, key: run.key.folding(in: 10 + salt))
    let training = FrameTraining(
      iterations: iterations(run), noise: 2 * sizes.latent + data.window,
      key: run.key.folding(in: 100 + salt))
    let times = data.times(data.window)
    let (model, seconds) = timed {
      training.fit(start, on: data) { model, batch in
        let noise = batch.noise.sliced(0..<2 * sizes.latent, axis: 1)
        let prediction = model(batch.frames, at: times, noise: noise)
        var loss = model.loss(prediction, of: batch.frames, correctionWeight: 1)
        if grounding > 0 {
          loss = loss + grounding * revealed(prediction.states, batch, sizes.latent)
        }
        return loss
      }
    }
    let prediction = model(data.head, at: data.times(data.frames))
    let found = prediction.parameters.values
    return data.score(
      prediction.observations,
      parameters: (0..<sizes.parameters).map { place in
        (0..<data.testCount).map { found[$0 * sizes.parameters + place] }
      }, seconds: seconds)
  }

  /// The squared error of states at one point in a hundred, per revealed number of the batch.
  private static func revealed(_ states: Tensor, _ batch: FrameBatch, _ latent: Int) -> Tensor {
    // One normal number in a hundred lies above this.
    let mask =
      batch.noise.sliced(2 * latent..<batch.noise.shape[1], axis: 1)
      .transposed([1, 0]).expandingAxis(at: 2) .> 2.3263
    let count = mask.sum()
    return (square(states - batch.states) * mask).sum() / (count + 1)
  }

  /// A latent ODE of the same widths.
  static func latent(_ data: FrameSplit, _ run: ExperimentRun, salt: UInt64) -> FrameScore {
    let start = LatentFrames(features: data.series.features, key: run.key.folding(in: 10 + salt))
    let times = data.plainTimes(data.window)
    let training = FrameTraining(
      iterations: iterations(run), noise: start.latent, key: run.key.folding(in: 100 + salt))
    let (model, seconds) = timed {
      training.fit(start, on: data) { $0.loss($1.frames, at: times, noise: $1.noise) }
    }
    return data.score(
      model(data.head, at: data.plainTimes(data.frames)).observations, seconds: seconds)
  }

  /// A long short-term memory that says each next frame.
  static func memory(_ data: FrameSplit, _ run: ExperimentRun, salt: UInt64) -> FrameScore {
    let start = NextFrameMemory(
      features: data.series.features, key: run.key.folding(in: 10 + salt))
    let training = FrameTraining(
      iterations: iterations(run), noise: 1, key: run.key.folding(in: 100 + salt))
    let (model, seconds) = timed {
      training.fit(start, on: data) { model, batch in model.loss(batch.frames) }
    }
    let said = model(data.head, continuing: data.frames - data.window)
    // The first frame is read and not said.
    return data.score(
      concatenate([data.head.sliced(0..<1, axis: 0), said], axis: 0), seconds: seconds)
  }
}

/// A known field, by the name of what it describes.
struct KnownField: Sendable {
  let field: PartlyKnownField.Known

  /// The paper's pendulum, of which the length is unknown.
  static let pendulum = KnownField(field: PartlyKnownField.pendulum)

  /// A named system of which some parameters are unknown, in the order of the system's parameters.
  static func named(_ name: String, unknown: [String]) throws -> KnownField {
    guard let system = try NamedSystem.named(name)?.equations() else {
      preconditionFailure("no system \(name)")
    }
    let places = system.parameters.map { parameter in
      unknown.firstIndex(of: parameter.name)
    }
    let values = system.defaultParameters
    return KnownField { time, state, parameters in
      let columns = places.enumerated().map { number, place -> Tensor in
        guard let place else {
          return Tensor(
            repeating: values[number], shape: [state.shape[0], 1], scalarType: state.scalarType)
        }
        return parameters.sliced(place..<place + 1, axis: 1)
      }
      return system.derivative(
        time: time, state: state, parameters: concatenate(columns, axis: 1))
    }
  }
}

import ContinuousModels
import NeuralNets
import NumericCore
import Platform
import Programs
import Transforms
import Tensors
import Training

extension SubjectInference {
  /// Trains the model and infers the parameters of every experiment.
  ///
  /// - Throws: `Problem.diverged` if the training did not stay finite.
  public func run() throws -> [Subject] {
    let network = try trained()
    return subjects(by: network, try posterior(by: network))
  }

  private func trained() throws -> EquationGOKU {
    var state = startingState
    if case .diverged = try trainer().train(&state) { throw Problem.diverged }
    return state.best.network
  }

  /// Means and standard deviations of every experiment's parameters.
  package func subjects(by network: EquationGOKU, _ posterior: SubjectPosterior) -> [Subject] {
    let width = law.system.parameters.count
    let infer = CompiledFunction {
      (pair: Pair<Pair<EquationGOKU, SubjectPosterior>, SubjectBatch>) in
      let (model, posterior) = (pair.first.first, pair.first.second.distributions)
      let count = model.latentCount
      let latent = posterior.parameters.sample(
        noise: pair.second.noise.sliced(count..<2 * count, axis: 1))
      return [model.parameters(from: latent, given: pair.second.conditions)]
    }
    let moments = moments(batch(of: experiments)) { infer(Pair(Pair(network, posterior), $0)) }
    return experiments.enumerated().map { subject, one in
      let places = subject * width..<(subject + 1) * width
      return Subject(
        id: one.id, means: Array(moments.means[places]),
        deviations: Array(moments.deviations[places]))
    }
  }

  /// Every experiment's observables under the posterior: its measured values, and the curve at some times with 95 % bands.
  ///
  /// - Parameter times: of each experiment, in order.
  package func curves(
    by network: EquationGOKU, _ posterior: SubjectPosterior, at times: [[Double]]
  ) -> [FitCurve] {
    let decode = CompiledFunction {
      (pair: Pair<Pair<EquationGOKU, SubjectPosterior>, SubjectBatch>) in
      let decoded = pair.first.first.decoded(pair.first.second.distributions, pair.second)
      return [decoded.mean, exp(0.5 * decoded.logVariance)]
    }
    func decoded(_ asked: [Experiment]) -> Decoding {
      var noise: [Double] = []
      let moments = moments(batch(of: asked)) {
        let values = decode(Pair(Pair(network, posterior), $0))
        noise = values[1].values
        return [values[0]]
      }
      return Decoding(scales: scales, count: asked.count, moments: moments, noise: noise)
    }
    let asked = zip(experiments, times).map { one, times in
      var asked = one
      asked.measurements = times.map {
        Measurement(time: $0, of: scales.channels[0], .exact(scales.means[0]))
      }
      return asked
    }
    let (own, between) = (decoded(experiments), decoded(asked))
    return experiments.indices.flatMap { subject -> [FitCurve] in
      let rows = tensors.rows(of: experiments[subject])
      return scales.channels.indices.map { channel in
        curve(
          points: rows.enumerated().compactMap { place, row in
            row.values[channel].map { own.point($0, row.time, (place, subject, channel)) }
          }, (subject, channel), times[subject], between)
      }
    }
  }

  /// Evenly spaced times of each experiment, from its start to its last measurement.
  package func evenTimes(_ count: Int) -> [[Double]] {
    zip(experiments, tensors.starts).map { one, start in
      let last = one.measurements.map(\.time).max() ?? start
      return (0..<count).map { start + (last - start) * Double($0) / Double(count - 1) }
    }
  }

  private func curve(
    points: [FitCurve.Point], _ place: (subject: Int, channel: Int), _ times: [Double],
    _ decoding: Decoding
  ) -> FitCurve {
    var curve = FitCurve(
      experiment: experiments[place.subject].id, observable: scales.channels[place.channel],
      noise: .normal, points: points, times: times, values: [], confidence: [], prediction: [])
    for row in times.indices {
      let (mean, spread, noise) = decoding.value((row, place.subject, place.channel))
      func band(_ deviation: Double) -> ClosedRange<Double> {
        let half = 1.959_963_984_540_054 * deviation
        return half.isFinite ? mean - half...mean + half : -.infinity ... .infinity
      }
      curve.values.append(mean)
      curve.confidence.append(band(spread))
      curve.prediction.append(band((spread * spread + noise * noise).squareRoot()))
    }
    return curve
  }

  /// Mean and standard deviation over draws of the first tensor that a function has for a batch with noise.
  private func moments(
    _ batch: SubjectBatch, _ function: (SubjectBatch) -> [Tensor]
  ) -> (means: [Double], deviations: [Double]) {
    var batch = batch
    var (sums, squares): ([Double], [Double]) = ([], [])
    for draw in 0..<draws {
      batch.noise = key.folding(in: 4).folding(in: UInt64(draw))
        .normal(batch.noise.shape, scalarType: .float32).evaluated()
      let values = function(batch)[0].values
      if sums.isEmpty {
        sums = [Double](repeating: 0, count: values.count)
        squares = sums
      }
      for (place, value) in values.enumerated() {
        sums[place] += value
        squares[place] += value * value
      }
    }
    let count = Double(draws)
    let means = sums.map { $0 / count }
    return (
      means, zip(squares, means).map { max($0 / count - $1 * $1, 0).squareRoot() }
    )
  }
}

/// Normalized curves over draws, read in the units of the data.
private struct Decoding {
  let scales: SubjectScales
  /// Number of experiments.
  let count: Int
  let moments: (means: [Double], deviations: [Double])
  let noise: [Double]

  /// Mean and standard deviation of the curve, and that of the noise.
  func value(
    _ place: (row: Int, subject: Int, channel: Int)
  ) -> (mean: Double, spread: Double, noise: Double) {
    let slot = (place.row * count + place.subject) * scales.channels.count + place.channel
    let size = scales.deviations[place.channel]
    return (
      scales.means[place.channel] + size * moments.means[slot], size * moments.deviations[slot],
      size * noise[slot]
    )
  }

  func point(
    _ measured: Double, _ time: Double, _ place: (row: Int, subject: Int, channel: Int)
  ) -> FitCurve.Point {
    let (mean, _, noise) = value(place)
    return FitCurve.Point(
      time: time, measured: .exact(measured), fitted: mean, deviation: noise,
      residual: (measured - mean) / noise)
  }
}

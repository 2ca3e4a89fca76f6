import Platform

/// One observable of one experiment: what was measured, what the equations give for it, and the curve between.
public struct FitCurve: Sendable {
  /// A measured value beside the fitted one.
  public struct Point: Hashable, Sendable {
    /// The time of the measurement.
    public var time: Double
    /// The measured value, exact or censored.
    public var measured: Measurement.Value
    /// The fitted value.
    public var fitted: Double
    /// The standard deviation of its error; of a logarithm, if lognormal.
    public var deviation: Double
    /// The residual in units of `deviation`; nil for a censored value.
    public var residual: Double?
  }

  /// Empty if there is one experiment only.
  public var experiment: String
  /// The name of the observable.
  public var observable: String
  /// The noise model of the observable.
  public var noise: NoiseModel
  /// Measured and fitted values.
  public var points: [Point]
  /// Times of the curve, from the start of the solve to the last measurement.
  public var times: [Double]
  /// The fitted values at these times.
  public var values: [Double]
  /// Where 95 % of curves lie (confidence), and 95 % of measurements (prediction); empty without standard errors.
  public var confidence: [ClosedRange<Double>]
  /// The 95 % prediction interval at each time of the curve.
  public var prediction: [ClosedRange<Double>]
}

extension FitCurve {
  /// The sum of the squared residuals of exact values (of the logarithms, if lognormal).
  public var residualSquares: Double {
    points.reduce(0) { sum, point in
      let residual = (point.residual ?? 0) * point.deviation
      return sum + residual * residual
    }
  }
}

/// The solve of one experiment.
public struct FitStartOfExperiment: Hashable, Sendable {
  /// The id of the experiment.
  public var experiment: String
  /// The time that its initial values belong to.
  public var start: FitStart
}

/// Computes curves of a fit with their bands.
///
/// A band is that of the linearized observable, `g(z) ± q √(∇gᵀ C ∇g)`, with `C` the covariance of the unknowns and `q` the quantile; of
/// lognormal noise on the scale of logarithms. Where draws of the unknowns are given it lies between their quantiles. A measurement's band
/// has the variance of the noise added on either side.
struct FitCurves {
  private static let points = 201

  let problem: FitProblem
  let z: [Double]
  /// Of the unknowns in coordinates of the search, `[unknown, unknown]`; empty: none.
  let covariance: [Double]
  /// Where 97.5 % lie, in standard errors.
  let quantile: Double?
  /// Joint draws of the unknowns where the curvature does not describe them; empty: none.
  var draws: [[Double]] = []

  /// All curves; `nil` if the equations cannot be solved.
  ///
  /// - Parameter isBanded: whether curves between the measurements are computed as well.
  func all(isBanded: Bool) -> [FitCurve]? {
    guard let terms = problem.terms(at: z) else { return nil }
    var curves: [FitCurve] = []
    for number in problem.models.indices {
      let model = problem.models[number]
      for (place, observable) in problem.observables.enumerated() {
        let own = terms.filter {
          $0.prediction.experiment == number && $0.prediction.datum.observable == place
        }
        if own.isEmpty { continue }
        curves.append(
          FitCurve(
            experiment: model.experiment.id, observable: observable.name, noise: observable.noise,
            points: own.map { point($0.prediction, observable, model) }
              .sorted { $0.time < $1.time }, times: [], values: [], confidence: [],
            prediction: []))
      }
      if isBanded { addCurves(of: number, to: &curves, sizes: sizes(terms)) }
    }
    return curves
  }

  /// The arguments of the noise by observable, those of the last datum.
  private func sizes(
    _ terms: [(prediction: FitProblem.Prediction, term: NoiseTerm)]
  ) -> [Int: (Double, Double)] {
    Dictionary(
      terms.filter { $0.prediction.datum.standardError == nil }
        .map { ($0.prediction.datum.observable, $0.prediction.arguments) }
    ) { $1 }
  }

  private func point(
    _ prediction: FitProblem.Prediction, _ observable: FitObservable, _ model: ExperimentModel
  ) -> FitCurve.Point {
    let measured = prediction.datum.value
    var deviation = observable.noise.deviation(at: prediction.value, prediction.arguments)
    if let error = prediction.datum.standardError, !observable.noise.isCount {
      deviation = observable.noise == .lognormal ? error / measured.number.magnitude : error
    }
    var residual: Double?
    if case .exact(let value) = measured {
      let difference =
        observable.noise == .lognormal
        ? Double.logarithm(value) - .logarithm(prediction.value) : value - prediction.value
      residual = difference / deviation
    }
    let time = model.experiment.measurements[prediction.datum.measurement].time
    return .init(
      time: time, measured: measured, fitted: prediction.value, deviation: deviation,
      residual: residual)
  }

  /// Adds the curves of one experiment, at evenly spaced times and those of the solve.
  private func addCurves(
    of number: Int, to curves: inout [FitCurve], sizes: [Int: (Double, Double)]
  ) {
    let model = problem.models[number]
    guard let first = model.times.first, let last = model.times.last, last > first else { return }
    let even = (0..<Self.points).map {
      first + (last - first) * (Double($0) / Double(Self.points - 1))
    }
    // Times that differ by rounding, such as those just before a dose, are left out.
    var times: [Double] = []
    for time in (even + model.times).sorted()
    where times.last.map({ time - $0 > 1e-9 * (last - first) }) ?? true { times.append(time) }
    let hasBands = !covariance.isEmpty && quantile != nil
    let values = problem.values(at: z)
    guard
      let found = problem.solution(of: number, at: times, values: values, derivatives: hasBands)
    else { return }
    let reader = SourceReader(
      observations: found, sources: problem.sources.count, places: model.places,
      slopes: zip(problem.scales, z).map { $0.slope($1) }, derivatives: hasBands)
    let drawn = hasBands ? drawnCurves(of: number, at: times) : []
    for (place, observable) in problem.observables.enumerated() where !observable.isIncrease {
      guard
        let curve = curves.firstIndex(where: {
          $0.experiment == model.experiment.id && $0.observable == observable.name
        })
      else { continue }
      curves[curve].times = times
      for time in times.indices {
        let (value, slopes) = reader.value(of: observable.source, at: time)
        curves[curve].values.append(value)
        guard hasBands, let quantile else { continue }
        let spread = variance(of: slopes).squareRoot()
        let others = drawn.map { $0[time][observable.source] }
        let band = Band(
          value: value, noise: observable.noise, arguments: sizes[place], quantile: quantile,
          ends: others.isEmpty
            ? .deviation(spread) : .values(Self.middle(of: others, around: value)))
        curves[curve].confidence.append(band.confidence)
        curves[curve].prediction.append(band.prediction)
      }
    }
  }

  private func variance(of slopes: [Double]) -> Double {
    let n = slopes.count
    var sum = 0.0
    for i in 0..<n where slopes[i] != 0 {
      for j in 0..<n { sum += slopes[i] * covariance[i * n + j] * slopes[j] }
    }
    return max(sum, 0)
  }

  /// The sources of one experiment's solves at the draws, `[draw][time][source]`.
  private func drawnCurves(of number: Int, at times: [Double]) -> [[[Double]]] {
    draws.compactMap {
      problem.solution(of: number, at: times, values: problem.values(at: $0), derivatives: false)
    }
  }

  /// Where the middle 95 % of some values lie, and one more.
  private static func middle(of values: [Double], around value: Double) -> ClosedRange<Double> {
    let sorted = values.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return value...value }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    return min(quantile(0.025), value)...max(quantile(0.975), value)
  }

  private struct Band {
    /// How the uncertainty of the curve is given.
    enum Ends {
      case deviation(Double)
      case values(ClosedRange<Double>)
    }

    var confidence: ClosedRange<Double>
    var prediction: ClosedRange<Double>

    init(
      value: Double, noise: NoiseModel, arguments: (Double, Double)?, quantile: Double, ends: Ends
    ) {
      let isLogarithmic = noise == .lognormal && value > 0
      let size = quantile * (arguments.map { noise.deviation(at: value, $0) } ?? 0)
      // How far the curve may lie below and above, on the scale of the noise.
      let (below, above): (Double, Double)
      switch ends {
      case .deviation(let deviation):
        below = quantile * (isLogarithmic ? deviation / value : deviation)
        above = below
      case .values(let range):
        let isPositive = range.lowerBound > 0
        below =
          isLogarithmic
          ? (isPositive ? .logarithm(value / range.lowerBound) : .infinity)
          : value - range.lowerBound
        above =
          isLogarithmic ? .logarithm(range.upperBound / value) : range.upperBound - value
      }
      func range(_ below: Double, _ above: Double) -> ClosedRange<Double> {
        if isLogarithmic {
          return value / .exponential(min(below, 600))...value * .exponential(min(above, 600))
        }
        guard below.isFinite && above.isFinite else { return -.infinity ... .infinity }
        let low = noise.isCount ? max(value - below, 0) : value - below
        return low...max(value + above, low)
      }
      func joined(_ half: Double) -> Double { (half * half + size * size).squareRoot() }
      confidence = range(below, above)
      prediction = range(joined(below), joined(above))
    }
  }
}

extension FitDraws {
  /// Points for bands; none where too few of them carry the weight.
  var forBands: [[Double]] {
    let found = sample(400)
    return found.effectiveSize < 100 ? [] : found.points
  }
}

extension NoiseModel {
  /// The standard deviation of a measurement where the curve has a value; of its logarithm, if lognormal.
  func deviation(at value: Double, _ arguments: (Double, Double)) -> Double {
    switch self {
    case .normal, .lognormal, .student: arguments.0
    case .proportional: arguments.0 * value.magnitude
    case .combined:
      (arguments.0 * arguments.0 + arguments.1 * arguments.1 * value * value).squareRoot()
    case .poisson: max(value, 0).squareRoot()
    case .negativeBinomial: (max(value, 0) + value * value / arguments.0).squareRoot()
    }
  }
}

/// The noise of an observable as it was estimated.
public struct FitNoise: Hashable, Sendable {
  /// The name of the observable.
  public var observable: String
  /// The noise model of the observable.
  public var noise: NoiseModel
  /// Its arguments by name: estimated, or known; empty where each value has a known standard error of its own, and for arguments that are
  /// formulas.
  public var sizes: [String: Double]
  /// How many values were measured.
  public var measurements: Int
  /// How many of them are censored.
  public var censored: Int
  /// Values of 0 where the curve is 0 and the noise relative to it, which carry no information.
  public var leftOut: Int
}

extension FitProblem {
  /// The noise of every observable at a point.
  func noises(at z: [Double]) -> [FitNoise] {
    let terms = terms(at: z) ?? []
    return observables.enumerated().map { place, observable in
      let own = terms.filter { $0.prediction.datum.observable == place }
      var sizes: [String: Double] = [:]
      if let last = own.last(where: { $0.prediction.datum.standardError == nil }) {
        let arguments = [last.prediction.arguments.0, last.prediction.arguments.1]
        for (number, name) in observable.noise.argumentNames.enumerated() {
          if case .source = observable.arguments[number] { continue }
          sizes[name] = arguments[number]
        }
      }
      return FitNoise(
        observable: observable.name, noise: observable.noise, sizes: sizes,
        measurements: own.count,
        censored: own.count { $0.prediction.datum.value.isCensored },
        leftOut: models.reduce(0) { $0 + $1.leftOut.count { $0.observable == place } })
    }
  }
}

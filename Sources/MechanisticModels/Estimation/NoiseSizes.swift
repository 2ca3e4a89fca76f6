import Platform
import NumericCore

extension FitProblem {
  /// The size of every observable's noise that fits best, where it is profiled, by the observable's place.
  ///
  /// Of normal noise without censored values `σ̂² = Σ r² / n`, with `r` the residuals (relative to the curve, if proportional); otherwise the root of the
  /// derivative by the size's logarithm. It is not less than the errors of the solver make it.
  func noiseSizes(of predictions: [Prediction], weightSquares: Double) -> [Int: Double] {
    var groups: [Int: [Prediction]] = [:]
    for prediction in predictions where prediction.datum.standardError == nil {
      let place = prediction.datum.observable
      if observables[place].isProfiled { groups[place, default: []].append(prediction) }
    }
    var sizes: [Int: Double] = [:]
    for (place, group) in groups {
      let observable = observables[place]
      let (squares, floor) = residualSquares(of: group, observable)
      let exact = group.count { !$0.datum.value.isCensored }
      let penalty = weightPenalty(of: observable) * weightSquares
      let plain = max((squares + penalty) / Double(max(exact, 1)), floor * floor).squareRoot()
      let isPlain = exact == group.count && observable.noise != .student
      sizes[place] = isPlain ? plain : bestSize(of: group, near: plain, floor: floor)
    }
    return sizes
  }

  /// The sum of the squared residuals of exact values in units of the noise, and the size that errors of the solver, ten times its
  /// tolerance, may have.
  private func residualSquares(
    of group: [Prediction], _ observable: FitObservable
  ) -> (squares: Double, floor: Double) {
    var (squares, scale, count) = (0.0, 0.0, 0.0)
    for prediction in group {
      guard case .exact(let measured) = prediction.datum.value else { continue }
      count += 1
      switch observable.noise {
      case .lognormal:
        let residual =
          Double.logarithm(max(prediction.value, 1e-300)) - .logarithm(measured)
        squares += residual * residual
        scale += 1
      case .proportional:
        let residual = (prediction.value - measured) / max(prediction.value.magnitude, 1e-300)
        squares += residual * residual
        scale += 1
      default:
        let residual = prediction.value - measured
        squares += residual * residual
        scale += measured * measured
      }
    }
    let relative = 10 * fit.tolerance.relative
    let floor = relative * (scale / max(count, 1)).squareRoot()
    return (squares, max(floor, 1e-150))
  }

  /// The root of the derivative by the logarithm of the size.
  ///
  /// The derivative grows with the size where a size fits best. Newton's steps with the expected information are kept within a bracket.
  private func bestSize(of group: [Prediction], near start: Double, floor: Double) -> Double {
    var (low, high) = (Double.logarithm(floor), Double.logarithm(start) + 30)
    var point = min(max(Double.logarithm(max(start, floor)), low), high)
    for _ in 0..<60 {
      var (slope, curvature) = (0.0, 0.0)
      for var prediction in group {
        prediction.arguments.0 = .exponential(point)
        guard let term = term(of: prediction) else { continue }
        for row in [term.main, term.scale].compactMap({ $0 }) {
          slope += row.residual * row.byArguments.0
          curvature += row.byArguments.0 * row.byArguments.0
        }
      }
      if slope > 0 { high = point } else { low = point }
      if slope.magnitude <= 1e-11 * Double(group.count) || high - low < 1e-13 { break }
      let step = max(-2, min(2, -slope / max(curvature, 1e-300)))
      let next = point + step
      point = next > low && next < high ? next : 0.5 * (low + high)
    }
    return .exponential(point)
  }
}

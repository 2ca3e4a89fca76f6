import NumericCore

extension FitProblem {
  /// 97.5 % of the standard normal distribution.
  private static var normalQuantile: Double { 1.959963984540054 }

  /// Everything that is known about a minimum.
  ///
  /// - Parameter outcomes: of the searches that led to it.
  func result(_ best: Outcome, outcomes: [Outcome]) -> FitResult {
    let count = Double(best.linearization.dataCount)
    let dataSquares = best.linearization.dataSquares
    let isProfiled = fit.profiles && !hasNetworks && !best.linearization.jacobian.isEmpty
    let information = FitInformation(best.linearization, unknowns: scales.count)
    let deviations = standardErrors(best, information)
    var estimates: [FitResult.Estimate] = []
    for (place, name) in names.enumerated() where weightDeviations[place] == nil {
      let error = deviations?[place] ?? nil
      estimates.append(
        .init(
          name: name, value: scales[place].value(best.unknowns[place]),
          laplace: error.flatMap { laplace(scales[place], best.unknowns[place], error: $0) },
          profile: isProfiled
            ? FitProfile(self, best, place: place, error: error).interval : nil))
    }
    let groups = information == nil ? [] : unidentifiedGroups(at: best.unknowns)
    let (parameters, initials) = values(at: best.unknowns)
    let initial = fit.system.initialState(parameters: parameters).enumerated()
      .map { initials[$0] ?? $1 }
    return FitResult(
      estimates: estimates, unidentifiedGroups: groups, parameters: parameters,
      initialState: initial,
      standardDeviation: robustScale ?? (dataSquares / count).squareRoot(),
      residualSquares: dataSquares, logLikelihood: logLikelihood(best.linearization),
      measurementCount: best.linearization.dataCount, hasConverged: best.hasConverged,
      starts: max(fit.starts, outcomes.count), agreeingStarts: Self.agreement(of: outcomes),
      solves: solves,
      predictions: predictions(at: best.unknowns) ?? [])
  }

  /// What trades against each other, by the derivatives in the units of the equations: on the search's scale those of a value
  /// at its bound vanish.
  private func unidentifiedGroups(at point: [Double]) -> [FitResult.UnidentifiedGroup] {
    guard
      let linear = linearization(
        at: point, count: fit.measurements.times.count, inUnitsOfSearch: false),
      let information = FitInformation(linear, unknowns: scales.count)
    else { return [] }
    return information.unidentifiedGroups.compactMap { group in
      // Weights of networks have no one best value anyway.
      let known = group.places.filter { weightDeviations[$0] == nil }.map { names[$0] }
      return known.isEmpty
        ? nil : FitResult.UnidentifiedGroup(names: known, measuredCombinations: group.measured)
    }
  }

  /// 95 % by the curvature; nil where that spans so many powers of ten that it says nothing.
  private func laplace(
    _ scale: ParameterScale, _ middle: Double, error: Double
  ) -> ClosedRange<Double>? {
    // Twice an error of 5 on a scale of logarithms is a factor of 18,000 to either side.
    if case .linear = scale {} else if error > 5 { return nil }
    let ends = [-1, 1].map { scale.value(middle + $0 * Self.normalQuantile * error) }
    guard ends.allSatisfy(\.isFinite) else { return nil }
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }

  /// The logarithm of the likelihood at its maximum over the standard deviation.
  private func logLikelihood(_ linearization: LevenbergMarquardt.Linearization) -> Double {
    let count = Double(linearization.dataCount)
    let squares = linearization.dataSquares
    if let robustScale {
      // Γ(5/2) / (√(4π) Γ(2)) = 3/8 is the density's factor for four degrees of freedom.
      return -0.5 * squares + count * .logarithm(0.375 / robustScale)
    }
    var value = -0.5 * count * (1 + .logarithm(2 * .pi * squares / count))
    if fit.likelihood == .lognormal {
      for row in fit.measurements.values {
        for measured in row where !measured.isNaN { value -= .logarithm(measured) }
      }
    }
    return value
  }

  /// Standard errors in the search's coordinates; nil if the data have no freedom left.
  private func standardErrors(_ best: Outcome, _ information: FitInformation?) -> [Double?]? {
    guard let information else { return nil }
    // A weight of a network has a penalty of its own and takes no freedom from the data.
    let weights = weightDeviations.count { $0 != nil }
    let freedom = best.linearization.dataCount - max(information.rank - weights, 0)
    guard freedom > 0 else { return nil }
    let squares = max(best.linearization.dataSquares, solverSquares)
    let variance = robustScale == nil ? squares / Double(freedom) : 1
    return information.standardErrors(variance: variance)
  }
}

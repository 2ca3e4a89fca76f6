import NumericCore

// Interim.
extension FitProblem {
  func result(_ best: Outcome, outcomes: [Outcome]) -> FitResult {
    let n = start.count
    var information = [Double](repeating: 0, count: n * n)
    for row in best.evaluation.residuals.indices {
      for i in 0..<n {
        for j in 0..<n {
          information[i * n + j] +=
            best.evaluation.jacobian[row * n + i] * best.evaluation.jacobian[row * n + j]
        }
      }
    }
    var estimates: [FitResult.Estimate] = []
    for (place, name) in names.enumerated() {
      var range: ClosedRange<Double>?
      if let factor = DenseMatrix.cholesky(information, size: n) {
        let unit = (0..<n).map { $0 == place ? 1.0 : 0 }
        let error = DenseMatrix.solve(cholesky: factor, size: n, unit)[place].squareRoot()
        let ends = [-1.96, 1.96].map { scales[place].value(best.unknowns[place] + $0 * error) }
        range = min(ends[0], ends[1])...max(ends[0], ends[1])
      }
      estimates.append(
        .init(name: name, value: scales[place].value(best.unknowns[place]), laplace: range, profile: nil))
    }
    let squares = (predictions(at: best.unknowns, derivatives: false, part: 1) ?? []).reduce(0.0) {
      let r = $1.value - $1.datum.value.number
      return $0 + r * r
    }
    return FitResult(
      estimates: estimates, unidentifiedGroups: [],
      parameters: models[0].values(at: values(at: best.unknowns)).parameters,
      initialState: initialState(of: 0, z: best.unknowns),
      standardDeviation: (squares / Double(dataCount)).squareRoot(), residualSquares: squares,
      logLikelihood: -best.evaluation.value, measurementCount: dataCount,
      hasConverged: best.hasConverged, starts: fit.starts, agreeingStarts: 1, solves: solves,
      predictions: [])
  }
}

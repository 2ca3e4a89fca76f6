/// Collects what data, priors and penalties add to minus the logarithm of the posterior density.
///
/// Rows: first one a datum, then those of the noise's size, then priors and penalties.
struct FitTerms {
  private(set) var evaluation: FitEvaluation
  private let count: Int
  private let derivatives: Bool
  private var scaleResiduals: [Double] = []
  private var scaleRows: [Double] = []
  /// Rows with a derivative by the size of a profiled noise, by observable: among the data or among the rows of sizes.
  private var profiled: [Int: [(row: Int, isScale: Bool, slope: Double)]] = [:]

  /// - Parameter sizes: of the observables whose noise is profiled.
  /// - Returns: nil where a datum or a prior has no density.
  init?(
    _ predictions: [FitProblem.Prediction], _ z: [Double], derivatives: Bool,
    sizes: [Int: Double], of problem: FitProblem
  ) {
    count = z.count
    self.derivatives = derivatives
    evaluation = FitEvaluation(
      value: 0, residuals: [], jacobian: [], dataCount: predictions.count)
    let censored = Set(
      predictions.lazy.filter { $0.datum.value.isCensored }.map { $0.datum.observable })
    for prediction in predictions {
      guard let term = problem.term(of: prediction) else { return nil }
      let isProfiled =
        sizes[prediction.datum.observable] != nil && prediction.datum.standardError == nil
      // Otherwise the size of a profiled noise and the curve do not share a row.
      let sharesRows = isProfiled && censored.contains(prediction.datum.observable)
      add(term, prediction, isProfiled: isProfiled, sharesRows: sharesRows)
    }
    if derivatives { for rows in profiled.values { takeOut(rows) } }
    evaluation.residuals += scaleResiduals
    evaluation.jacobian += scaleRows
    guard addPriors(of: problem, z), addPenalties(of: problem, z, sizes) else { return nil }
    guard evaluation.value.isFinite, evaluation.residuals.allSatisfy({ $0.isFinite }),
      evaluation.jacobian.allSatisfy({ $0.isFinite })
    else { return nil }
  }

  /// Priors and penalties alone, with their derivatives.
  init?(priorsOf problem: FitProblem, _ z: [Double], sizes: [Int: Double]) {
    count = z.count
    derivatives = true
    evaluation = FitEvaluation(value: 0, residuals: [], jacobian: [], dataCount: 0)
    guard addPriors(of: problem, z), addPenalties(of: problem, z, sizes) else { return nil }
  }

  /// Adds the term of a datum.
  private mutating func add(
    _ term: NoiseTerm, _ prediction: FitProblem.Prediction, isProfiled: Bool, sharesRows: Bool
  ) {
    evaluation.value += term.penalty
    let observable = prediction.datum.observable
    if isProfiled && term.main.byArguments.0 != 0 {
      profiled[observable, default: []].append(
        (evaluation.residuals.count, false, term.main.byArguments.0))
    }
    evaluation.residuals.append(term.main.residual)
    if derivatives { evaluation.jacobian += row(term.main, prediction) }
    guard let scale = term.scale else { return }
    let isKnown = prediction.datum.standardError != nil
    let moves =
      !isKnown
      && (scale.byValue != 0 || sharesRows || !prediction.argumentSlopes.0.isEmpty
        || !prediction.argumentSlopes.1.isEmpty)
    guard moves else { return }
    if isProfiled {
      profiled[observable, default: []].append(
        (scaleResiduals.count, true, scale.byArguments.0))
    }
    scaleResiduals.append(scale.residual)
    if derivatives { scaleRows += row(scale, prediction) }
  }

  private func row(_ row: NoiseTerm.Row, _ prediction: FitProblem.Prediction) -> [Double] {
    var result = prediction.slopes.map { row.byValue * $0 }
    if prediction.datum.standardError != nil { return result }
    for (slope, slopes) in [
      (row.byArguments.0, prediction.argumentSlopes.0),
      (row.byArguments.1, prediction.argumentSlopes.1),
    ] where slope != 0 && !slopes.isEmpty {
      for place in result.indices { result[place] += slope * slopes[place] }
    }
    return result
  }

  /// Takes the part of a profiled size out of its rows, which leaves the information that the data have after the size is estimated.
  ///
  /// With `s` the column of derivatives by the size's logarithm, `J ← J − s (sᵀJ) / (sᵀs)`. The gradient `JᵀR` stays as it is, for `sᵀR = 0` at
  /// the best size.
  private mutating func takeOut(_ rows: [(row: Int, isScale: Bool, slope: Double)]) {
    let squares = rows.reduce(0) { $0 + $1.slope * $1.slope }
    guard squares > 0 else { return }
    for column in 0..<count {
      let product = rows.reduce(0) { sum, row in
        let place = row.row * count + column
        return sum + row.slope * (row.isScale ? scaleRows[place] : evaluation.jacobian[place])
      }
      if product == 0 { continue }
      for row in rows {
        let place = row.row * count + column
        let change = row.slope * product / squares
        if row.isScale { scaleRows[place] -= change } else { evaluation.jacobian[place] -= change }
      }
    }
  }

  private mutating func append(_ residual: Double, slope: Double, at place: Int) {
    evaluation.residuals.append(residual)
    guard derivatives else { return }
    let first = evaluation.jacobian.count
    evaluation.jacobian.append(contentsOf: repeatElement(0, count: count))
    evaluation.jacobian[first + place] = slope
  }

  private mutating func addPriors(of problem: FitProblem, _ z: [Double]) -> Bool {
    for (place, unknown) in problem.unknowns.enumerated() {
      guard let prior = unknown.prior else { continue }
      let value = unknown.scale.value(z[place])
      let term = prior.term(at: value)
      guard term.penalty.isFinite else { return false }
      evaluation.value += term.penalty
      append(term.residual, slope: term.slope * unknown.scale.slope(z[place]), at: place)
    }
    return true
  }

  /// Penalties of networks' weights: in units of the noise of each observable, so that they act as residuals of its data.
  private mutating func addPenalties(
    of problem: FitProblem, _ z: [Double], _ sizes: [Int: Double]
  ) -> Bool {
    let weights = problem.unknowns.indices.filter { problem.unknowns[$0].weightDeviation != nil }
    if weights.isEmpty { return true }
    for (place, observable) in problem.observables.enumerated() {
      let size = sizes[place] ?? 0.05 * observable.spread
      let penalty = problem.weightPenalty(of: observable).squareRoot() / size
      for weight in weights {
        evaluation.value += 0.5 * penalty * penalty * z[weight] * z[weight]
        append(penalty * z[weight], slope: penalty, at: weight)
      }
    }
    return true
  }
}

import Integrators
import NumericCore

/// A fit with the states at some of the measured times as further unknowns.
///
/// The data are cut into segments, and each is solved from a state of its own; jumps between the segments are residuals
/// like the errors of the data, `weight · (x(end) − next start) / size of the state`. The weight grows until the segments
/// are one solution. A segment is too short to go far astray, so that a poor start is less of a danger than in a
/// solve of the whole span.
/// - Source: Bock 1983; van Domselaar and Hemker 1975.
final class MultipleShooting {
  private let problem: FitProblem
  /// The first row of each segment.
  private let firstRows: [Int]
  /// Unknowns of a segment that is not the first: the unknown parameters, then all states at its start.
  private let interior: SensitivityRegisters
  private let unknownParameters: Int
  /// `[state]`, root mean squares of the guessed states.
  private var stateSizes: [Double] = []
  /// `[node, state]`.
  private var nodeScales: [ParameterScale] = []

  private var states: Int { problem.fit.system.states.count }
  private var nodes: Int { firstRows.count - 1 }
  private var shared: Int { problem.scales.count }
  private var width: Int { shared + nodes * states }

  /// - Precondition: at least 4 times.
  init(_ problem: FitProblem, segments: Int?) {
    self.problem = problem
    let rows = problem.fit.measurements.times.count
    // The cost of a step grows with the cube of the number of unknowns.
    let usual = min(rows / 3, max(8, 240 / problem.fit.system.states.count))
    let count = max(2, min(segments ?? usual, rows / 2))
    firstRows = (0..<count).map { $0 * rows / count }
    let parameters = problem.unknowns.filter {
      if case .parameter = $0 { true } else { false }
    }
    unknownParameters = parameters.count
    interior = SensitivityRegisters(
      SensitivitySystem(
        problem.fit.system,
        unknowns: parameters + problem.fit.system.states.indices.map { .initial($0) },
        observables: problem.observables, isLinearized: !problem.fit.method.isExplicit),
      problem.fit, isInterior: true)
  }

  /// The unknowns with which the segments meet, from a point of the search; nil if there is no solution.
  func search(from point: [Double]) -> [Double]? {
    var point = point + guessNodes(from: point)
    var minimizer = TrustRegion(scales: problem.scales + nodeScales)
    minimizer.iterationLimit = 30
    minimizer.decreaseTolerance = 1e-8
    for weight in [0.1, 1, 10, 100, 1000, 1e4] {
      let found = minimizer.minimize(from: point) { self.evaluation(at: $0, weight: weight) }
      guard let found else { return nil }
      point = found.unknowns
    }
    return Array(point.prefix(shared))
  }

  // MARK: Nodes

  /// Coordinates of the states at the nodes: as measured, or as the equations lead there from the node before.
  private func guessNodes(from point: [Double]) -> [Double] {
    let (parameters, initials) = problem.values(at: point)
    let n = states
    let times = problem.fit.measurements.times
    var state = Array(
      problem.sensitivity.system.initialState(
        parameters: parameters, fixed: initials, time: times[0]
      ).prefix(n))
    var guesses = [state]
    for node in 1..<firstRows.count {
      let span = [times[firstRows[node - 1]], times[firstRows[node]]]
      let known = Dictionary(uniqueKeysWithValues: state.enumerated().map { ($0, $1) })
      if let walk = interior.walk(at: span, parameters: parameters, initials: known) {
        state = Array(walk.states[1].prefix(n))
      }
      for place in 0..<n {
        if let value = measured(place, at: firstRows[node]) { state[place] = value }
      }
      guesses.append(state)
    }
    stateSizes = (0..<n).map { place in
      let squares = guesses.reduce(0) { $0 + $1[place] * $1[place] }
      return max((squares / Double(guesses.count)).squareRoot(), 1e-12)
    }
    let isLognormal = problem.fit.likelihood == .lognormal
    nodeScales = guesses.dropFirst().flatMap { state in
      zip(state, stateSizes).map { value, size in
        let isPositive = isLognormal && value > 0
        return ParameterScale(
          lower: isPositive ? 0 : -.infinity, upper: .infinity, start: isPositive ? value : size)
      }
    }
    return zip(nodeScales, guesses.dropFirst().joined()).map { $0.coordinate($1) }
  }

  /// The measured value of a state at a row, on the line between its neighbours where it is missing.
  private func measured(_ state: Int, at row: Int) -> Double? {
    guard let column = problem.observables.firstIndex(of: .state(state)) else { return nil }
    let (times, values) = (problem.fit.measurements.times, problem.fit.measurements.values)
    if !values[row][column].isNaN { return values[row][column] }
    let before = (0..<row).last { !values[$0][column].isNaN }
    let after = (row..<times.count).first { !values[$0][column].isNaN }
    guard let before, let after else { return (before ?? after).map { values[$0][column] } }
    let part = (times[row] - times[before]) / (times[after] - times[before])
    return values[before][column] + part * (values[after][column] - values[before][column])
  }

  // MARK: Residuals

  /// Half the sum of squares, in units of the data's spread.
  private func evaluation(at point: [Double], weight: Double) -> FitEvaluation? {
    let (parameters, initials) = problem.values(at: point)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    problem.solves += 1
    var rows = ShootingRows(width: width)
    var jumps = ShootingRows(width: width)
    for segment in firstRows.indices {
      let isFirst = segment == 0
      let walker = isFirst ? problem.sensitivity : interior
      let start = isFirst ? initials : nodeState(segment, point)
      let (times, dataRows) = span(of: segment)
      guard let walk = walker.walk(at: times, parameters: parameters, initials: start) else {
        return nil
      }
      let columns = self.columns(of: segment, point)
      guard append(dataRows, walk.observations, columns, to: &rows) else { return nil }
      if segment + 1 < firstRows.count, let end = walk.states.last {
        appendJump(after: segment, end, columns, point, weight, to: &jumps)
      }
    }
    let count = rows.residuals.count
    rows.append(jumps)
    for unknown in 0..<shared where problem.weightDeviations[unknown] != nil {
      rows.append(problem.weightPenalty * point[unknown])
      rows.set(unknown, problem.weightPenalty)
    }
    return rows.evaluation(dataCount: count, unit: problem.spread)
  }

  /// The times of a segment up to the start of the next, and the rows whose data it explains.
  private func span(of segment: Int) -> (times: [Double], rows: Range<Int>) {
    let times = problem.fit.measurements.times
    let isLast = segment + 1 == firstRows.count
    let end = isLast ? times.count : firstRows[segment + 1]
    return (
      Array(times[firstRows[segment]..<(isLast ? end : end + 1)]), firstRows[segment]..<end
    )
  }

  private func nodeState(_ segment: Int, _ point: [Double]) -> [Int: Double] {
    let base = (segment - 1) * states
    return Dictionary(
      uniqueKeysWithValues: (0..<states).map { place in
        (place, nodeScales[base + place].value(point[shared + base + place]))
      })
  }

  /// For each unknown of a segment, its column and the slope of its value.
  private func columns(of segment: Int, _ point: [Double]) -> [(column: Int, slope: Double)] {
    func sharedColumn(_ place: Int) -> (column: Int, slope: Double) {
      (place, problem.scales[place].slope(point[place]))
    }
    if segment == 0 { return (0..<shared).map(sharedColumn) }
    let base = (segment - 1) * states
    return (0..<unknownParameters).map(sharedColumn)
      + (0..<states).map { place in
        let column = shared + base + place
        return (column, nodeScales[base + place].slope(point[column]))
      }
  }

  /// Residuals of a segment's data; false if a value cannot be.
  private func append(
    _ dataRows: Range<Int>, _ observations: [[Double]],
    _ columns: [(column: Int, slope: Double)], to rows: inout ShootingRows
  ) -> Bool {
    let count = problem.fit.measurements.names.count
    for (row, found) in zip(dataRows, observations) {
      let measured = problem.fit.measurements.values[row]
      for column in 0..<count where !measured[column].isNaN {
        guard
          let (residual, factor) = problem.residual(of: found[column], measured: measured[column])
        else { return false }
        rows.append(residual)
        for (unknown, place) in columns.enumerated() {
          rows.set(place.column, factor * found[(1 + unknown) * count + column] * place.slope)
        }
      }
    }
    return true
  }

  /// Residuals of the jump from the end of a segment to the start of the next.
  private func appendJump(
    after segment: Int, _ end: [Double], _ columns: [(column: Int, slope: Double)],
    _ point: [Double], _ weight: Double, to jumps: inout ShootingRows
  ) {
    let n = states
    let base = segment * n
    for state in 0..<n {
      let factor = weight * problem.spread / stateSizes[state]
      let column = shared + base + state
      let scale = nodeScales[base + state]
      jumps.append(factor * (end[state] - scale.value(point[column])))
      for (unknown, place) in columns.enumerated() {
        jumps.set(place.column, factor * end[(1 + unknown) * n + state] * place.slope)
      }
      jumps.set(column, -factor * scale.slope(point[column]))
    }
  }
}

/// Residuals with sparse rows of derivatives, collected one after the other.
private struct ShootingRows {
  let width: Int
  var residuals: [Double] = []
  var jacobian: [Double] = []

  init(width: Int) { self.width = width }

  mutating func append(_ residual: Double) {
    residuals.append(residual)
    jacobian.append(contentsOf: repeatElement(0, count: width))
  }

  mutating func append(_ others: ShootingRows) {
    residuals += others.residuals
    jacobian += others.jacobian
  }

  /// Half the sum of squares; nil if a row is not finite.
  func evaluation(dataCount: Int, unit: Double) -> FitEvaluation? {
    guard residuals.allSatisfy({ $0.isFinite }), jacobian.allSatisfy({ $0.isFinite }) else {
      return nil
    }
    let scaled = residuals.map { $0 / unit }
    return FitEvaluation(
      value: 0.5 * scaled.reduce(0) { $0 + $1 * $1 }, residuals: scaled,
      jacobian: jacobian.map { $0 / unit }, dataCount: dataCount)
  }

  /// Sets a derivative of the last residual.
  mutating func set(_ column: Int, _ value: Double) {
    jacobian[(residuals.count - 1) * width + column] = value
  }
}

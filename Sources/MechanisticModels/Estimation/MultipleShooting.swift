import Integrators
import NumericCore

/// A fit with the states at some of the measured times as further unknowns.
///
/// The data of every experiment are cut into segments, and each is solved from a state of its own; jumps between the segments are
/// residuals like the errors of the data, `weight · (x(end) − next start) / size of the state`. The weight grows until the segments
/// are one solution. A segment is too short to go far astray, so that a poor start is less of a danger than in a
/// solve of the whole span. Errors of the data are in units of the spread of their observable; censored values are left out.
/// - Source: Bock 1983; van Domselaar and Hemker 1975.
final class MultipleShooting {
  /// A part of an experiment that is solved by itself.
  private struct Segment {
    var experiment: Int
    /// Places of its first time and of the first time of the next segment, or of the end.
    var first: Int
    var end: Int
    /// The node at its start; nil: the start of the experiment.
    var node: Int?
    /// The node at its end.
    var next: Int?
  }

  private let problem: FitProblem
  private let segments: [Segment]
  /// Segments that are not the first of their experiment: the experiment's unknown parameters, then all states at their start.
  private var interiors: [Int: SensitivityRegisters] = [:]
  /// `[experiment]`, the places of the unknown parameters among all unknowns.
  private let parameterPlaces: [[Int]]
  /// `[state]`, root mean squares of the guessed states.
  private var stateSizes: [Double] = []
  /// `[node, state]`.
  private var nodeScales: [ParameterScale] = []

  private var states: Int { problem.fit.system.states.count }
  private var nodes: Int { segments.count { $0.node != nil } }
  private var shared: Int { problem.scales.count }
  private var width: Int { shared + nodes * states }

  /// Nil where no experiment has 4 times or more.
  init?(_ problem: FitProblem, segments wanted: Int?) {
    self.problem = problem
    let states = problem.fit.system.states.count
    // The cost of a step grows with the cube of the number of unknowns.
    let most = max(8, 240 / (states * problem.models.count))
    var segments: [Segment] = []
    var node = 0
    for (number, model) in problem.models.enumerated() {
      let rows = model.times.count
      let count = rows < 4 ? 1 : max(2, min(wanted ?? min(rows / 3, most), rows / 2))
      for place in 0..<count {
        let isLast = place + 1 == count
        segments.append(
          Segment(
            experiment: number, first: place * rows / count,
            end: isLast ? rows : (place + 1) * rows / count, node: place == 0 ? nil : node - 1,
            next: isLast ? nil : node))
        if !isLast { node += 1 }
      }
    }
    guard node > 0 else { return nil }
    self.segments = segments
    parameterPlaces = problem.models.map { model in
      zip(model.structure.unknowns, model.places).compactMap { unknown, place in
        if case .parameter = unknown { place } else { nil }
      }
    }
  }

  /// The unknowns with which the segments meet, from a point of the search; nil if there is no solution.
  func search(from point: [Double]) -> [Double]? {
    guard let guesses = guessNodes(from: point) else { return nil }
    var point = point + guesses
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

  // MARK: Solving

  private func interior(of number: Int) -> SensitivityRegisters {
    if let found = interiors[number] { return found }
    let model = problem.models[number]
    let parameters = model.structure.unknowns.filter {
      if case .parameter = $0 { true } else { false }
    }
    let unknowns = parameters + problem.fit.system.states.indices.map { .initial($0) }
    let made = problem.interior(of: number, unknowns: unknowns)
    interiors[number] = made
    return made
  }

  private func walk(
    _ segment: Segment, from state: [Int: Double]?, values: [Double]
  ) -> (states: [[Double]], observations: [[Double]])? {
    let model = problem.models[segment.experiment]
    let end = segment.next == nil ? segment.end : segment.end + 1
    let times = Array(model.times[segment.first..<end])
    let (parameters, initials) = model.values(at: values)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    let registers =
      segment.node == nil
      ? problem.sensitivity(of: segment.experiment) : interior(of: segment.experiment)
    return registers.walk(at: times, parameters: parameters, initials: state ?? initials)
  }

  // MARK: Nodes

  /// Coordinates of the states at the nodes: as measured, or as the equations lead there from the node before.
  private func guessNodes(from point: [Double]) -> [Double]? {
    let n = states
    let values = problem.values(at: point)
    var guesses: [[Double]] = []
    var sizes: [[Double]] = []
    var state: [Double] = []
    for segment in segments {
      if segment.node == nil {
        state = problem.initialState(of: segment.experiment, z: point)
        sizes.append(state)
      }
      guard segment.next != nil else { continue }
      let known = Dictionary(uniqueKeysWithValues: state.enumerated().map { ($0, $1) })
      let found = walk(segment, from: segment.node == nil ? nil : known, values: values)
      if let end = found?.states.last { state = Array(end.prefix(n)) }
      for place in 0..<n {
        if let value = measured(place, in: segment.experiment, at: segment.end) {
          state[place] = value
        }
      }
      guesses.append(state)
    }
    sizes += guesses
    guard guesses.joined().allSatisfy({ $0.isFinite }) else { return nil }
    stateSizes = (0..<n).map { place in
      let squares = sizes.reduce(0) { $0 + $1[place] * $1[place] }
      return max((squares / Double(sizes.count)).squareRoot(), 1e-12)
    }
    let isPositive = problem.fit.noise == .lognormal
    nodeScales = guesses.flatMap { state in
      zip(state, stateSizes).map { value, size in
        let isBounded = isPositive && value > 0
        return ParameterScale(
          lower: isBounded ? 0 : -.infinity, upper: .infinity, start: isBounded ? value : size)
      }
    }
    return zip(nodeScales, guesses.joined()).map { $0.coordinate($1) }
  }

  /// The measured value of a state at a time, on the line between its neighbours where it is missing.
  private func measured(_ state: Int, in number: Int, at place: Int) -> Double? {
    let model = problem.models[number]
    let known = model.data.filter { datum in
      let observable = problem.observables[datum.observable]
      guard case .exact = datum.value, !observable.isIncrease else { return false }
      return problem.sources[observable.source] == .state(state)
    }
    let time = model.times[place]
    let before = known.filter { model.times[$0.time] <= time }
      .max { $0.time < $1.time }
    let after = known.filter { model.times[$0.time] >= time }
      .min { $0.time < $1.time }
    guard let before, let after else { return (before ?? after)?.value.number }
    let (first, last) = (model.times[before.time], model.times[after.time])
    guard last > first else { return before.value.number }
    let part = (time - first) / (last - first)
    return before.value.number + part * (after.value.number - before.value.number)
  }

  // MARK: Residuals

  /// Half the sum of squares, in units of the data's spread.
  private func evaluation(at point: [Double], weight: Double) -> FitEvaluation? {
    let values = problem.values(at: Array(point.prefix(shared)))
    problem.solves += 1
    var rows = ShootingRows(width: width)
    var jumps = ShootingRows(width: width)
    for segment in segments {
      let start = segment.node.map { nodeState($0, point) }
      guard let walk = walk(segment, from: start, values: values) else { return nil }
      let columns = self.columns(of: segment, point)
      guard append(segment, walk.observations, columns, to: &rows) else { return nil }
      if let next = segment.next, let end = walk.states.last {
        appendJump(to: next, end, columns, point, weight, to: &jumps)
      }
    }
    let count = rows.residuals.count
    rows.append(jumps)
    // With one spread a penalty relative to it is the plain factor.
    for unknown in 0..<shared where problem.weightDeviations[unknown] != nil {
      rows.append(problem.fit.networkPenalty * point[unknown])
      rows.set(unknown, problem.fit.networkPenalty)
    }
    return rows.evaluation(dataCount: count)
  }

  private func nodeState(_ node: Int, _ point: [Double]) -> [Int: Double] {
    let base = node * states
    return Dictionary(
      uniqueKeysWithValues: (0..<states).map { place in
        (place, nodeScales[base + place].value(point[shared + base + place]))
      })
  }

  /// For each unknown of a segment, its column and the slope of its value.
  private func columns(of segment: Segment, _ point: [Double]) -> [(column: Int, slope: Double)] {
    func sharedColumn(_ place: Int) -> (column: Int, slope: Double) {
      (place, problem.scales[place].slope(point[place]))
    }
    guard let node = segment.node else {
      return problem.models[segment.experiment].places.map(sharedColumn)
    }
    let base = node * states
    return parameterPlaces[segment.experiment].map(sharedColumn)
      + (0..<states).map { place in
        let column = shared + base + place
        return (column, nodeScales[base + place].slope(point[column]))
      }
  }

  /// Residuals of a segment's data; false if a value cannot be.
  private func append(
    _ segment: Segment, _ observations: [[Double]],
    _ columns: [(column: Int, slope: Double)], to rows: inout ShootingRows
  ) -> Bool {
    let sources = problem.sources.count
    for datum in problem.models[segment.experiment].data {
      guard (segment.first..<segment.end).contains(datum.time),
        case .exact(let measured) = datum.value
      else { continue }
      let observable = problem.observables[datum.observable]
      let row = observations[datum.time - segment.first]
      var before: [Double]?
      if observable.isIncrease {
        guard let since = datum.since, since >= segment.first else { continue }
        before = observations[since - segment.first]
      }
      let value = row[observable.source] - (before?[observable.source] ?? 0)
      var (residual, factor) = (value - measured, 1.0)
      if observable.noise == .lognormal {
        guard value > 0 else { return false }
        (residual, factor) = (.logarithm(value) - .logarithm(measured), 1 / value)
      }
      rows.append(residual / observable.spread)
      for (unknown, place) in columns.enumerated() {
        let column = (1 + unknown) * sources + observable.source
        let slope = row[column] - (before?[column] ?? 0)
        rows.set(place.column, factor * slope * place.slope / observable.spread)
      }
    }
    return true
  }

  /// Residuals of the jump from the end of a segment to the node there.
  private func appendJump(
    to node: Int, _ end: [Double], _ columns: [(column: Int, slope: Double)],
    _ point: [Double], _ weight: Double, to jumps: inout ShootingRows
  ) {
    let n = states
    let base = node * n
    for state in 0..<n {
      let factor = weight / stateSizes[state]
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
  func evaluation(dataCount: Int) -> FitEvaluation? {
    guard residuals.allSatisfy({ $0.isFinite }), jacobian.allSatisfy({ $0.isFinite }) else {
      return nil
    }
    return FitEvaluation(
      value: 0.5 * residuals.reduce(0) { $0 + $1 * $1 }, residuals: residuals,
      jacobian: jacobian, dataCount: dataCount)
  }

  /// Sets a derivative of the last residual.
  mutating func set(_ column: Int, _ value: Double) {
    jacobian[(residuals.count - 1) * width + column] = value
  }
}

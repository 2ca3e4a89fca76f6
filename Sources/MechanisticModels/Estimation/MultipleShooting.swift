import Platform
import Integrators

/// A fit with the states at some of the measured times as further unknowns.
///
/// The data of each experiment are cut into segments, and each is solved from a state of its own; jumps between the segments are
/// residuals like the errors of the data, `weight · (x(end) − next start) / size of the state`. The weight grows until the segments
/// are one solution. A segment is too short to go far astray, so that a poor start is less of a danger than in a
/// solve of the whole span.
/// - Source: Bock 1983; van Domselaar and Hemker 1975.
final class MultipleShooting {
  /// A piece of an experiment.
  private struct Segment {
    var experiment: Int
    /// Places of its times, with that of the start of the next segment.
    var times: ClosedRange<Int>
    /// Place of its own state among the nodes; nil where it starts as the experiment does.
    var node: Int?
    /// Whether another segment of the experiment follows, whose node is the next.
    var isFollowed: Bool
    /// Whether a datum belongs to it: to the segment that starts at its time.
    func contains(_ datum: ExperimentModel.Datum) -> Bool {
      let end = isFollowed ? times.upperBound - 1 : times.upperBound
      return times.lowerBound <= datum.time && datum.time <= end
        && datum.since ?? datum.time >= times.lowerBound
    }
  }

  /// Where an unknown of a segment is among all coordinates, and the slope of its value.
  private typealias Column = (place: Int, slope: Double)

  private let problem: FitProblem
  private let segments: [Segment]
  /// By experiment; unknowns: its parameters, then all states at the start.
  private let interiors: [SwitchingRegisters]
  /// `[state]`, root mean squares of the guessed states.
  private var stateSizes: [Double] = []
  /// `[node, state]`.
  private var nodeScales: [ParameterScale] = []

  private var states: Int { problem.fit.system.states.count }
  private var shared: Int { problem.unknowns.count }
  private var width: Int { shared + nodeScales.count }

  /// - Parameter count: segments of each experiment; `nil` for one for three times, but no more than 240 unknown states.
  init(_ problem: FitProblem, segments count: Int?) {
    self.problem = problem
    let system = problem.fit.system
    // The cost of a step grows with the number of unknowns.
    let most = max(8, 240 / (system.states.count * problem.models.count))
    var segments: [Segment] = []
    var node = 0
    for (experiment, model) in problem.models.enumerated() {
      let rows = model.times.count
      let pieces = max(1, min(count ?? min(rows / 3, most), rows / 2))
      for piece in 0..<pieces {
        let isFollowed = piece + 1 < pieces
        let (first, next) = (piece * rows / pieces, (piece + 1) * rows / pieces)
        segments.append(
          Segment(
            experiment: experiment, times: first...(isFollowed ? next : rows - 1),
            node: piece == 0 ? nil : node, isFollowed: isFollowed))
        if piece > 0 { node += 1 }
      }
    }
    self.segments = segments
    let cache = SystemCache()
    interiors = problem.models.map { model in
      let unknowns =
        Self.parameters(of: model).map(\.unknown)
        + system.states.indices.map { SensitivitySystem.Unknown.initial($0) }
      // A segment is short.
      return SwitchingRegisters(problem.fit, stiffBudget: 300) { fit in
        let made = cache.system(of: unknowns, problem.sources, fit)
        return SensitivityRegisters(made, fit, of: model.experiment, isInterior: true)
      }
    }
  }

  /// Systems that experiments with the same unknowns share.
  private final class SystemCache {
    private var systems: [[SensitivitySystem.Unknown]: [Bool: SensitivitySystem]] = [:]

    func system(
      of unknowns: [SensitivitySystem.Unknown], _ sources: [SensitivitySystem.Observable],
      _ fit: ParameterFit
    ) -> SensitivitySystem {
      let isLinearized = !fit.solvingMethod.isExplicit
      if let found = systems[unknowns]?[isLinearized] { return found }
      let made = SensitivitySystem(
        fit.system, unknowns: unknowns, observables: sources, isLinearized: isLinearized)
      systems[unknowns, default: [:]][isLinearized] = made
      return made
    }
  }

  private static func parameters(
    of model: ExperimentModel
  ) -> [(unknown: SensitivitySystem.Unknown, place: Int)] {
    zip(model.structure.unknowns, model.places).compactMap { unknown, place in
      if case .parameter = unknown { (unknown, place) } else { nil }
    }
  }

  /// The unknowns with which the segments meet, from a point of the search; nil if there is no solution.
  func search(from point: [Double]) -> [Double]? {
    guard segments.contains(where: { $0.node != nil }), let nodes = guessNodes(from: point) else {
      return nil
    }
    var point = point + nodes
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

  /// States at the nodes: as measured, or as solved from the node before; nil where the first segments have no solution.
  private func guessNodes(from point: [Double]) -> [Double]? {
    let values = problem.values(at: point)
    var guesses: [[Double]] = []
    var state: [Double] = []
    for segment in segments {
      let model = problem.models[segment.experiment]
      let (parameters, initials) = model.values(at: values)
      if segment.node == nil {
        let registers = problem.registers(of: segment.experiment, derivatives: false)
        guard
          let first = registers.initialState(
            at: model.times[0], parameters: parameters, initials: initials)
        else { return nil }
        state = Array(first.prefix(states))
      }
      guard segment.isFollowed else { continue }
      let span = [model.times[segment.times.lowerBound], model.times[segment.times.upperBound]]
      let known = Dictionary(uniqueKeysWithValues: state.enumerated().map { ($0, $1) })
      let interior = interiors[segment.experiment]
      if let walk = interior.walk(at: span, parameters: parameters, initials: known) {
        state = Array(walk.states[1].prefix(states))
      }
      for place in state.indices {
        if let value = measured(place, in: model, at: model.times[segment.times.upperBound]) {
          state[place] = value
        }
      }
      guesses.append(state)
    }
    stateSizes = (0..<states).map { place in
      let squares = guesses.reduce(0) { $0 + $1[place] * $1[place] }
      return max((squares / Double(max(guesses.count, 1))).squareRoot(), 1e-12)
    }
    let isPositive = problem.observables.allSatisfy { $0.noise == .lognormal }
    nodeScales = guesses.flatMap { guess in
      zip(guess, stateSizes).map { value, size in
        let isLogarithmic = isPositive && value > 0
        return ParameterScale(
          lower: isLogarithmic ? 0 : -.infinity, upper: .infinity,
          start: isLogarithmic ? value : size)
      }
    }
    return zip(nodeScales, guesses.joined()).map { $0.coordinate($1) }
  }

  /// The measured value of a state at a time, on the line between its neighbours.
  private func measured(_ state: Int, in model: ExperimentModel, at time: Double) -> Double? {
    let data = model.data.filter { datum in
      let observable = problem.observables[datum.observable]
      return problem.sources[observable.source] == .state(state) && !datum.value.isCensored
        && datum.since == nil
    }.map { (time: model.times[$0.time], value: $0.value.number) }
    let before = data.filter { $0.time <= time }.max { $0.time < $1.time }
    let after = data.filter { $0.time >= time }.min { $0.time < $1.time }
    guard let before, let after else { return (before ?? after)?.value }
    if after.time == before.time { return before.value }
    let part = (time - before.time) / (after.time - before.time)
    return before.value + part * (after.value - before.value)
  }

  // MARK: Residuals

  /// Half the sum of squares, data in units of the spread of their observable.
  private func evaluation(at point: [Double], weight: Double) -> FitEvaluation? {
    let values = problem.values(at: Array(point.prefix(shared)))
    problem.solves += 1
    var rows = ShootingRows(width: width)
    var jumps = ShootingRows(width: width)
    for segment in segments {
      let model = problem.models[segment.experiment]
      let (parameters, initials) = model.values(at: values)
      guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
      let walker =
        segment.node == nil
        ? problem.registers(of: segment.experiment, derivatives: true)
        : interiors[segment.experiment]
      guard
        let walk = walker.walk(
          at: Array(model.times[segment.times]), parameters: parameters,
          initials: segment.node.map { nodeState($0, point) } ?? initials)
      else { return nil }
      let columns = self.columns(of: segment, point)
      append(segment, walk.observations, columns, to: &rows)
      if segment.isFollowed, let end = walk.states.last {
        let node = segment.node.map { $0 + 1 } ?? firstNode(of: segment.experiment)
        appendJump(to: node, end, walker.sizes, columns, point, weight, in: &jumps)
      }
    }
    let count = rows.residuals.count
    rows.append(jumps)
    for unknown in 0..<shared where problem.weightDeviations[unknown] != nil {
      let penalty = problem.fit.networkPenalty
      rows.append(penalty * point[unknown])
      rows.set(unknown, penalty)
    }
    return rows.evaluation(dataCount: count)
  }

  private func firstNode(of experiment: Int) -> Int {
    segments.first { $0.experiment == experiment && $0.node != nil }?.node ?? 0
  }

  private func nodeState(_ node: Int, _ point: [Double]) -> [Int: Double] {
    let base = node * states
    return Dictionary(
      uniqueKeysWithValues: (0..<states).map { place in
        (place, nodeScales[base + place].value(point[shared + base + place]))
      })
  }

  /// For each unknown of a segment, its column and the slope of its value.
  private func columns(of segment: Segment, _ point: [Double]) -> [Column] {
    func sharedColumn(_ place: Int) -> Column {
      (place, problem.scales[place].slope(point[place]))
    }
    let model = problem.models[segment.experiment]
    guard let node = segment.node else { return model.places.map(sharedColumn) }
    let base = node * states
    return Self.parameters(of: model).map { sharedColumn($0.place) }
      + (0..<states).map { place in
        let column = shared + base + place
        return (column, nodeScales[base + place].slope(point[column]))
      }
  }

  /// Residuals of a segment's exact data.
  private func append(
    _ segment: Segment, _ observations: [[Double]], _ columns: [Column],
    to rows: inout ShootingRows
  ) {
    let sources = problem.sources.count
    let first = segment.times.lowerBound
    for datum in problem.models[segment.experiment].data where segment.contains(datum) {
      guard case .exact(let measured) = datum.value else { continue }
      let observable = problem.observables[datum.observable]
      let row = observations[datum.time - first]
      let before = datum.since.map { observations[$0 - first] }
      /// A value, or its derivative by an unknown of the segment.
      func element(_ block: Int) -> Double {
        let place = block * sources + observable.source
        return row[place] - (before?[place] ?? 0)
      }
      var (residual, factor) = (element(0) - measured, 1 / observable.spread)
      if observable.noise == .lognormal {
        let value = max(element(0), 1e-12 * measured)
        (residual, factor) = (.logarithm(value / measured), factor / value)
        residual *= value
      }
      rows.append(factor * residual)
      for (unknown, column) in columns.enumerated() {
        rows.set(column.place, factor * element(1 + unknown) * column.slope)
      }
    }
  }

  /// Residuals of the jump from the end of a segment to a node.
  private func appendJump(
    to node: Int, _ end: [Double], _ sizes: [Double], _ columns: [Column], _ point: [Double],
    _ weight: Double, in jumps: inout ShootingRows
  ) {
    let n = states
    for state in 0..<n {
      let factor = weight / stateSizes[state]
      let column = shared + node * n + state
      let scale = nodeScales[node * n + state]
      jumps.append(factor * (end[state] - scale.value(point[column])))
      for (unknown, other) in columns.enumerated() {
        let slope = end[(1 + unknown) * n + state] / sizes[unknown]
        jumps.set(other.place, factor * slope * other.slope)
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

  /// Sets a derivative of the last residual.
  mutating func set(_ column: Int, _ value: Double) {
    jacobian[(residuals.count - 1) * width + column] = value
  }

  /// Half the sum of squares; nil if a row is not finite.
  func evaluation(dataCount: Int) -> FitEvaluation? {
    guard residuals.allSatisfy({ $0.isFinite }), jacobian.allSatisfy({ $0.isFinite }) else {
      return nil
    }
    return FitEvaluation(
      value: 0.5 * residuals.reduce(0) { $0 + $1 * $1 }, residuals: residuals, jacobian: jacobian,
      dataCount: dataCount)
  }
}

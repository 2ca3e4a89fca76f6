package import ContinuousModels
package import Tensors

/// What is known of each of several experiments before any inference, as tensors.
package struct SubjectConditions: TensorTree {
  /// A stretch between two doses: where every row is solved, and what it adds at the end.
  package struct Piece: TensorTree {
    /// Of the start of the piece, of every query within it and of its end: float64 `[batch, 2 + time]`.
    var times: Tensor
    /// 1 where a query belongs to this piece or a later one, `[time, batch, 1]`.
    var isReached: Tensor
    /// What is added to the states at the end, in their own units, `[batch, state]`.
    var amounts: Tensor

    package mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("times", &times)
      visitor("isReached", &isReached)
      visitor("amounts", &amounts)
    }
  }

  /// Known values of parameters and 1 where they are known, `[batch, parameter]`.
  var parameters, isParameterKnown: Tensor
  /// Known initial values and 1 where they are known, `[batch, state]`.
  var initial, isInitialKnown: Tensor
  /// One more than there are doses.
  var pieces: [Piece]

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("parameters", &parameters)
    visitor("isParameterKnown", &isParameterKnown)
    visitor("initial", &initial)
    visitor("isInitialKnown", &isInitialKnown)
    for place in pieces.indices { visitor("pieces.\(place)", &pieces[place]) }
  }
}

/// Experiments as tensors for a GOKU-net that reads each as a whole.
package struct SubjectBatch: TensorTree {
  package var observed: ObservedSequence
  package var query: LatentQuery
  package var conditions: SubjectConditions
  /// Normalized measured values, 0 where there are none, and 1 where there are, `[time, batch, channel]`.
  package var targets, weights: Tensor
  /// Standard normal, `[batch, 2 · latent]`.
  package var noise: Tensor
  /// 1 where experiments have posteriors of their own, 0 where only the encoder is trained: `[]`.
  package var refinement = Tensor([Float(1)], shape: [])

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("observed", &observed)
    visitor("query", &query)
    visitor("conditions", &conditions)
    visitor("targets", &targets)
    visitor("weights", &weights)
    visitor("noise", &noise)
    visitor("refinement", &refinement)
  }
}

/// Makes the tensors of experiments.
package struct SubjectTensors {
  let law: EquationMechanism
  let channels: [String]
  let means, deviations: [Double]
  /// When the initial values of each experiment hold, in the time of the equations.
  let starts: [Double]

  /// Rows of one experiment: times, with the values of each channel where measured; values before a dose at their time come first.
  package struct Row {
    package var time: Double
    package var isBeforeDose: Bool
    package var values: [Double?]
  }

  private static let featuresOfChannel = 2

  package init(
    law: EquationMechanism, channels: [String], means: [Double], deviations: [Double],
    starts: [Double]
  ) {
    self.law = law
    self.channels = channels
    (self.means, self.deviations) = (means, deviations)
    self.starts = starts
  }

  package var featureCount: Int { Self.featuresOfChannel * channels.count + 1 }

  /// The measured rows of an experiment in order; replicates are rows of their own.
  package func rows(of experiment: Experiment) -> [Row] {
    var rows: [Row] = []
    for measurement in experiment.measurements.sorted(by: { $0.time < $1.time }) {
      guard let channel = channels.firstIndex(of: measurement.observable) else { continue }
      let place = rows.lastIndex {
        $0.time == measurement.time && $0.isBeforeDose == measurement.isBeforeDose
          && $0.values[channel] == nil
      }
      let value = measurement.value.number
      if let place {
        rows[place].values[channel] = value
      } else {
        var values = [Double?](repeating: nil, count: channels.count)
        values[channel] = value
        rows.append(
          Row(time: measurement.time, isBeforeDose: measurement.isBeforeDose, values: values))
      }
    }
    return rows.sorted { ($0.time, $0.isBeforeDose ? 0 : 1) < ($1.time, $1.isBeforeDose ? 0 : 1) }
  }

  /// - Parameter noise: `[batch, 2 · latent]`.
  package func batch(_ experiments: [Experiment], noise: Tensor) -> SubjectBatch {
    let tables = experiments.map(rows)
    let (count, batch, width) = (tables.map(\.count).max() ?? 0, experiments.count, channels.count)
    var features = [Float](repeating: 0, count: count * batch * featureCount)
    var mask = [Float](repeating: 0, count: count * batch)
    var targets = [Float](repeating: 0, count: count * batch * width)
    var weights = targets
    for (subject, rows) in tables.enumerated() {
      for (place, row) in rows.enumerated() {
        let slot = place * batch + subject
        mask[slot] = 1
        features[slot * featureCount + 2 * width] =
          Float((row.time - starts[subject]) / law.timeScale)
        for (channel, value) in row.values.enumerated() {
          guard let value else { continue }
          let normalized = Float((value - means[channel]) / deviations[channel])
          features[slot * featureCount + channel] = normalized
          features[slot * featureCount + width + channel] = 1
          targets[slot * width + channel] = normalized
          weights[slot * width + channel] = 1
        }
      }
    }
    let times = tables.enumerated().map { subject, rows in
      (0..<count).map { $0 < rows.count ? rows[$0].time : rows.last?.time ?? starts[subject] }
    }
    let shape = [count, batch, width]
    return SubjectBatch(
      observed: ObservedSequence(
        features: Tensor(features, shape: [count, batch, featureCount]),
        mask: Tensor(mask, shape: [count, batch, 1]), gaps: .zeros([count, batch, 1])),
      query: LatentQuery(times: Tensor(modelTimes(times), shape: [batch, 1 + count])),
      conditions: conditions(experiments, tables, times),
      targets: Tensor(targets, shape: shape), weights: Tensor(weights, shape: shape), noise: noise)
  }

  /// The start and the queries in the model's time, `[batch, 1 + time]`.
  private func modelTimes(_ times: [[Double]]) -> [Double] {
    zip(starts, times).flatMap { start, own in ([start] + own).map { $0 / law.timeScale } }
  }

  private func conditions(
    _ experiments: [Experiment], _ tables: [[Row]], _ times: [[Double]]
  ) -> SubjectConditions {
    let system = law.system
    func known(_ names: [String]) -> (values: Tensor, mask: Tensor) {
      let values = experiments.flatMap { one in names.map { Float(one.conditions[$0] ?? 0) } }
      let mask = experiments.flatMap { one in
        names.map { one.conditions[$0] == nil ? Float(0) : 1 }
      }
      let shape = [experiments.count, names.count]
      return (Tensor(values, shape: shape), Tensor(mask, shape: shape))
    }
    let parameters = known(system.parameters.map(\.name))
    let initial = known(system.states.map { "\($0.name)(0)" })
    return SubjectConditions(
      parameters: parameters.values, isParameterKnown: parameters.mask, initial: initial.values,
      isInitialKnown: initial.mask, pieces: pieces(experiments, tables, times))
  }

  /// The stretches between the doses of every experiment; an experiment with fewer doses than others has empty stretches at its end.
  private func pieces(
    _ experiments: [Experiment], _ tables: [[Row]], _ times: [[Double]]
  ) -> [SubjectConditions.Piece] {
    let doses = experiments.map(\.doses.expanded)
    let most = doses.map(\.count).max() ?? 0
    let (batch, count) = (experiments.count, times.first?.count ?? 0)
    return (0...most).map { piece in
      var rowTimes: [Double] = []
      var isReached = [Float](repeating: 0, count: count * batch)
      var amounts = [Float](repeating: 0, count: batch * law.system.states.count)
      for subject in experiments.indices {
        let (own, all) = (doses[subject], times[subject])
        let last = max(all.last ?? starts[subject], own.last?.time ?? starts[subject])
        let start = piece == 0 ? starts[subject] : own.count >= piece ? own[piece - 1].time : last
        let end = piece < own.count ? own[piece].time : last
        let inside = all.map { min(max($0, start), end) }
        rowTimes += ([start] + inside + [end]).map { $0 / law.timeScale }
        for (place, time) in all.enumerated() {
          let isBefore = place < tables[subject].count && tables[subject][place].isBeforeDose
          let isHere = piece == 0 || time > start || (time == start && !isBefore)
          isReached[place * batch + subject] = isHere && piece <= own.count ? 1 : 0
        }
        if piece < own.count, let state = law.system.stateIndex(own[piece].compartment) {
          amounts[subject * law.system.states.count + state] = Float(own[piece].amount)
        }
      }
      return SubjectConditions.Piece(
        times: Tensor(rowTimes, shape: [batch, count + 2]),
        isReached: Tensor(isReached, shape: [count, batch, 1]),
        amounts: Tensor(amounts, shape: [batch, law.system.states.count]))
    }
  }
}

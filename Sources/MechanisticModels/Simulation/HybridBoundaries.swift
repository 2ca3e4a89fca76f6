/// All times of a solve at which something is known to happen.
struct HybridBoundaries<Scalar: EquationScalar> {
  private let registers: HybridRegisters<Scalar>
  private let start: Double
  private let end: Double
  private let direction: Double
  private(set) var boundaries: [Boundary] = []

  /// Sets the modes of timed switches and the rates of infusions as they are at the start.
  ///
  /// - Parameters:
  ///   - times: of the solve, the start first and the end last.
  ///   - isContinued: whether the doses at the start are in the initial state already.
  /// - Returns: nil if a switch changes too often.
  init?(
    _ registers: HybridRegisters<Scalar>, _ schedule: DoseSchedule, at times: [Double],
    isContinued: Bool
  ) {
    self.registers = registers
    start = times[0]
    end = times[times.count - 1]
    direction = end < start ? -1 : 1
    if direction > 0 { addDoses(schedule) }
    let knots = Set(registers.knots).filter(isInside).sorted { ($1 - $0) * direction > 0 }
    boundaries += knots.map { Boundary(time: $0, change: .knot) }
    var timed = TimedSwitches(registers, from: start, to: end, knots: knots)
    guard timed.locate() else { return nil }
    boundaries += timed.boundaries
    addSharpFunctions(timed.boundaries, knots)
    align(to: times)
    let inOrder = boundaries.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      if a.time != b.time { return (b.time - a.time) * direction > 0 }
      return (a.change.order, first.offset) < (b.change.order, second.offset)
    }
    boundaries = inOrder.map(\.element)
    if isContinued { boundaries.removeAll { $0.time == start && $0.change.setsState } }
  }

  private func isInside(_ time: Double) -> Bool {
    (time - start) * direction > 0 && (end - time) * direction > 0
  }

  private mutating func addDoses(_ schedule: DoseSchedule) {
    let zeros = [Double](repeating: 0, count: registers.stateCount)
    let timeline = DoseTimeline(
      registers.model, schedule, values: registers.values(start, zeros),
      gradients: registers.gradients(start, zeros), end: end)
    for boundary in timeline.boundaries {
      if boundary.time >= start && boundary.time <= end {
        boundaries.append(boundary)
      } else if boundary.time < start, case .rate(let input, let change) = boundary.change {
        registers.set(input: input, to: registers.inputs[input] + change)
      }
    }
  }

  private mutating func addSharpFunctions(_ flips: [Boundary], _ knots: [Double]) {
    let functions = registers.model.timedFunctions
    if functions.isEmpty { return }
    let zeros = [Double](repeating: 0, count: registers.stateCount)
    let present = registers.snapshot
    let count = TimedSwitches<Scalar>.sampleCount
    var next = 0
    var samples = functions.map { _ in [Double]() }
    for number in 0...count {
      let time = start + (end - start) * (Double(number) / Double(count))
      while next < flips.count, (flips[next].time - time) * direction <= 0 {
        if case .mode(let place, let mode) = flips[next].change {
          registers.set(mode: place, to: mode)
        }
        next += 1
      }
      registers.fixIntervals(from: time, to: time)
      let values = registers.values(time, zeros)
      for (place, function) in functions.enumerated() { samples[place].append(values[function]) }
    }
    registers.restore(present)
    for values in samples {
      let sharp = SharpFunctions(samples: values, start: start, end: end)
      boundaries += sharp.forcedTimes.filter(isInside).map { Boundary(time: $0, change: .knot) }
    }
  }

  /// Makes times equal that differ by rounding: from the times of the solve, and from each other.
  private mutating func align(to times: [Double]) {
    let resolution = 4 * max(start.magnitude, end.magnitude).ulp
    let places = boundaries.indices.sorted { boundaries[$0].time < boundaries[$1].time }
    let saves = times.sorted()
    var save = 0
    var last = -Double.infinity
    for place in places {
      var time = boundaries[place].time
      while save + 1 < saves.count,
        (saves[save + 1] - time).magnitude <= (saves[save] - time).magnitude
      {
        save += 1
      }
      if (saves[save] - time).magnitude <= resolution {
        time = saves[save]
      } else if time - last <= resolution {
        time = last
      }
      boundaries[place].time = time
      last = time
    }
  }
}

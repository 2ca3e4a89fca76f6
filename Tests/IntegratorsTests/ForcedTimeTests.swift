import Platform
import NumericCore
import Integrators
import Testing

/// A field that jumps at given times: `y' = y cos 4t` times a factor that changes from piece to
/// piece, as a function of time alone (the field has no other information than the time).
private struct JumpingField: VectorField {
  var jumps: [Double]
  static let factors = [1.0, -0.7, 2, 0.4, -1.5]

  func factor(_ time: Double) -> Double {
    Self.factors[jumps.filter { time >= $0 }.count]
  }

  func callAsFunction(_ time: Double, _ y: Double) -> Double {
    factor(time) * Double.cosine(4 * time) * y
  }

  /// The closed form `exp Σ factor (sin 4b − sin 4a) / 4` from 1 at `start`.
  func exact(from start: Double, to end: Double) -> Double {
    let (low, high) = (min(start, end), max(start, end))
    let knots = [low] + jumps.filter { $0 > low && $0 < high } + [high]
    let exponent = zip(knots, knots.dropFirst()).reduce(0) { sum, piece in
      sum + factor(0.5 * (piece.0 + piece.1)) * 0.25
        * (Double.sine(4 * piece.1) - Double.sine(4 * piece.0))
    }
    return Double.exponential(end >= start ? exponent : -exponent)
  }
}

/// The pieces announced to a field, and at which times it was evaluated.
private final class PieceLog: @unchecked Sendable {
  var pieces: [(start: Double, end: Double, state: Double)] = []
  var times: [[Double]] = []
}

private struct LoggedField: VectorField {
  let log = PieceLog()
  func callAsFunction(_ time: Double, _ y: Double) -> Double {
    log.times[log.times.count - 1].append(time)
    return -y
  }
  mutating func beginPiece(from start: Double, to end: Double, at state: Double) {
    log.pieces.append((start, end, state))
    log.times.append([])
  }
}

private func rowField(_ field: JumpingField) -> RowTestField<Double> {
  RowTestField(width: 1) { time, y, _, derivative in derivative[0] = field(time, y[0]) }
}

private let tight = StepControl.proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9))

@Suite struct ForcedTimeTests {
  private let field = JumpingField(jumps: [0.3, 0.75, 1.1, 1.6])

  @Test(arguments: ODEMethod.all, [(0.0, 2.0), (2.0, 0.0)])
  func `a method keeps its order across jumps`(method: ODEMethod, ends: (Double, Double)) throws {
    let span = TimeSpan(from: ends.0, to: ends.1)
    // Steps at which each method is in its asymptotic range and above rounding, in each piece.
    let counts = [[64, 256], [16, 64], [12, 36]][max(0, method.order - 4)]
    let saves = field.jumps + [0, 2]
    let ordered = ends.1 > ends.0 ? saves.sorted() : saves.sorted().reversed()
    let errors = try counts.map { count in
      let solution = try ODESolver(method: method, control: .steps(perInterval: count))
        .solve(field, from: 1, over: span, at: ordered, forcedTimes: field.jumps)
      #expect(solution.statistics.acceptedSteps == 5 * count)
      return zip(ordered, solution.states).reduce(0) { largest, save in
        max(largest, abs(save.1 / field.exact(from: ends.0, to: save.0) - 1))
      }
    }
    let slope =
      Double.logarithm(errors[0] / errors[1])
      / Double.logarithm(Double(counts[1]) / Double(counts[0]))
    #expect(abs(slope - Double(method.order)) < 0.2, "errors \(errors)")
  }

  @Test(arguments: ODEMethod.all)
  func `both engines have the closed form and hit every forced time`(method: ODEMethod) throws {
    let control = method.isAdaptive ? tight : .fixed(1e-3)
    let saves = [0, 0.2, 0.3, 0.5, 0.75, 1.1, 1.35, 1.9, 2]
    // Unsorted, repeated, at both ends and outside of the span.
    let forced = [1.6, 0.3, 0.75, 1.1, 0.3, 0, 2, -1, 7]
    let bound = method.isAdaptive ? 1e-6 : max(1e-8, 30 * Double.power(1e-3, Double(method.order)))
    let solver = ODESolver(method: method, control: control)
    let span = TimeSpan(from: 0, to: 2)
    let solution = try solver.solve(field, from: 1, over: span, at: saves, forcedTimes: forced)
    let dense = try solver.solve(field, from: 1, over: span, forcedTimes: forced)
    for time in [0.3, 0.75, 1.1, 1.6] { #expect(dense.times.contains(time)) }
    for (time, state) in zip(solution.times, solution.states) {
      let exact = field.exact(from: 0, to: time)
      #expect(abs(state - exact) < bound * max(1, exact))
      // A cubic through the ends of an Euler step is no better than the step.
      #expect(abs(dense.state(at: time) - exact) < bound * max(1, exact))
    }
    guard method.isExplicit else { return }
    let integrator = RowIntegrator<Double>(method: method, control: control, rows: 1, width: 1)
    let rows = RowSolution(
      integrator, rowField(field), from: [1], at: saves,
      interruptions: RowInterruptions(forcedTimes: .shared(forced)))
    #expect(rows.reports[0].statistics.acceptedSteps == solution.statistics.acceptedSteps)
    #expect(rows.reports[0].statistics.evaluations == solution.statistics.evaluations)
    for (save, state) in solution.states.enumerated() {
      #expect(abs(rows.state(save, 0)[0] - state) < 1e-10 * max(1, abs(state)))
    }
  }

  @Test(arguments: [ODEMethod.dormandPrince5, .verner6, .rodas5P, .heun2], [1.0, -1.0])
  func `a piece begins before the field is evaluated inside it`(
    method: ODEMethod, sign: Double
  ) throws {
    for control in [tight, .fixed(0.1)] where method.isAdaptive || !control.isAdaptive {
      let field = LoggedField()
      _ = try ODESolver(method: method, control: control).solve(
        field, from: 1, over: TimeSpan(from: 0, to: sign), at: [sign * 0.45, sign],
        forcedTimes: [sign * 0.5, sign * 0.25])
      #expect(field.log.pieces.map(\.start) == [0, sign * 0.25, sign * 0.5])
      #expect(field.log.pieces.map(\.end) == [sign * 0.25, sign * 0.5, sign])
      for (piece, times) in zip(field.log.pieces, field.log.times) {
        let (low, high) = (min(piece.start, piece.end), max(piece.start, piece.end))
        for time in times where piece.start != 0 { #expect(sign > 0 ? time > low : time < high) }
        for time in times where piece.end != sign { #expect(sign > 0 ? time < high : time > low) }
        #expect(abs(piece.state - Double.exponential(-piece.start)) < 2e-3)
      }
    }
  }

  @Test(arguments: ODEMethod.explicit.filter(\.isAdaptive))
  func `rows with forced times of their own have the same bits alone`(method: ODEMethod) {
    let rows = 6
    let forced: [[Double]] = (0..<rows).map { row in
      let shift = 0.1 + 0.01 * Double(row)
      return (0..<row).map { shift + 1.8 * Double($0) / Double(row) }
    }
    let fields = forced.map { JumpingField(jumps: Array($0.prefix(4))) }
    func field(_ first: Int) -> RowTestField<Double> {
      RowTestField(width: 2) { time, y, row, derivative in
        let field = fields[first + row]
        derivative[0] = field(time, y[0])
        derivative[1] = y[0] - y[1]
      }
    }
    for control in [tight, .fixed(0.07)] {
      let initial: [Double] = (0..<2 * rows).map { $0 % 2 == 1 ? 0.5 : 1 + 0.1 * Double($0) }
      let saves = [0, 0.5, 1.3, 2]
      let together = RowSolution(
        RowIntegrator<Double>(method: method, control: control, rows: rows, width: 2), field(0),
        from: initial, at: saves, interruptions: RowInterruptions(forcedTimes: .perRow(forced)))
      let single = RowIntegrator<Double>(method: method, control: control, rows: 1, width: 2)
      for row in 0..<rows {
        let test = field(row)
        let alone = RowSolution(
          single, test, from: Array(initial[2 * row..<2 * row + 2]), at: saves,
          interruptions: RowInterruptions(forcedTimes: .shared(forced[row])))
        #expect(alone.reports[0] == together.reports[row])
        #expect(alone.reports[0].statistics.evaluations == test.rowEvaluations)
        for save in saves.indices { #expect(alone.state(save, 0) == together.state(save, row)) }
      }
    }
  }

  @Test func `a jump after a rest is met with a small step`() throws {
    // A pulse of 1000 on [50, 50.05], as in the field of a user: x' = u − 0.1 x.
    struct Pulse: VectorField {
      func callAsFunction(_ time: Double, _ x: Double) -> Double {
        (time >= 50 && time < 50.05 ? 1000 : 0) - 0.1 * x
      }
    }
    let height = 10_000 * (1 - Double.exponential(-0.005))
    for method in ODEMethod.all where method.isAdaptive {
      let solution = try ODESolver(method: method)
        .solve(
          Pulse(), from: 0, over: TimeSpan(from: 0, to: 100), at: [50, 50.05, 60],
          forcedTimes: [50, 50.05])
      #expect(solution.states[0] == 0)
      // Fifty tolerances of 1e-6.
      #expect(abs(solution.states[1] / height - 1) < 5e-5, "\(method)")
      let exact = height * Double.exponential(-0.995)
      #expect(abs(solution.states[2] / exact - 1) < 5e-5, "\(method)")
    }
  }
}

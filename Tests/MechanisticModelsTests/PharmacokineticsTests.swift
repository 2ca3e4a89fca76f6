import Platform
import NumericCore
import Integrators
import MechanisticModels
import TestSupport
import Testing

private let tight = ODESolver(
  method: .verner6,
  control: .proportionalIntegral(Tolerance(relative: 1e-12, absolute: 1e-13)))

/// The amount in the central compartment at a time after a unit dose: a sum of `A exp(−λ t)`.
private struct UnitResponse {
  var terms: [(amplitude: Double, rate: Double)]

  func bolus(_ t: Double) -> Double {
    t < 0 ? 0 : terms.reduce(0) { $0 + $1.amplitude * Double.exponential(-$1.rate * t) }
  }

  /// After an infusion of rate 1 from 0 to `duration`.
  func infusion(_ t: Double, _ duration: Double) -> Double {
    if t <= 0 { return 0 }
    return terms.reduce(0) { sum, term in
      let end = Double.exponential(-term.rate * max(t - duration, 0))
      return sum + term.amplitude / term.rate * (end - Double.exponential(-term.rate * t))
    }
  }

  /// The same where the doses have come every `interval` for ever.
  func steady(_ t: Double, _ interval: Double, _ response: (Double) -> Double) -> Double {
    // The slowest term has decayed to 1e-17 after 40 of its time constants.
    let slowest = terms.map(\.rate).min() ?? 1
    let count = Int((40 / slowest / interval).rounded(.up))
    return (0...count).reduce(0) { $0 + response(t + Double($1) * interval) }
  }
}

private struct Model: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var compartment: String
  var central: String
  var testDescription: String { name }
  let response: @Sendable () -> UnitResponse

  static let all = [
    Model(
      name: "one compartment", text: "c' = -k*c\nk = 0.3\nc(0) = 0", compartment: "c", central: "c",
      response: { UnitResponse(terms: [(1, 0.3)]) }),
    Model(
      name: "oral",
      text: "depot' = -ka*depot\nc' = ka*depot - k*c\nka = 1.1\nk = 0.2\ndepot(0) = 0\nc(0) = 0",
      compartment: "depot", central: "c",
      response: { UnitResponse(terms: [(1.1 / 0.9, 0.2), (-1.1 / 0.9, 1.1)]) }),
    Model(
      name: "two compartments",
      text: """
        c' = -(k10 + k12)*c + k21*p
        p' = k12*c - k21*p
        k10 = 0.4
        k12 = 0.7
        k21 = 0.25
        c(0) = 0
        p(0) = 0
        """, compartment: "c", central: "c",
      response: {
        let (sum, product) = (0.4 + 0.7 + 0.25, 0.4 * 0.25)
        let root = (sum * sum / 4 - product).squareRoot()
        let (fast, slow) = (sum / 2 + root, sum / 2 - root)
        return UnitResponse(terms: [
          ((fast - 0.25) / (fast - slow), fast), ((0.25 - slow) / (fast - slow), slow),
        ])
      }),
    Model(
      name: "two compartments, oral",
      text: """
        depot' = -ka*depot
        c' = ka*depot - (k10 + k12)*c + k21*p
        p' = k12*c - k21*p
        ka = 1.7
        k10 = 0.4
        k12 = 0.7
        k21 = 0.25
        depot(0) = 0
        c(0) = 0
        p(0) = 0
        """, compartment: "depot", central: "c",
      response: {
        let root = ((0.4 + 0.7 + 0.25) * (0.4 + 0.7 + 0.25) / 4 - 0.4 * 0.25).squareRoot()
        let (fast, slow) = ((0.4 + 0.7 + 0.25) / 2 + root, (0.4 + 0.7 + 0.25) / 2 - root)
        let first = 1.7 / (1.7 - fast) * (fast - 0.25) / (fast - slow)
        let second = 1.7 / (1.7 - slow) * (0.25 - slow) / (fast - slow)
        return UnitResponse(terms: [(first, fast), (second, slow), (-first - second, 1.7)])
      }),
  ]
}

@Suite struct PharmacokineticsTests {
  private static let times = [0, 0.5, 1, 5, 11.5, 12.2, 20, 23.9, 25, 30, 47]

  /// Compares the central compartment with a closed form.
  private func check(
    _ model: Model, statements: String = "", doses: DoseSchedule = DoseSchedule(),
    _ expected: (Double) -> Double, at times: [Double] = times
  ) throws {
    let system = try EquationSystem(model.text + "\n" + statements, name: model.name)
    let place = try #require(system.stateIndex(model.central))
    let solution = system.solution(at: times, doses: doses, solver: tight)
    #expect(solution.status == .completed && solution.times.count == times.count)
    for (time, state) in zip(solution.times, solution.states) {
      // Amounts are of size 100.
      #expect(abs(state[place] - expected(time)) < 1e-8, "\(model.name) at \(time)")
    }
  }

  @Test(arguments: Model.all)
  fileprivate func `repeated boluses are a sum of closed forms`(_ model: Model) throws {
    let response = model.response()
    func expected(_ t: Double) -> Double {
      (0..<4).reduce(0) { $0 + 100 * response.bolus(t - 12 * Double($1)) }
    }
    let dose = Dose(
      of: 100, into: model.compartment, at: 0, repeating: .init(every: 12, additional: 3))
    try check(model, doses: DoseSchedule([dose]), expected)
    for end in ["count 4", "until 36", ""] {
      try check(
        model, statements: "dose 100 into \(model.compartment) at 0 every 12 \(end)", expected)
    }
    try check(
      model, statements: "dose 25*4 into \(model.compartment) at 0, 12, 24, 36", expected)
  }

  @Test(arguments: Model.all)
  fileprivate func `repeated infusions are a sum of closed forms`(_ model: Model) throws {
    let response = model.response()
    func expected(_ t: Double) -> Double {
      (0..<3).reduce(0) { $0 + 50 * response.infusion(t - 3 - 9 * Double($1), 2) }
    }
    for administration in [Dose.Administration.rate(50), .duration(2)] {
      let dose = Dose(
        of: 100, into: model.compartment, at: 3, administration,
        repeating: .init(every: 9, additional: 2))
      try check(model, doses: DoseSchedule([dose]), expected)
    }
    let start = "dose 100 into \(model.compartment) at 3 every 9 count 3"
    try check(model, statements: "\(start) over 2", expected)
    try check(model, statements: "\(start) rate 50", expected)
  }

  @Test(arguments: Model.all)
  fileprivate func `overlapping infusions add up`(_ model: Model) throws {
    let response = model.response()
    func expected(_ t: Double) -> Double {
      (0..<3).reduce(0) { $0 + 10 * response.infusion(t - 4 * Double($1), 10) }
    }
    try check(
      model, statements: "dose 100 into \(model.compartment) at 0 every 4 count 3 over 10", expected
    )
  }

  @Test(arguments: Model.all)
  fileprivate func `lag and bioavailability shift and scale every dose`(_ model: Model) throws {
    let response = model.response()
    func bolus(_ t: Double) -> Double {
      (0..<2).reduce(0) { $0 + 80 * response.bolus(t - 0.7 - 12 * Double($1)) }
    }
    let dose = Dose(
      of: 100, into: model.compartment, at: 0, repeating: .init(every: 12, additional: 1))
    let rules = """
      lag(\(model.compartment)) = tlag
      bioavailability(\(model.compartment)) = F
      tlag = 0.7
      F = 0.8
      """
    try check(model, statements: rules, doses: DoseSchedule([dose]), bolus)
    let statement = "dose 100 into \(model.compartment) at 0 every 12 count 2"
    try check(model, statements: rules + "\n" + statement, bolus)
    try check(
      model, statements: statement + " lag tlag bioavailability F\ntlag = 0.7\nF = 0.8", bolus)
    // The rate of an infusion is as given, and bioavailability shortens it; a given duration stays.
    func infusion(_ t: Double) -> Double { 50 * response.infusion(t - 0.7, 1.6) }
    let byRate = Dose(of: 100, into: model.compartment, at: 0, .rate(50))
    try check(model, statements: rules, doses: DoseSchedule([byRate]), infusion)
    func slower(_ t: Double) -> Double { 40 * response.infusion(t - 0.7, 2) }
    let byDuration = Dose(of: 100, into: model.compartment, at: 0, .duration(2))
    try check(model, statements: rules, doses: DoseSchedule([byDuration]), slower)
  }

  @Test(arguments: Model.all)
  fileprivate func `a steady state is that of doses without a beginning`(_ model: Model) throws {
    let response = model.response()
    for (administration, unit) in [
      (Dose.Administration.bolus, { response.bolus($0) * 100 }),
      (.duration(2), { response.infusion($0, 2) * 50 }),
      (.duration(20), { response.infusion($0, 20) * 5 }),
    ] as [(Dose.Administration, (Double) -> Double)] {
      var dose = Dose(
        of: 100, into: model.compartment, at: 0, administration,
        repeating: .init(every: 8, additional: 2))
      dose.steadyState = .replacing(interval: 8)
      func expected(_ t: Double) -> Double {
        // Doses at 0, 8 and 16 and all before them.
        let last = min((t / 8).rounded(.down), 2)
        return response.steady(t - 8 * last, 8, unit)
      }
      try check(
        model, statements: "dose 1000 into \(model.compartment) at -1", doses: DoseSchedule([dose]),
        expected)
    }
  }

  /// Random tables, solved at once and from one dose to the next by hand.
  @Test(arguments: Model.all, 0..<5)
  fileprivate func `a table of doses gives what segments by hand give`(_ model: Model, _ seed: Int)
    throws
  {
    var random = SeededGenerator(seed: 300 + UInt64(seed))
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    let system = try EquationSystem(model.text, name: model.name)
    let driven = try EquationSystem(
      model.text.replacing("\(model.compartment)' = ", with: "\(model.compartment)' = rate + ")
        + "\nrate = 0", name: model.name)
    let rate = try #require(driven.parameterIndex("rate"))
    let place = try #require(system.stateIndex(model.compartment))
    var doses: [Dose] = []
    for _ in 0..<6 {
      let dose = Dose(
        of: number(1...100), into: model.compartment, at: number(0...20).rounded(),
        Bool.random(using: &random) ? .bolus : .duration(number(0.2...5)))
      doses.append(dose)
    }
    let found = system.solution(at: [0, 24], doses: DoseSchedule(doses), solver: tight)
    func infusion(_ dose: Dose) -> (end: Double, rate: Double) {
      guard case .duration(let duration) = dose.administration else { return (dose.time, 0) }
      return (dose.time + duration, dose.amount / duration)
    }
    let times = Set(doses.flatMap { [$0.time, infusion($0).end] } + [0, 24]).filter { $0 <= 24 }
    let ends = times.sorted()
    var state = system.states.map { _ in 0.0 }
    for (start, end) in zip(ends, ends.dropFirst()) {
      for dose in doses where dose.time == start && dose.administration == .bolus {
        state[place] += dose.amount
      }
      var parameters = driven.defaultParameters
      for dose in doses where dose.time <= start && infusion(dose).end > start {
        parameters[rate] += infusion(dose).rate
      }
      state = try #require(
        driven.solution(from: state, at: [start, end], parameters: parameters, solver: tight)
          .states.last)
    }
    for (value, expected) in zip(try #require(found.states.last), state) {
      #expect(abs(value - expected) < 1e-8, "\(model.name): \(value), not \(expected)")
    }
  }

  @Test func `a reset empties the compartments and stops infusions`() throws {
    let model = Model.all[0]
    let response = model.response()
    let doses = DoseSchedule(
      [
        Dose(of: 100, into: "c", at: 0, .duration(20)), Dose(of: 30, into: "c", at: 10),
      ], resets: [10])
    try check(model, doses: doses) { t in
      t < 10 ? 5 * response.infusion(t, 20) : 30 * response.bolus(t - 10)
    }
  }

  @Test func `an infusion that began before the solve goes on`() throws {
    let model = Model.all[0]
    let dose = Dose(of: 100, into: "c", at: -3, .duration(10))
    try check(model, doses: DoseSchedule([dose])) { t in
      10 * model.response().infusion(t, 7)
    }
  }

  @Test(arguments: ODEMethod.all.filter(\.isAdaptive).map(\.name))
  func `every method gives the same`(_ name: String) throws {
    let model = Model.all[1]
    let response = model.response()
    let system = try EquationSystem(
      model.text + "\ndose 100 into depot at 1 every 6 over 0.05", name: "doses")
    let solver = ODESolver(
      method: try #require(ODEMethod.named(name)),
      control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8)))
    let solution = system.solution(at: [0, 1, 7, 20], solver: solver)
    for (time, state) in zip(solution.times, solution.states) {
      let expected = (0..<4).reduce(0.0) {
        $0 + 2000 * response.infusion(time - 1 - 6 * Double($1), 0.05)
      }
      #expect(abs(state[1] - expected) < 1e-4, "\(name) at \(time)")
    }
  }
}

import Platform

/// What happens at a time that is known before a solve.
struct Boundary {
  enum Change {
    /// A measured input jumps or bends.
    case knot
    /// A switch of time takes a new mode.
    case mode(Int, Double)
    /// All states return to their initial values, and infusions stop.
    case reset
    /// The state before a dose becomes, or has added to it, that of a steady state.
    case steadyState(SteadyDose)
    /// An amount is added to a state.
    case bolus(compartment: Int, amount: Double, slopes: [Double])
    /// A hidden input changes by an amount: infusions begin and end.
    case rate(input: Int, by: Double)

    /// Whether an amount is added.
    var isDose: Bool {
      switch self {
      case .bolus, .rate: true
      default: false
      }
    }

    /// Whether the state jumps.
    var setsState: Bool {
      switch self {
      case .bolus, .reset, .steadyState: true
      case .knot, .mode, .rate: false
      }
    }

    /// The order at one time.
    var order: Int {
      switch self {
      case .knot: 0
      case .reset: 1
      case .mode: 2
      case .rate(_, let change): change < 0 ? 3 : 6
      case .steadyState: 4
      case .bolus: 5
      }
    }
  }

  var time: Double
  /// Derivatives of the time by the parameters; empty: none moves it.
  var slopes: [Double] = []
  var change: Change
}

/// A dose that begins at steady state.
struct SteadyDose {
  var dose: Dose
  var compartment: Int
  var interval: Double
  var isAdded: Bool
}

/// The doses of a solve as boundaries.
struct DoseTimeline {
  let model: HybridModel
  /// Values of all intermediates of the frozen equations, and their derivatives: parts of doses depend on parameters only.
  let values: [Double]
  let gradients: HybridGradients
  /// The last time of the solve.
  let end: Double
  /// Times at which infusions stop, in order.
  let resets: [Double]
  private(set) var boundaries: [Boundary] = []

  /// - Precondition: every compartment of the schedule is a state.
  init(
    _ model: HybridModel, _ schedule: DoseSchedule, values: [Double], gradients: HybridGradients,
    end: Double, hasRules: Bool = true
  ) {
    self.model = model
    resets = schedule.resets.sorted()
    self.values = values
    self.gradients = gradients
    self.end = end
    if hasRules {
      for rule in model.doses {
        for time in rule.times { addDoses(of: rule, from: time) }
      }
    }
    for time in resets { boundaries.append(Boundary(time: time, change: .reset)) }
    for dose in schedule.expanded { add(dose) }
  }

  private func slopes(_ place: Int) -> [Double] {
    (0..<gradients.parameterCount).map { gradients.byParameter(place, $0) }
  }

  private func sum(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
    zip(a, b).map { $0 + factor * $1 }
  }

  // MARK: Statements of the equations

  private mutating func addDoses(of rule: HybridModel.DoseRule, from place: Int) {
    let first = values[place]
    let firstSlopes = slopes(place)
    guard let interval = rule.interval, values[interval] > 0 else {
      return add(rule, at: first, firstSlopes)
    }
    let period = values[interval]
    var count = Double.infinity
    if let number = rule.count { count = values[number].rounded() }
    let lag = rule.lag.map { values[$0] } ?? 0
    // A dose at the very end of the repetition is given.
    let last = rule.until.map { values[$0] + lag + 1e-9 * period } ?? .infinity
    var number = 0.0
    while number < count {
      let time = first + number * period
      if time > last || time > end { break }
      add(rule, at: time, sum(firstSlopes, number, slopes(interval)))
      number += 1
    }
  }

  private mutating func add(_ rule: HybridModel.DoseRule, at time: Double, _ slopes: [Double]) {
    guard let duration = rule.duration, let input = rule.input else {
      boundaries.append(
        Boundary(
          time: time, slopes: slopes,
          change: .bolus(
            compartment: rule.compartment, amount: values[rule.amount],
            slopes: self.slopes(rule.amount))))
      return
    }
    addInfusion(
      input, 1, (time, slopes), (time + values[duration], sum(slopes, 1, self.slopes(duration))))
  }

  // MARK: Schedules

  private mutating func add(_ dose: Dose) {
    guard let compartment = model.frozen.stateIndex(dose.compartment) else {
      preconditionFailure("a dose into '\(dose.compartment)', which is no state")
    }
    let lag = model.lags[compartment]
    let fraction = model.bioavailabilities[compartment]
    let time = dose.time + (lag.map { values[$0] } ?? 0)
    let slopes = lag.map { self.slopes($0) } ?? []
    if let steady = dose.steadyState {
      var isAdded = false
      if case .added = steady { isAdded = true }
      let change = SteadyDose(
        dose: dose, compartment: compartment, interval: steady.interval, isAdded: isAdded)
      boundaries.append(Boundary(time: time, slopes: slopes, change: .steadyState(change)))
    }
    let share = fraction.map { values[$0] } ?? 1
    let shareSlopes = fraction.map { self.slopes($0) } ?? []
    switch dose.administration {
    case .bolus:
      boundaries.append(
        Boundary(
          time: time, slopes: slopes,
          change: .bolus(
            compartment: compartment, amount: dose.amount * share,
            slopes: shareSlopes.map { dose.amount * $0 })))
    case .rate(let rate):
      let end = time + dose.amount * share / rate
      let endSlopes = shareSlopes.map { dose.amount * $0 / rate }
      addInfusions(
        of: dose, model.rateInput(compartment), rate, (time, slopes),
        (end, sum(slopes, endSlopes)))
    case .duration(let duration):
      let input =
        fraction == nil ? model.rateInput(compartment) : model.scaledRateInput(compartment)
      addInfusions(
        of: dose, input, dose.amount / duration, (time, slopes), (time + duration, slopes))
    }
  }

  /// The infusion of a dose and, at steady state, the infusions of earlier doses that are still under way.
  private mutating func addInfusions(
    of dose: Dose, _ input: Int, _ rate: Double, _ start: (time: Double, slopes: [Double]),
    _ end: (time: Double, slopes: [Double])
  ) {
    addInfusion(input, rate, start, end)
    guard let interval = dose.steadyState?.interval, interval > 0 else { return }
    var last = end.time - interval
    while last > start.time {
      addInfusion(input, rate, start, (last, end.slopes))
      last -= interval
    }
  }

  /// The sum of derivatives, either of which may be none.
  private func sum(_ a: [Double], _ b: [Double]) -> [Double] {
    a.isEmpty ? b : b.isEmpty ? a : sum(a, 1, b)
  }

  private mutating func addInfusion(
    _ input: Int, _ rate: Double, _ start: (time: Double, slopes: [Double]),
    _ end: (time: Double, slopes: [Double])
  ) {
    guard end.time > start.time else { return }
    boundaries.append(
      Boundary(time: start.time, slopes: start.slopes, change: .rate(input: input, by: rate)))
    let reset = resets.first { $0 > start.time && $0 < end.time }
    boundaries.append(
      Boundary(
        time: reset ?? end.time, slopes: reset == nil ? end.slopes : [],
        change: .rate(input: input, by: -rate)))
  }
}

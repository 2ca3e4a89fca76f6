import Platform

/// An amount that is added to a state, at once or at a constant rate.
///
/// ```swift
/// let oral = Dose(of: 100, into: "depot", at: 0, repeating: .init(every: 12, additional: 5))
/// let infusion = Dose(of: 500, into: "central", at: 0, .duration(0.5))
/// ```
/// The equations may give the state a lag (`lag(depot) = tlag`), by which every dose into it is late, and a
/// bioavailability (`bioavailability(depot) = F`), the fraction of every amount that arrives.
public struct Dose: Hashable, Sendable {
  /// How the amount is added.
  public enum Administration: Hashable, Sendable {
    /// All at once.
    case bolus
    /// An infusion at this rate, over the time `bioavailability · amount / rate`.
    case rate(Double)
    /// An infusion over this time, at the rate `bioavailability · amount / duration`.
    case duration(Double)
  }

  /// Further equal doses.
  public struct Repetition: Hashable, Sendable {
    /// The time from one dose to the next.
    public var interval: Double
    /// Doses after the first.
    public var additional: Int

    /// - Precondition: the interval is positive and finite, and the number not negative.
    public init(every interval: Double, additional: Int) {
      precondition(interval > 0 && interval.isFinite, "a dosing interval is \(interval)")
      precondition(additional >= 0, "\(additional) additional doses")
      self.interval = interval
      self.additional = additional
    }
  }

  /// The state of the system at the first dose, as if the same dose had been given at this interval for ever.
  public enum SteadyState: Hashable, Sendable {
    /// The steady state replaces the state of the system (`SS = 1`).
    case replacing(interval: Double)
    /// The steady state is added to the state of the system (`SS = 2`), which is right for linear systems.
    case added(interval: Double)

    var interval: Double {
      switch self {
      case .replacing(let interval), .added(let interval): interval
      }
    }
  }

  /// When the dose is given.
  public var time: Double
  /// The amount, in the unit of the state.
  public var amount: Double
  /// The name of the state.
  public var compartment: String
  /// At once, or as an infusion.
  public var administration: Administration
  /// Further doses at equal distances; `nil` for a single one.
  public var repetition: Repetition?
  /// Whether the dose begins at a steady state; `nil` if not.
  public var steadyState: SteadyState?

  /// - Precondition: time, amount, rate and duration are finite; rate and duration are positive.
  public init(
    of amount: Double, into compartment: String, at time: Double,
    _ administration: Administration = .bolus, repeating repetition: Repetition? = nil
  ) {
    precondition(time.isFinite && amount.isFinite, "a dose of \(amount) at \(time)")
    switch administration {
    case .bolus: break
    case .rate(let rate): precondition(rate > 0 && rate.isFinite, "a rate of \(rate)")
    case .duration(let duration):
      precondition(duration > 0 && duration.isFinite, "a duration of \(duration)")
    }
    self.time = time
    self.amount = amount
    self.compartment = compartment
    self.administration = administration
    self.repetition = repetition
  }
}

/// The doses of one series, and the times at which its states start anew.
public struct DoseSchedule: Hashable, Sendable {
  /// The doses in any order.
  public var doses: [Dose]
  /// Times at which all states return to their initial values and all infusions stop; doses at the same time follow.
  public var resets: [Double]

  /// A schedule of doses, with times at which all states become 0.
  public init(_ doses: [Dose] = [], resets: [Double] = []) {
    self.doses = doses
    self.resets = resets
  }

  /// Every single dose in the order of time; those at one time keep their order.
  public var expanded: [Dose] {
    var singles: [(place: Int, dose: Dose)] = []
    for (place, dose) in doses.enumerated() {
      var single = dose
      single.repetition = nil
      singles.append((place, single))
      guard let repetition = dose.repetition else { continue }
      single.steadyState = nil
      for number in stride(from: 1, through: repetition.additional, by: 1) {
        single.time = dose.time + Double(number) * repetition.interval
        singles.append((place, single))
      }
    }
    singles.sort { ($0.dose.time, $0.place) < ($1.dose.time, $1.place) }
    return singles.map(\.dose)
  }
}

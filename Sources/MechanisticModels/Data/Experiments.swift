/// One measured value: what, when, how much, and how well it is known.
public struct Measurement: Hashable, Sendable {
  /// What is known about a measured value.
  public enum Value: Hashable, Sendable {
    case exact(Double)
    /// It lies below a limit, such as one of quantification.
    case below(Double)
    /// It lies above a limit.
    case above(Double)
    case between(Double, Double)

    /// The value, or the limit that stands for it in a chart.
    public var number: Double {
      switch self {
      case .exact(let value), .below(let value), .above(let value): value
      case .between(let lower, let upper): 0.5 * (lower + upper)
      }
    }

    /// Whether it is only known to lie on one side of a limit or between two.
    public var isCensored: Bool { if case .exact = self { false } else { true } }

    /// Numbers that must be possible values.
    var numbers: [Double] {
      switch self {
      case .exact(let value), .below(let value), .above(let value): [value]
      case .between(let lower, let upper): [lower, upper]
      }
    }
  }

  /// When it was measured.
  public var time: Double
  /// The name of an observable, a state or an intermediate.
  public var observable: String
  /// The value, exact or censored.
  public var value: Value
  /// The known standard deviation of its error, in the units of the value; `nil` for as the noise model gives it.
  public var standardError: Double?
  /// Whether it was taken before the doses at its time; otherwise it is that after them.
  public var isBeforeDose = false
  /// For a count over an interval, when that began; `nil` for at the measurement of the same observable before, or at the start.
  public var intervalStart: Double?

  /// A measured value of a quantity.
  public init(
    time: Double, of observable: String, _ value: Value, standardError: Double? = nil
  ) {
    self.time = time
    self.observable = observable
    self.value = value
    self.standardError = standardError
  }
}

/// One run of a mechanism: what was measured, and under which conditions.
public struct Experiment: Sendable {
  /// Tells experiments apart; empty if there is one only.
  public var id: String
  /// In any order; several at one time are replicates.
  public var measurements: [Measurement]
  /// Doses beside those of the equations.
  public var doses = DoseSchedule()
  /// Measured inputs by name; an input without one has its default value.
  public var inputs: [String: InputSignal] = [:]
  /// Known values of parameters and initial values (`x(0)`) that hold in this experiment.
  public var conditions: [String: Double] = [:]
  /// When the initial values hold; `nil` for as the fit gives it.
  public var startTime: Double?

  /// An experiment of measurements, without conditions or doses.
  public init(id: String = "", _ measurements: [Measurement]) {
    self.id = id
    self.measurements = measurements
  }
}

/// Runs of one mechanism that are fitted together.
///
/// ```swift
/// let data = Experiments(times: [0, 1, 2, 4], names: ["x"], values: [[10], [6], [3.7], [1.4]])
/// let fit = try ParameterFit(model, to: data, noise: .proportional).run()
/// ```
/// Parameters and initial values are shared by all experiments unless a fit makes them individual or an experiment's conditions give them.
public struct Experiments: Sendable {
  /// The experiments in order.
  public var experiments: [Experiment]

  /// Experiments that are fitted together.
  public init(_ experiments: [Experiment]) { self.experiments = experiments }

  /// One experiment from a table.
  ///
  /// - Parameters:
  ///   - times: the times of the rows.
  ///   - names: of observables, states or intermediates, one a column.
  ///   - values: `[time][column]`; not-a-number where nothing was measured.
  ///   - inputs: measured inputs by name.
  public init(
    times: [Double], names: [String], values: [[Double]], inputs: [String: InputSignal] = [:]
  ) {
    let measurements = zip(times, values).flatMap { time, row in
      zip(names, row).filter { !$1.isNaN }.map { Measurement(time: time, of: $0, .exact($1)) }
    }
    var experiment = Experiment(measurements)
    experiment.inputs = inputs
    self.init([experiment])
  }

  /// The names of what was measured, in the order in which they appear.
  public var observables: [String] {
    var seen: Set<String> = []
    return experiments.flatMap(\.measurements).map(\.observable).filter { seen.insert($0).inserted }
  }

  /// Measured values of all experiments.
  public var count: Int { experiments.reduce(0) { $0 + $1.measurements.count } }
}

package import Serialization

/// One measured figure, in the form that the peers' scripts print.
public struct BenchmarkFigure: Sendable {
  /// Name of the workload, as in `W1`.
  public var workload: String
  /// One of several implementations of the same work.
  public var variant: String
  /// The measured quantity, such as `time_per_train_iter`, `time_per_solve` or `peak_memory`.
  public var metric: String
  /// The median process CPU time at one thread, the median wall time with more; or a size.
  public var value: Double
  public var unit: String
  /// Least and median CPU time, in the same unit; nil where no time is measured.
  public var leastTime: Double?
  public var medianTime: Double?
  public var threads: Int
  /// Evaluations of the field per solve or iteration, forward and backward.
  public var forwardEvaluations: Int?
  public var backwardEvaluations: Int?
  public var firstLoss: Double?
  public var lastLoss: Double?
  /// Further conditions of the measurement, in order.
  public var settings: [(name: String, value: String)]

  public init(
    workload: String, variant: String, metric: String, value: Double, unit: String,
    leastTime: Double? = nil, medianTime: Double? = nil, threads: Int = 1,
    forwardEvaluations: Int? = nil, backwardEvaluations: Int? = nil, firstLoss: Double? = nil,
    lastLoss: Double? = nil, settings: [(name: String, value: String)] = []
  ) {
    self.workload = workload
    self.variant = variant
    self.metric = metric
    self.value = value
    self.unit = unit
    self.leastTime = leastTime
    self.medianTime = medianTime
    self.threads = threads
    self.forwardEvaluations = forwardEvaluations
    self.backwardEvaluations = backwardEvaluations
    self.firstLoss = firstLoss
    self.lastLoss = lastLoss
    self.settings = settings
  }

  /// The figure as a JSON object.
  package var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    var all = JSONObject()
    for setting in settings { all[setting.name] = .string(setting.value) }
    return [
      "workload": .string(workload), "variant": .string(variant), "metric": .string(metric),
      "value": .number(value), "unit": .string(unit), "cpu_min": number(leastTime),
      "cpu_med": number(medianTime), "threads": JSONValue(threads),
      "nfe_fwd": number(forwardEvaluations.map(Double.init)),
      "nfe_bwd": number(backwardEvaluations.map(Double.init)), "loss_start": number(firstLoss),
      "loss_end": number(lastLoss), "settings": .object(all),
    ]
  }
}

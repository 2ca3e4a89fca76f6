package import Serialization

/// One measured figure, in the form that the peers' scripts print.
package struct BenchmarkFigure: Sendable {
  /// Name of the workload, as in `W1`.
  package var workload: String
  /// One of several implementations of the same work.
  package var variant: String
  /// The measured quantity, such as `time_per_train_iter`, `time_per_solve` or `peak_memory`.
  package var metric: String
  /// The median process CPU time at one thread, the median wall time with more; or a size.
  package var value: Double
  package var unit: String
  /// Least and median CPU time, in the same unit; nil where no time is measured.
  package var leastTime: Double?
  package var medianTime: Double?
  package var threads: Int
  /// Evaluations of the field per solve or iteration, forward and backward.
  package var forwardEvaluations: Int?
  package var backwardEvaluations: Int?
  package var firstLoss: Double?
  package var lastLoss: Double?
  /// Further conditions of the measurement, in order.
  package var settings: [(name: String, value: String)]

  package init(
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

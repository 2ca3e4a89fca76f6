import NumericCore

/// The setting closest to an unknown name: its counterpart in another recipe, one with the same
/// last part, or the nearest name; `nil` if none is close.
public func nearestSetting(to key: String, among known: [String]) -> String? {
  let parts = key.split(separator: ".")
  let job = sameJobs.first { $0.name == key || parts.count == 1 && $0.name.hasSuffix("." + key) }
  if let found = job?.others.first(where: known.contains) { return found }
  let namesakes = known.filter { $0.split(separator: ".").last == parts.last }
  return namesakes.count == 1 ? namesakes[0] : nearestName(to: key, among: known)
}

/// Settings of other recipes and names of other programs, with their counterparts here, the most
/// likely first.
private let sameJobs: [(name: String, others: [String])] = [
  ("training.steps", ["training.steps", "training.epochs"]),
  ("training.epochs", ["training.epochs", "training.steps"]),
  ("training.iterations", ["training.steps", "training.epochs"]),
  ("training.rate", ["training.learningRate"]),
  ("training.lr", ["training.learningRate"]),
  ("solver.steps", ["network.fieldSteps", "network.tolerance"]),
  ("solver.tolerance", ["network.tolerance", "solver.steps", "network.fieldSteps"]),
  ("network.tolerance", ["solver.tolerance", "solver.steps", "network.fieldSteps"]),
  ("network.fieldSteps", ["solver.steps", "network.tolerance"]),
  ("network.width", ["network.hidden"]),
  ("network.hidden", ["network.width"]),
  ("network.latent", ["network.width", "network.hidden"]),
  ("data.channels", ["data.columns"]),
  ("data.columns", ["data.channels"]),
]

import NumericCore

/// The setting that is meant by a name of none: the one that does its job in another recipe, one with the same last part, or
/// the nearest name; nil: none is near.
public func nearestSetting(to key: String, among known: [String]) -> String? {
  let parts = key.split(separator: ".")
  let job = sameJobs.first { $0.name == key || parts.count == 1 && $0.name.hasSuffix("." + key) }
  if let found = job?.others.first(where: known.contains) { return found }
  let namesakes = known.filter { $0.split(separator: ".").last == parts.last }
  return namesakes.count == 1 ? namesakes[0] : nearestName(to: key, among: known)
}

/// Settings of some recipes, names of other programs among them, and what does their job elsewhere, the likest first.
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

import Experiments

extension DensityModelFile.ReadError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .noModel(let path, let reason):
      "\(path): cannot be read as a model (\(reason)); name a run folder of `train --model cnf`"
    case .notADensity(let path):
      "\(path): is not a density; name a run folder of `train --model cnf`"
    }
  }
}

import ArgumentParsing
import LearningTasks
import NumericCore
import Training

extension DensityModelFile.ReadError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .noModel(let path, .file(let error)):
      Sentence.missingModel(path, error.reason)
    case .noModel(let path, let reason):
      "\(path): cannot be read as a model (\(reason.phrase)); name a run folder of `train --model cnf`"
    case .notADensity(let path):
      "\(path): is not a density; name a run folder of `train --model cnf`"
    }
  }

  /// A file that cannot be read is a missing input; one of another kind is bad data.
  var exitCode: ExitCode {
    switch self {
    case .noModel(_, .file): .noInput
    case .noModel, .notADensity: .badData
    }
  }
}

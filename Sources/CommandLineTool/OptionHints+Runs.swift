import ArgumentParsing
import LearningTasks
import Platform
import Serialization
import Training

extension RunError {
  /// The description with the option that helps.
  var message: String {
    switch self {
    case .timesCoincide(.some, _): "--at: " + description
    case .diverged: description + " (for example --set training.learningRate=0.001)"
    case .interrupted(_, let run): description + " with --out \(run) --resume auto"
    case .channelsDiffer, .timesCoincide(nil, _), .forecastsNotFinite: description
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .channelsDiffer, .forecastsNotFinite: .badData
    case .timesCoincide(let offset, _): offset == nil ? .badData : .usage
    case .diverged: .failure
    case .interrupted(let signal, _): signal == 2 ? .interrupted : .stoppedWithCheckpoint
    }
  }
}

extension CheckpointError {
  /// The description with the option that helps.
  var message: String {
    switch self {
    case .file(_, .file): description
    case .file, .notACheckpoint: description + " (--resume never)"
    case .settingDiffers:
      description + " (--resume auto with its --out alone, or another --out)"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .file(_, .file): .noInput
    case .file, .notACheckpoint: .badData
    case .settingDiffers: .badConfiguration
    }
  }
}

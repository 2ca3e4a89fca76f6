import Platform
import Serialization
import NumericCore
import Reports
import ArgumentParsing
import LearningTasks
import Training

extension ConfigurationError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .unknownKey(let key, let known):
      "the configuration has no '\(key)'"
        + (nearestSetting(to: key, among: known).map { "; did you mean '\($0)'?" }
          ?? "; known are \(known.joined(separator: ", "))")
    case .wrongValue(let key, let value, let expected):
      "the configuration's '\(key)' is \(value); it wants \(expected)"
    case .notJSON(let path, let offset):
      "\(path): is not a JSON document (at byte \(offset)); correct it there"
    case .unknownRecipe(let name, let known):
      "there is no recipe '\(name)'"
        + (nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
          ?? "; known are \(known.joined(separator: ", ")), or give a .json file")
    case .notHeeded(let key, let other, ["null"], let found):
      "'\(key)' does nothing beside '\(other)', which is \(found); leave one of the two out"
    case .notHeeded(let key, let other, let options, let found):
      "'\(key)' is heeded where '\(other)' is \(options.joined(separator: " or ")), and it is \(found); change "
        + "'\(other)', or leave '\(key)' out"
    case .ofOtherData(let key, let isForImages):
      "'\(key)' is for \(isForImages ? "images, and the data are a table" : "tables, and the data are images"); leave it "
        + "out"
    case .tooMuchMemory(let key, let value, let bytes, let available):
      "with '\(key)' \(value) the training of the network takes at least \(Self.memory(bytes)) of memory, the "
        + "machine has \(Self.memory(available)); write a smaller number"
    case .requires(let key, let value, let other, let options, let found):
      "'\(key)' is \(value), which wants '\(other)' \(options.joined(separator: " or ")) and not \(found); change one of "
        + "the two"
    case .tablesOnly(let key, let value, let instead):
      "'\(key)' is \(value), which is for tables and not for images; write \(instead.joined(separator: " or "))"
    }
  }
}

extension ConfigurationError {
  /// A number of bytes for a reader.
  private static func memory(_ bytes: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    let place = units.indices.last { bytes >= Double.power(1000, Double($0)) } ?? 0
    return NumberText.significant(bytes / Double.power(1000, Double(place)), 2) + " " + units[place]
  }
}

extension RunError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .channelsDiffer(let model, let data):
      "the model knows the channels \(model.joined(separator: ", ")), the data have "
        + "\(data.joined(separator: ", ")); rename or choose the columns"
    case .timesCoincide(nil, let now):
      "the last reading is at \(shortText(now)), and the times after it cannot be told from it; write the times from a "
        + "later origin, or in a larger unit"
    case .timesCoincide(let offset?, let now):
      "--at: \(shortText(offset)) after the last reading, at \(shortText(now)), cannot be told from the time before it; "
        + "leave it out"
    case .forecastsNotFinite(let model, let lost, let all):
      "\(lost) of \(all) forecasts of the \(model) are no finite numbers; check columns and units of the data, or train the "
        + "model again"
    case .diverged(let step):
      "training diverged: up to step \(step) the loss was no finite number; lower the rate, for example "
        + "--set training.learningRate=0.001, or write very large and very small columns and times in other units"
    case .interrupted(_, let run):
      "stopped; the checkpoint is kept, continue with --out \(run) --resume auto"
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
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .file(let path, .file(let error)): "\(path): \(error.reason.description)"
    case .file(let path, .modelMismatch), .file(let path, .shapeMismatch):
      "\(path): belongs to another network than the data and the configuration now give; continue with "
        + "those it was made with, or start anew with --resume never"
    case .file(let path, let reason):
      "\(path): is damaged (\(reason.phrase)); copy it again, or start anew with --resume never"
    case .notACheckpoint(let path):
      "\(path): holds a model and no training to continue; start anew with --resume never"
    case .settingDiffers(let path, let name, let checkpoint, let now):
      "\(path): was made with \(name) \(checkpoint), and now it is \(now); continue it with --resume auto and "
        + "its --out alone, or start another run with another --out"
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

extension SafetensorsError {
  /// What is wrong, as a part of a sentence.
  var phrase: String {
    switch self {
    case .file(let error): error.reason.description
    case .truncatedHeader(let count): "it ends after \(count) bytes, within its header"
    case .headerTooLong, .headerIsNoObject, .header: "it does not begin with a safetensors header"
    case .badEnd(let expected, let found):
      found < expected
        ? "\(expected - found) bytes at its end are missing"
        : "\(found - expected) bytes follow its end"
    case .badEntry(let name, _), .unsupportedType(let name, _), .sizeMismatch(let name, _, _),
      .badLayout(let name, _, _), .inexactInteger(let name):
      "its entry '\(name)' is damaged"
    case .notFinite(let name): "its tensor '\(name)' holds a number that is not finite"
    case .badMetadata(let key): "its description '\(key)' is damaged"
    case .missingTensor(let name): "its tensor '\(name)' is missing"
    case .modelMismatch, .shapeMismatch: "its tensors are those of another network"
    }
  }
}

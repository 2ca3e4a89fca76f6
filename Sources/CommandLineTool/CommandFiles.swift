import Experiments
import NumericCore

/// The files of a command line: output never destroys input.
struct CommandFiles {
  /// Files that are read, by the name of their option or argument.
  var inputs: [(name: String, path: String)] = []
  /// Files that are written.
  var outputs: [(name: String, path: String)] = []
  /// A run folder, or a model file, that is read.
  var run: String?

  /// Refuses an output that is the same file as an input, or that lies in the folder of the run; symbolic links are followed.
  func check() throws(UsageError) {
    for (name, path) in outputs {
      for (other, input) in inputs + models where PathCalls.isSame(path, input) {
        throw .combination(
          "\(name): \(path) is the file that is read as \(other)", remedy: "name another file")
      }
      if let folder = runFolder, Files.isInside(path, folder: folder) {
        throw .combination(
          "\(name): \(path) lies in the run folder \(folder), which is read",
          remedy: "name a file outside of it")
      }
    }
  }

  private var models: [(name: String, path: String)] {
    run.map { [("the model", RunFolder.model(in: $0))] } ?? []
  }

  /// The folder of the run; of a model file, the one around it if that is a run folder.
  private var runFolder: String? {
    guard let run else { return nil }
    if PathCalls.isDirectory(run) == true { return run }
    let folder = Files.folder(of: run)
    return Files.exists(RunFolder.configuration(in: folder)) ? folder : nil
  }
}

extension Command {
  /// Checks the files of the command line before anything is read or written.
  func checkOutputs() throws(UsageError) { try files.check() }
}

extension CommandFiles {
  /// Refuses a training whose files would take the place of one that it reads.
  ///
  /// - Parameters:
  ///   - inputs: data, labels and equations.
  ///   - configuration: it may be that of the folder if a run is there, which is kept in `earlier-1`.
  static func checkTraining(
    in folder: String, inputs: [String], configuration: String?
  ) throws(UsageError) {
    let names = RunFolder.fileNames.map { "\(folder)/\($0)" }
    let hasRun = names.contains { $0.hasSuffix(".safetensors") && Files.exists($0) }
    let read = inputs + (hasRun ? [] : [configuration].compactMap(\.self))
    for input in read where names.contains(where: { PathCalls.isSame($0, input) }) {
      throw .combination(
        "\(input) is read, and the training writes a file of this name in \(folder)",
        remedy: "name another folder with --out")
    }
  }
}

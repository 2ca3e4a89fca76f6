import Platform
import ArgumentParsing
import LearningTasks

extension CommandFiles {
  /// The files of a command that reads a run folder or a model file.
  ///
  /// For a model file in a run folder, the folder counts as read.
  init(
    run: String, inputs: [(name: String, path: String?)] = [],
    outputs: [(name: String, path: String?)]
  ) {
    let around = Files.folder(of: run)
    let folder =
      FileSystem.isDirectory(run) == true
      ? run : Files.exists(RunFolder.configuration(in: around)) ? around : nil
    self.init(
      inputs: inputs + [("the model", RunFolder.model(in: run))], outputs: outputs,
      readFolder: folder)
  }

  /// Refuses a training that would overwrite one of its input files.
  ///
  /// - Parameters:
  ///   - inputs: data, labels and equations.
  ///   - configuration: allowed to be that of the folder if it contains a run, which is moved to
  ///     `earlier-1`.
  static func checkTraining(
    in folder: String, inputs: [String], configuration: String?
  ) throws(UsageError) {
    let names = RunFolder.fileNames(in: folder).map { "\(folder)/\($0)" }
    let hasRun = names.contains { $0.hasSuffix(".safetensors") && Files.exists($0) }
    let read = inputs + (hasRun ? [] : [configuration].compactMap(\.self))
    for input in read where names.contains(where: { FileSystem.isSame($0, input) }) {
      throw .combination(
        "\(input) is read, and the training writes a file of this name in \(folder)",
        fix: "name another folder with --out")
    }
  }
}

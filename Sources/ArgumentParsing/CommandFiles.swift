import Platform

/// The files of a command line, checked so that no output overwrites an input.
package struct CommandFiles {
  /// Files that are read, by the name of their option or argument.
  package var inputs: [(name: String, path: String)]
  /// Files that are written.
  package var outputs: [(name: String, path: String)]
  /// A folder whose files are read as a whole; `nil` if there is none.
  package var readFolder: String?

  /// Files by the names of their options; a `nil` path is an option that is not given.
  package init(
    inputs: [(name: String, path: String?)] = [], outputs: [(name: String, path: String?)] = [],
    readFolder: String? = nil
  ) {
    self.inputs = inputs.compactMap { name, path in path.map { (name, $0) } }
    self.outputs = outputs.compactMap { name, path in path.map { (name, $0) } }
    self.readFolder = readFolder
  }

  /// Refuses an output that is the same file as an input, or that is in the folder that is read;
  /// symbolic links are followed.
  package func check() throws(UsageError) {
    for (name, path) in outputs {
      for (other, input) in inputs where FileSystem.isSame(path, input) {
        throw .combination(
          "\(name): \(path) is the file that is read as \(other)", fix: "name another file")
      }
      if let readFolder, Files.isInside(path, folder: readFolder) {
        throw .combination(
          "\(name): \(path) is in the run folder \(readFolder), which is read",
          fix: "name a file outside of it")
      }
    }
  }
}

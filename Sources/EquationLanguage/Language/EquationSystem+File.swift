import Platform

extension EquationSystem {
  /// Reads equations from a file of at most 1 MiB in UTF-8; the path is the name of the system.
  ///
  /// - Throws: `FileError` if the file cannot be read, `EquationError` for the first mistake, with
  ///   line, column and fix.
  public init(contentsOf path: String) throws {
    let bytes = try Files.read(path, limit: 1 << 20)
    try self.init(String(decoding: bytes, as: UTF8.self), name: path)
  }
}

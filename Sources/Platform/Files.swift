/// Operations on whole files.
package enum Files {
  /// All bytes of a file of at most `limit` bytes; pipes and devices are read to their end.
  ///
  /// Without a limit, half of the memory that the process may use is the limit, because the parsed
  /// data need about as much again.
  package static func read(_ path: String, limit: Int? = nil) throws(FileError) -> [UInt8] {
    let limit = limit ?? SystemProcess.availableMemory / 2
    do throws(FileError.Reason) {
      let file = try FileDescriptor(opening: path, .read)
      defer { file.close() }
      return try readAll(file, limit: limit)
    } catch {
      throw FileError(path: path, operation: .read, reason: error)
    }
  }

  /// At most `count` bytes of a file from its start, and the size of the whole file.
  package static func readStart(
    _ path: String, count: Int
  ) throws(FileError) -> (bytes: [UInt8], fileSize: Int) {
    do throws(FileError.Reason) {
      let file = try FileDescriptor(opening: path, .read)
      defer { file.close() }
      let (size, isDirectory) = try file.status()
      if isDirectory { throw .isDirectory }
      return (try readAll(file, limit: count, stopsAtLimit: true), size)
    } catch {
      throw FileError(path: path, operation: .read, reason: error)
    }
  }

  private static func readAll(
    _ file: FileDescriptor, limit: Int, stopsAtLimit: Bool = false
  ) throws(FileError.Reason) -> [UInt8] {
    let (size, isDirectory) = try file.status()
    if isDirectory { throw .isDirectory }
    if size > limit && !stopsAtLimit { throw .tooLarge(limit: limit) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(size, limit))
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { chunk.deallocate() }
    while true {
      let count = try file.read(into: chunk)
      if count == 0 { return bytes }
      if bytes.count > limit - count {
        guard stopsAtLimit else { throw .tooLarge(limit: limit) }
        bytes.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<(limit - bytes.count)]))
        return bytes
      }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
    }
  }

  /// Writes a file atomically: a reader sees the old bytes or all of the new bytes, never a part.
  ///
  /// The bytes are written to a temporary name in the same directory, synchronized, and renamed to
  /// `path`. On failure the temporary file is removed and an existing file is unchanged. A symbolic
  /// link is kept and its target is written; bytes for a device or a pipe are written through.
  /// - Parameter followsLinks: if false, the new file replaces a symbolic link, device or pipe; use
  ///   this in a folder that another user may have prepared.
  package static func writeAtomically(
    _ bytes: [UInt8], to path: String, followsLinks: Bool = true
  ) throws(FileError) {
    do throws(FileError.Reason) {
      if !followsLinks {
        if FileSystem.isDirectory(path) == true { throw .isDirectory }
        return try replace(path, by: bytes)
      }
      let target = try FileSystem.followingLinks(path)
      switch FileSystem.kind(target) {
      case .directory?: throw .isDirectory
      case .other?: try writeThrough(bytes, target)
      case .regular?, nil: try replace(target, by: bytes)
      }
    } catch {
      throw FileError(path: path, operation: .write, reason: error)
    }
  }

  /// Checks that `writeAtomically` can write to a path, without changing an existing file.
  ///
  /// - Throws: the errors of `writeAtomically`, except for a device that becomes full later.
  package static func checkWritable(_ path: String) throws(FileError) {
    do throws(FileError.Reason) {
      let target = try FileSystem.followingLinks(path)
      switch FileSystem.kind(target) {
      case .directory?: throw .isDirectory
      case .other?: return
      case .regular?, nil: break
      }
      let temporary = temporaryName(target)
      if FileSystem.isTaken(temporary) { try FileSystem.remove(temporary) }
      try FileDescriptor(opening: temporary, .create).close()
      try FileSystem.remove(temporary)
    } catch {
      throw FileError(path: path, operation: .write, reason: error)
    }
  }

  /// A new file without a name in the folder for temporary files: `TMPDIR`, or `/tmp`.
  package static func scratch() throws(FileError.Reason) -> FileDescriptor {
    let folder = SystemProcess.environment("TMPDIR") ?? "/tmp"
    let path = "\(folder)/neural-ode-\(SystemProcess.number)-\(UInt64.random(in: .min ... .max))"
    let file = try FileDescriptor(opening: path, .scratch)
    try FileSystem.remove(path)
    return file
  }

  private static func temporaryName(_ path: String) -> String {
    "\(path).\(SystemProcess.number).tmp"
  }

  private static func replace(_ path: String, by bytes: [UInt8]) throws(FileError.Reason) {
    let temporary = temporaryName(path)
    if FileSystem.isTaken(temporary) { try FileSystem.remove(temporary) }
    let file = try FileDescriptor(opening: temporary, .create)
    do throws(FileError.Reason) {
      defer { file.close() }
      try file.write(bytes)
      try file.synchronize()
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
    do throws(FileError.Reason) {
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
    FileSystem.synchronizeDirectory(folder(of: path))
  }

  private static func writeThrough(_ bytes: [UInt8], _ path: String) throws(FileError.Reason) {
    let file = try FileDescriptor(opening: path, .existing)
    defer { file.close() }
    try file.write(bytes)
  }

  /// Writes a text in UTF-8 atomically.
  package static func writeAtomically(
    _ text: String, to path: String, followsLinks: Bool = true
  ) throws(FileError) {
    try writeAtomically(Array(text.utf8), to: path, followsLinks: followsLinks)
  }

  /// Appends a text to a file and creates the file if it does not exist; a symbolic link is an
  /// error.
  ///
  /// - Parameter synchronizes: whether to wait until the bytes are on the device.
  package static func append(
    _ text: String, to path: String, synchronizes: Bool = false
  ) throws(FileError) {
    do throws(FileError.Reason) {
      let file = try FileDescriptor(opening: path, .append)
      defer { file.close() }
      try file.write(Array(text.utf8))
      if synchronizes { try file.synchronize() }
    } catch {
      throw FileError(path: path, operation: .write, reason: error)
    }
  }

  /// Creates a directory and its missing parents.
  package static func createDirectory(_ path: String) throws(FileError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
      do throws(FileError.Reason) {
        switch FileSystem.isDirectory(prefix) {
        case true?: continue
        case false?: throw .notADirectory
        case nil: try makeDirectory(prefix)
        }
      } catch {
        throw FileError(path: prefix, operation: .createDirectory, reason: error)
      }
    }
  }

  /// It is not an error if another process created the directory at the same time.
  private static func makeDirectory(_ path: String) throws(FileError.Reason) {
    do throws(FileError.Reason) {
      try FileSystem.makeDirectory(path)
    } catch .exists {
    }
  }

  package static func exists(_ path: String) -> Bool { FileSystem.isDirectory(path) != nil }

  /// The folder of a path: everything before its last slash, or `.`.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether an existing or future file at a path is inside a folder, with symbolic links resolved.
  package static func isInside(_ path: String, folder: String) -> Bool {
    guard let outer = FileSystem.resolved(folder),
      let target = try? FileSystem.followingLinks(path),
      let inner = FileSystem.resolved(Self.folder(of: target))
    else { return false }
    return inner == outer || inner.hasPrefix(outer == "/" ? "/" : outer + "/")
  }

  /// Removes the temporary files, `name.123.tmp`, that interrupted writes left in a folder.
  ///
  /// Only the owner of the folder may call this: another process must not be writing these names.
  package static func removeTemporaries(
    in folder: String, where isOwn: (_ name: String) -> Bool
  ) {
    for name in FileSystem.names(in: folder) where name.hasSuffix(".tmp") {
      let stem = name.dropLast(4)
      guard let dot = stem.lastIndex(of: "."), isOwn(String(stem[..<dot])),
        Int(stem[stem.index(after: dot)...]) != nil
      else { continue }
      try? FileSystem.remove("\(folder)/\(name)")
    }
  }

  /// Whether two paths may be the same file: both lead to one file, or the first no longer exists
  /// and the second has the same name, so the file may have been moved.
  package static func mayBe(_ path: String, _ other: String) -> Bool {
    if FileSystem.isSame(path, other) { return true }
    func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    return !exists(path) && name(path) == name(other)
  }

  /// Renames a file on the same device; an existing file of the new name is replaced.
  package static func move(_ path: String, to target: String) throws(FileError) {
    do throws(FileError.Reason) {
      try FileSystem.rename(path, to: target)
    } catch {
      throw FileError(path: target, operation: .write, reason: error)
    }
  }

  package static func remove(_ path: String) throws(FileError) {
    do throws(FileError.Reason) {
      try FileSystem.remove(path)
    } catch {
      throw FileError(path: path, operation: .remove, reason: error)
    }
  }
}

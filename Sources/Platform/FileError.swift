#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A failed operation on a file: the path, the operation and the reason.
public struct FileError: Error, Hashable, Sendable {
  /// The operation that failed.
  public enum Operation: Hashable, Sendable {
    case read, write, createDirectory, remove
  }

  /// Why the operation failed.
  public enum Reason: Error, Hashable, Sendable {
    case notFound
    case permissionDenied
    case isDirectory
    case notADirectory
    case exists
    case deviceFull
    case readOnly
    case nameTooLong
    /// The file has more bytes than the reader allows.
    case tooLarge(limit: Int)
    /// A symbolic link where links are not followed, or a cycle of links.
    case symbolicLink
    /// Another process holds the lock of the file; its process number, if it is known.
    case locked(process: Int?)
    /// Any other error number of the system.
    case system(code: Int32)
  }

  /// The path of the file.
  public let path: String
  /// The operation that failed.
  public let operation: Operation
  /// Why it failed.
  public let reason: Reason

  package init(path: String, operation: Operation, reason: Reason) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }
}

extension FileError.Reason {
  /// The reason for a system error number.
  package init(code: Int32) {
    switch code {
    case ENOENT: self = .notFound
    case EACCES, EPERM: self = .permissionDenied
    case EISDIR: self = .isDirectory
    case ENOTDIR: self = .notADirectory
    case EEXIST: self = .exists
    case ENOSPC, EDQUOT: self = .deviceFull
    case EROFS: self = .readOnly
    case ENAMETOOLONG: self = .nameTooLong
    case ELOOP: self = .symbolicLink
    default: self = .system(code: code)
    }
  }
}

extension FileError: CustomStringConvertible {
  /// `PATH: what is wrong; how to fix it`.
  public var description: String {
    operation == .write && reason == .notFound
      ? "\(path): the folder '\(Files.folder(of: path))' does not exist; make it, or name another"
      : "\(path): \(reason)"
  }
}

extension FileError.Reason: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .notFound: "there is no such file; check the path"
    case .permissionDenied: "permission denied; check the file's owner and mode"
    case .isDirectory: "is a directory; name a file in it"
    case .notADirectory: "a part of the path is not a directory; check the path"
    case .exists: "exists already; choose another name or remove it"
    case .deviceFull: "no space is left on the device; free some space and run again"
    case .readOnly: "the file system is read-only; choose another place"
    case .nameTooLong: "the name is too long; choose a shorter one"
    case .tooLarge(let limit): "has more than \(limit) bytes; check that it is the right file"
    case .symbolicLink:
      "is a symbolic link, which is not followed here; remove it, or name the file itself"
    case .locked(let process):
      "the process \(process.map { "\($0) " } ?? "")trains in this folder; wait until it ends, or name another folder"
    case .system(let code): "the system refused (error \(code)); check the path and its device"
    }
  }
}

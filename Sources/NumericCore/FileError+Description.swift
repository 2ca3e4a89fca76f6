extension FileError.Reason {
  package var description: String {
    switch self {
    case .notFound: "there is no such file; check the path"
    case .permissionDenied: "permission denied; check the file's owner and mode"
    case .isDirectory: "is a directory; name a file in it"
    case .notADirectory: "a part of the path is not a directory; check the path"
    case .exists: "exists already; choose another name or remove it"
    case .deviceFull: "no space is left on the device; free some and run again"
    case .readOnly: "the file system is read-only; choose another place"
    case .nameTooLong: "the name is too long; choose a shorter one"
    case .tooLarge(let limit): "has more than \(limit) bytes; check that it is the right file"
    case .symbolicLink:
      "is a symbolic link, which is not followed here; remove it, or name the file itself"
    case .locked(let process):
      "the process \(process.map { "\($0) " } ?? "")trains in this folder; wait until it ends, or name another folder "
        + "with --out"
    case .system(let code): "the system refused (error \(code)); check the path and its device"
    }
  }
}

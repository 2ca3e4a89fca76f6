#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Musl)
  @preconcurrency import Musl
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Thin wrappers of the system calls on processes: this one, and those it starts.
package enum ProcessCalls {
  /// Bytes of memory that the machine has.
  package static var physicalMemory: Int {
    max(sysconf(Int32(_SC_PHYS_PAGES)), 1) * max(sysconf(Int32(_SC_PAGESIZE)), 1)
  }

  /// Bytes of memory that this process may use: the machine's, or less where a limit of the process or of its control group
  /// says so.
  package static var availableMemory: Int {
    var limit = rlimit()
    var available = physicalMemory
    #if canImport(Glibc)
      let isLimited = getrlimit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), &limit) == 0
    #else
      let isLimited = getrlimit(RLIMIT_AS, &limit) == 0
    #endif
    if isLimited, limit.rlim_cur < rlim_t(Int.max) {
      available = min(available, Int(limit.rlim_cur))
    }
    #if os(Linux)
      if let bytes = try? Files.read("/sys/fs/cgroup/memory.max", limit: 64),
        let group = Int(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
      {
        available = min(available, group)
      }
    #endif
    return max(available, 1)
  }

  /// Ends the process.
  package static func exit(_ code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #elseif canImport(Musl)
      Musl.exit(code)
    #else
      Darwin.exit(code)
    #endif
  }

  /// Keeps the numbers 0, 1 and 2 from files that are opened later, where they were closed at the start.
  package static func reserveStandardFiles() {
    while true {
      // For reading only, so that what is written there fails.
      let number = open("/dev/null", O_RDONLY)
      if number > 2 { FileDescriptor(number: number).close() }
      if number < 0 || number > 2 { return }
    }
  }

  /// Runs a program to its end, with this process's environment and nothing to read.
  ///
  /// The output is what it wrote to standard output and standard error. The status is its exit code, or 128 and the
  /// number of the signal that ended it.
  package static func run(
    _ program: String, _ arguments: [String]
  ) throws(FileError.Reason) -> (status: Int32, output: String) {
    var ends: [Int32] = [0, 0]
    if pipe(&ends) != 0 { throw FileError.Reason(code: errno) }
    let (reading, writing) = (FileDescriptor(number: ends[0]), FileDescriptor(number: ends[1]))
    defer { reading.close() }
    let spawned = Result { () throws(FileError.Reason) in
      try spawn([program] + arguments, output: ends[1])
    }
    // The end is seen when the last holder of the other side has gone.
    writing.close()
    let process = try spawned.get()
    var output: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try reading.read(into: chunk)
      if count == 0 { break }
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw FileError.Reason(code: errno) }
    }
    let signal = status & 0x7F
    return (
      signal == 0 ? status >> 8 & 0xFF : 128 + signal, String(decoding: output, as: UTF8.self)
    )
  }

  private static func spawn(
    _ words: [String], output: Int32
  ) throws(FileError.Reason) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, words[0], &actions, nil, &pointers, environ)
    if failure != 0 { throw FileError.Reason(code: failure) }
    return process
  }
}

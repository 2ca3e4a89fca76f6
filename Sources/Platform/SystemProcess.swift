#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This process: its memory, environment and end.
package enum SystemProcess {
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

  /// A variable of the environment; nil if it is not set or empty.
  package static func environment(_ name: String) -> String? {
    guard let text = getenv(name), text[0] != 0 else { return nil }
    return String(cString: text)
  }

  /// The number of this process.
  package static var number: Int { Int(getpid()) }
}

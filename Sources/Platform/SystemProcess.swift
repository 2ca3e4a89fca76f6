#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This process: its memory, environment and end.
package enum SystemProcess {
  /// Physical memory of the machine in bytes.
  package static var physicalMemory: Int {
    max(sysconf(Int32(_SC_PHYS_PAGES)), 1) * max(sysconf(Int32(_SC_PAGESIZE)), 1)
  }

  /// Memory that this process may use, in bytes: the smallest of the machine's memory, the process
  /// limit and the limit of the control group.
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

  /// Opens standard input, output and error on `/dev/null` where they are closed, so that later
  /// files do not take the numbers 0, 1 and 2.
  package static func reserveStandardFiles() {
    while true {
      // Read-only, so that writes to a closed stream fail.
      let number = open("/dev/null", O_RDONLY)
      if number > 2 { FileDescriptor(number: number).close() }
      if number < 0 || number > 2 { return }
    }
  }

  /// A variable of the environment; `nil` if it is unset or empty.
  package static func environment(_ name: String) -> String? {
    guard let text = getenv(name), text[0] != 0 else { return nil }
    return String(cString: text)
  }

  /// The number of this process.
  package static var number: Int { Int(getpid()) }
}

// Runs one fuzz target: `Fuzzing TARGET [options of libFuzzer] CORPUS…`.
//
// Built with LIBFUZZER and its instrumentation, libFuzzer chooses the inputs; otherwise mutations of the corpus follow from
// the number of the run: `Fuzzing TARGET --runs 100000 CORPUS`. `Scripts/fuzz` does the former.
import Platform
import FuzzTargets

#if LIBFUZZER
  @_silgen_name("LLVMFuzzerRunDriver")
  func runFuzzerDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32
#endif

func fail(_ line: String) -> Never {
  try? FileDescriptor.standardError.write(Array((line + "\n").utf8))
  SystemProcess.exit(64)
}

let words = CommandLine.arguments
guard words.count > 1, let target = FuzzTarget(rawValue: words[1]) else {
  fail("name one of " + FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))
}

#if LIBFUZZER
  // The name of the target is not for libFuzzer.
  choose(target)
  var count = CommandLine.argc - 1
  CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
  var pointer = CommandLine.unsafeArgv + 1
  let code = runFuzzerDriver(&count, &pointer) { bytes, count in
    runCurrent(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  }
  SystemProcess.exit(code)
#else
  let runs = words.firstIndex(of: "--runs").flatMap { Int(words[$0 + 1]) } ?? 10_000
  if words.count > 3, words[2] == "--write-seed" {
    try FuzzTarget.emptyCheckpoint.seed(at: words[3])
    SystemProcess.exit(0)
  }
  guard let folder = words.dropFirst(2).last, FileSystem.isDirectory(folder) == true else {
    fail("name the folder of the corpus last")
  }
  try target.runMutations(of: FuzzTarget.corpus(folder), count: runs)
#endif

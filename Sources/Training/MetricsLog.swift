public import NumericCore
import Synchronization

/// `metrics.jsonl`: one JSON object per line, the truth about a training.
public final class MetricsLog: Sendable {
  private struct Pending {
    var text = ""
    var flushed = ContinuousClock.now
  }

  public let path: String
  private let pending = Mutex(Pending())

  /// A log that continues after a step: later lines of an existing file are dropped (step 0: all of them).
  public init(path: String, continuingAfter step: Int = 0) throws(FileError) {
    self.path = path
    var kept = ""
    if step > 0 && Files.exists(path) {
      let text = String(decoding: try Files.read(path), as: UTF8.self)
      for line in text.split(separator: "\n") where Self.step(of: line) ?? .max <= step {
        kept += line + "\n"
      }
    }
    try Files.writeAtomically(kept, to: path)
  }

  /// The step of a line; nil for one that is torn.
  private static func step(of line: Substring) -> Int? {
    let value = try? JSONValue(parsing: String(line))
    return value?["step"]?.integer
  }

  /// Adds a line; lines reach the file once a second, and by `flush`.
  func append(_ record: StepRecord) throws(FileError) {
    let isDue = pending.withLock {
      $0.text += record.json.description + "\n"
      return ContinuousClock.now - $0.flushed > .seconds(1)
    }
    if isDue { try flush() }
  }

  /// Writes what waits.
  public func flush() throws(FileError) {
    let text = pending.withLock { pending in
      defer { pending = Pending() }
      return pending.text
    }
    if !text.isEmpty { try Files.append(text, to: path) }
  }
}

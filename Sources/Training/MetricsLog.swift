public import NumericCore
import Synchronization

/// `metrics.jsonl`: one JSON object per line, the truth about a training.
public final class MetricsLog: Sendable {
  private struct Pending {
    var text = ""
    var flushed = ContinuousClock.now
  }

  public let path: String
  /// What the file held already, up to the step after which it continues.
  public let earlier: [StepRecord]
  private let pending = Mutex(Pending())

  /// A log that continues after a step: later lines of an existing file are dropped (step 0: all of them).
  public init(path: String, continuingAfter step: Int = 0) throws(FileError) {
    self.path = path
    var kept = ""
    var earlier: [StepRecord] = []
    if step > 0 && Files.exists(path) {
      let text = String(decoding: try Files.read(path), as: UTF8.self)
      for line in text.split(separator: "\n") {
        guard let record = StepRecord(line), record.step <= step else { continue }
        kept += line + "\n"
        earlier.append(record)
      }
    }
    self.earlier = earlier
    try Files.writeAtomically(kept, to: path)
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

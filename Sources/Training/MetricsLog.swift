public import Platform
import Serialization
import Synchronization

/// `metrics.jsonl`: one JSON object per line and training step.
public final class MetricsLog: Sendable {
  private struct Pending {
    var text = ""
    var flushed = SystemClock.monotonicTime
  }

  /// The path of the log.
  public let path: String
  /// The records of an existing file up to the step after which it continues, thinned.
  public let earlier: TrainingHistory
  private let pending = Mutex(Pending())

  /// A log that continues after a step: later lines of an existing file are dropped (step 0: all of
  /// them).
  public init(path: String, continuingAfter step: Int = 0) throws(FileError) {
    self.path = path
    var kept: [UInt8] = []
    var earlier = TrainingHistory()
    if step > 0 && Files.exists(path) {
      for line in try Files.read(path).split(separator: 0x0A) {
        guard let record = StepRecord(line), record.step <= step else { continue }
        kept += line + [0x0A]
        earlier.append(record)
      }
    }
    self.earlier = earlier
    try Files.writeAtomically(kept, to: path, followsLinks: false)
  }

  /// Appends a line; lines are written to the file once a second, and by `flush`.
  func append(_ record: StepRecord) throws(FileError) {
    let isDue = pending.withLock {
      $0.text += record.json.description + "\n"
      return SystemClock.monotonicTime - $0.flushed > 1
    }
    if isDue { try flush() }
  }

  /// Writes the pending lines.
  ///
  /// - Parameter synchronizes: whether to wait until the lines are on the device.
  public func flush(synchronizes: Bool = false) throws(FileError) {
    let text = pending.withLock { pending in
      defer { pending = Pending() }
      return pending.text
    }
    if !text.isEmpty { try Files.append(text, to: path, synchronizes: synchronizes) }
  }
}

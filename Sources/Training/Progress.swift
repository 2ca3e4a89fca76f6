import Platform
import Synchronization

/// The progress of a training.
public struct TrainingProgress: Hashable, Sendable {
  /// Number of steps made.
  public var step: Int
  /// Number of steps of the whole training.
  public var totalSteps: Int
  /// Number of steps of an epoch.
  public var stepsPerEpoch: Int
  /// Seconds of training so far.
  public var seconds: Double

  /// The progress after a step.
  public init(step: Int, totalSteps: Int, stepsPerEpoch: Int, seconds: Double) {
    self.step = step
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
    self.seconds = seconds
  }

  /// `epoch 12/100 34%|███▍      | 345/1000 [00:12<00:24, 27.1 it/s, loss 0.123, nfe 26/31]`.
  ///
  /// The bar, the count and the times are those of the whole training. `nfe` is shown if the
  /// evaluator reports `forwardEvaluations`, and the evaluations of the adjoint if it reports
  /// `backwardEvaluations`.
  public func line(_ record: StepRecord, showsBar: Bool = true) -> String {
    let epochs = (totalSteps + stepsPerEpoch - 1) / max(stepsPerEpoch, 1)
    let part = totalSteps > 0 ? Double(step) / Double(totalSteps) : 1
    let rate = seconds > 0 ? Double(step) / seconds : 0
    let left = rate > 0 ? Self.clock(Double(totalSteps - step) / rate) : "?"
    var details = ["\(Self.digits(rate)) it/s", "loss \(Self.digits(record.loss))"]
    if let validation = record.validation { details.append("val \(Self.digits(validation))") }
    if let forward = record.auxiliary("forwardEvaluations") {
      let backward = record.auxiliary("backwardEvaluations").map { "/\(Int($0.rounded()))" } ?? ""
      details.append("nfe \(Int(forward.rounded()))\(backward)")
    }
    let percent = "\(Int(part * 100))%"
    return "epoch \(record.epoch)/\(epochs) "
      + (showsBar ? "\(percent)|\(Self.bar(part))|" : percent)
      + " \(step)/\(totalSteps) [\(Self.clock(seconds))<\(left), "
      + details.joined(separator: ", ") + "]"
  }

  /// Ten cells, in eighths.
  package static func bar(_ part: Double) -> String {
    let eighths = Int((min(max(part, 0), 1) * 80).rounded(.down))
    let full = String(repeating: "█", count: eighths / 8)
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    let bar = full + partial
    return bar + String(repeating: " ", count: 10 - bar.count)
  }

  /// `mm:ss`, or `h:mm:ss` for an hour and more.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(seconds, 0))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let short = "\(two(whole / 60 % 60)):\(two(whole % 60))"
    return whole >= 3600 ? "\(whole / 3600):\(short)" : short
  }

  /// Three significant digits.
  package static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    guard value != 0 else { return "0" }
    var scale = 1.0
    while value.magnitude * scale < 100 && scale < 1e12 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    let isWhole = rounded.magnitude >= 100 && rounded.magnitude < 1e15
    return isWhole ? "\(Int(rounded))" : "\(rounded)"
  }
}

/// Shows progress as a rewritten line on a terminal, and as separate lines elsewhere.
public final class ProgressReporter: Sendable {
  private struct Shown {
    var last = -Double.infinity
    var isLineOpen = false
  }

  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void
  private let shown = Mutex(Shown())

  /// Progress on standard error.
  public convenience init() {
    self.init(isTerminal: FileDescriptor.standardError.isTerminal) { text in
      try? FileDescriptor.standardError.write(Array(text.utf8))
    }
  }

  /// Progress on another output.
  public init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isTerminal = isTerminal
    self.write = write
  }

  /// Shows a step: at most ten times a second on a terminal, otherwise every ten seconds, and
  /// always the last one.
  package func report(_ progress: TrainingProgress, _ record: StepRecord) {
    shown.withLock { shown in
      let pause = isTerminal ? 0.1 : 10
      let isLast = progress.step == progress.totalSteps
      if shown.last == -.infinity && !isTerminal { shown.last = 0 }
      guard progress.seconds - shown.last >= pause || isLast else { return }
      shown.last = progress.seconds
      let line = progress.line(record, showsBar: isTerminal)
      write(isTerminal ? "\r" + line + "\u{1B}[K" : line + "\n")
      shown.isLineOpen = isTerminal
    }
  }

  /// Ends the line.
  package func finish() {
    shown.withLock { shown in
      if shown.isLineOpen { write("\n") }
      shown.isLineOpen = false
    }
  }
}

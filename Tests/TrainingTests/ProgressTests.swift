import Synchronization
import Testing

import Training

@Suite struct ProgressTests {
  private func record(_ loss: Double, _ auxiliary: [(name: String, value: Double)] = [])
    -> StepRecord
  {
    StepRecord(
      step: 345, epoch: 35, wall: 0, loss: loss, learningRate: 0.1, gradientNorm: 1,
      auxiliary: auxiliary)
  }

  @Test func `the line shows step, time and loss`() {
    let progress = TrainingProgress(step: 345, totalSteps: 1000, stepsPerEpoch: 10, seconds: 12.73)
    let record = record(0.12345, [("forwardEvaluations", 26), ("backwardEvaluations", 31.2)])
    #expect(
      progress.line(record)
        == "epoch 35/100 34%|███▍      | 345/1000 [00:12<00:24, 27.1 it/s, loss 0.123, nfe 26/31]")
    #expect(
      progress.line(self.record(.nan), showsBar: false)
        == "epoch 35/100 34% 345/1000 [00:12<00:24, 27.1 it/s, loss nan]")
  }

  @Test func `bars, clocks and digits`() {
    #expect(TrainingProgress.bar(0) == "          " && TrainingProgress.bar(1) == "██████████")
    #expect(TrainingProgress.clock(59.9) == "00:59" && TrainingProgress.clock(3723) == "1:02:03")
    #expect(
      [0.0, 1234.6, 12.34, 0.0012345, -5, 1e-20].map(TrainingProgress.digits)
        == ["0", "1235", "12.3", "0.00123", "-5.0", "0.0"])
  }

  /// What a reporter writes for a step every second.
  private func output(isTerminal: Bool) -> [String] {
    let sink = Sink()
    let reporter = ProgressReporter(isTerminal: isTerminal) { text in
      sink.lines.withLock { $0.append(text) }
    }
    for step in 1...25 {
      reporter.report(
        TrainingProgress(step: step, totalSteps: 25, stepsPerEpoch: 5, seconds: Double(step)),
        record(1))
    }
    reporter.finish()
    return sink.lines.withLock { $0 }
  }

  private final class Sink: Sendable {
    let lines = Mutex<[String]>([])
  }

  @Test func `elsewhere than on a terminal there is a plain line every ten seconds`() {
    let lines = output(isTerminal: false)
    #expect(lines.map { $0.contains("\r") || !$0.hasSuffix("\n") } == [false, false, false])
    #expect(lines.last?.contains("25/25") == true)
  }

  @Test func `on a terminal the line is rewritten and ended`() {
    let lines = output(isTerminal: true)
    #expect(lines.count == 26 && lines.dropLast().allSatisfy { $0.hasPrefix("\r") })
    #expect(lines.last == "\n")
  }
}

import Platform
import Foundation
import Synchronization
import Tensors
import Testing
import Training

/// What a training of any length keeps, and when it writes.
@Suite struct LongTrainingTests {
  private func trainer(_ steps: Int) -> Trainer<LineEvaluator, Points> {
    var options = TrainingOptions(
      length: .steps(steps), batchSize: 40, shardSize: 40, validationInterval: .steps(steps),
      checkpointInterval: .steps(steps))
    options.checkpointSeconds = 60
    return Trainer(
      LineEvaluator(), training: Points(count: 80), validation: Points(count: 40, seed: 9),
      options: options)
  }

  /// A clock that a test sets: it advances by a fixed number of seconds per reading.
  private final class Clock: Sendable {
    private let time: Mutex<Double>
    private let pause: Double
    init(from start: Double = 0, pause: Double) {
      time = Mutex(start)
      self.pause = pause
    }
    func read() -> Double {
      time.withLock { time in
        time += pause
        return time
      }
    }
  }

  @Test func `a checkpoint is written every minute, and no more often`() throws {
    let clock = Clock(pause: 7)
    var saved: [Int] = []
    var state = TrainingState<Line>.start()
    _ = try trainer(100).train(
      &state,
      observer: TrainingObserver(save: { saved.append($0.step) }, clock: clock.read))
    // 9 steps of 7 seconds are the first that take a minute.
    #expect(saved.prefix(3) == [8, 17, 26] || saved.prefix(3) == [9, 18, 27])
    #expect(saved.suffix(2) == [100, 100])
    #expect(zip(saved.dropFirst(), saved).allSatisfy { $0 - $1 <= 9 })
  }

  @Test func `durations do not go backwards with the clock`() throws {
    let clock = Clock(from: 1000, pause: -5)
    var state = TrainingState<Line>.start()
    var walls: [Double] = []
    _ = try trainer(10).train(
      &state, observer: TrainingObserver(onStep: { walls.append($0.wall) }, clock: clock.read))
    #expect(walls.count == 10 && walls.allSatisfy { $0 >= 0 })
    #expect(zip(walls.dropFirst(), walls).allSatisfy { $0 >= $1 })
  }

  @Test func `the log holds every step of the checkpoint that follows it`() throws {
    let folder = "/tmp/neural-ode-log-\(UUID().uuidString)"
    try Files.createDirectory(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/metrics.jsonl"
    let clock = Clock(pause: 20)
    var state = TrainingState<Line>.start()
    var isBehind = false
    let observer = TrainingObserver<Line>(
      log: try MetricsLog(path: path),
      save: { state in
        let lines = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
        if lines.count != state.step { isBehind = true }
      }, clock: clock.read)
    _ = try trainer(30).train(&state, observer: observer)
    #expect(!isBehind)
  }

  @Test func `records are thinned evenly, and the first of both kinds stay`() {
    var history = TrainingHistory()
    for step in 1...100_000 {
      var record = StepRecord(
        step: step, epoch: 1, wall: 0, loss: 1, learningRate: 1, gradientNorm: 1, auxiliary: [])
      if step % 10 == 0 { record.validation = 0.5 }
      history.append(record)
    }
    let steps = history.records.map(\.step)
    #expect(steps.count <= 2 * TrainingHistory.limit && steps.count > TrainingHistory.limit)
    #expect(steps.first == 1 && steps == steps.sorted())
    let validated = history.records.filter { $0.validation != nil }.map(\.step)
    #expect(validated.first == 10 && validated.count > TrainingHistory.limit / 2)
    #expect(Set(zip(validated.dropFirst(), validated).map { $0 - $1 }).count == 1)
    // A short training is kept whole.
    var short = TrainingHistory()
    for record in history.records.prefix(500) { short.append(record) }
    #expect(short.records.count == 500)
  }
}

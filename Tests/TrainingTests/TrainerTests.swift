import Platform
import Serialization
import Synchronization
import Tensors
import Testing
import Training

@Suite struct TrainerTests {
  private typealias LineTrainer = Trainer<LineEvaluator, Points>

  private static func options(threads: Int = 1) -> TrainingOptions {
    TrainingOptions(
      length: .epochs(6), batchSize: 40, shardSize: 16, threads: threads, seed: 3,
      gradientClip: 2, validationInterval: .epochs(1))
  }

  private func train(
    _ options: TrainingOptions, _ evaluator: LineEvaluator = LineEvaluator(),
    from start: TrainingState<Line> = .start(),
    observer: TrainingObserver<Line> = TrainingObserver(clock: { 0 })
  ) throws -> (state: TrainingState<Line>, status: TrainingStatus) {
    var state = start
    let trainer = Trainer(
      evaluator, training: Points(count: 210), validation: Points(count: 50, seed: 9),
      options: options)
    let status = try trainer.train(&state, observer: observer)
    return (state, status)
  }

  @Test func `the line is found`() throws {
    var options = Self.options()
    options.length = .steps(400)
    let (state, status) = try train(
      options, from: .start(rate: .cosine(from: 0.1, over: 400)))
    #expect(status == .finished && state.step == 400)
    // Standard error of the fit: noise / √n = 0.1 / √200 = 0.007; five of them.
    #expect(abs(state.model.values[0] - 2) < 0.035 && abs(state.model.values[1] + 1) < 0.035)
    #expect(try #require(state.bestValidation) < 0.02)
  }

  @Test func `any number of threads gives the same bits`() throws {
    let one = try train(Self.options()).state
    for threads in [2, 3] {
      let other = try train(Self.options(threads: threads)).state
      #expect(one.bits == other.bits && one.bestValidation == other.bestValidation)
    }
    var other = Self.options()
    other.seed = 4
    #expect(try train(other).state.bits != one.bits)
  }

  @Test func `shards add up to the gradient of the batch`() throws {
    var whole = Self.options()
    whole.length = .steps(1)
    whole.batchSize = 210
    whole.shardSize = 210
    var cut = whole
    cut.shardSize = 32
    let norms = Mutex<[Double]>([])
    for options in [whole, cut] {
      let observer = TrainingObserver<Line>(
        onStep: { record in norms.withLock { $0.append(record.gradientNorm) } }, clock: { 0 })
      _ = try train(options, observer: observer)
    }
    let found = norms.withLock { $0 }
    // The rows' jitter of 0.01 differs between the two, and both are single precision sums.
    #expect(abs(found[0] / found[1] - 1) < 2e-3)
  }

  @Test(arguments: [1, 7, 12])
  func `a training that is interrupted and resumed gives the same bits`(after: Int) throws {
    let folder = "/tmp/neural-ode-resume-\(SystemProcess.number)-\(after)"
    try Files.createDirectory(folder)
    func observer(_ name: String, _ step: Int, _ stop: StopRequest?) throws
      -> TrainingObserver<Line>
    {
      let checkpoint = Checkpoint(
        path: folder + "/\(name).ckpt.safetensors", options: Self.options())
      return TrainingObserver(
        onStep: { if $0.step == after { stop?.request() } },
        log: try MetricsLog(path: folder + "/\(name).jsonl", continuingAfter: step),
        save: { try checkpoint.save($0) }, stop: stop, clock: { 0 })
    }
    let whole = try train(Self.options(), observer: observer("whole", 0, nil)).state
    let stop = StopRequest()
    let (part, status) = try train(Self.options(), observer: observer("part", 0, stop))
    #expect(status == .interrupted && part.step == after && stop.number == 1)
    // Lines after the checkpoint, and a torn one, are dropped.
    try Files.append("{\"step\":99}\n{\"st", to: folder + "/part.jsonl")
    let loaded = try Checkpoint(
      path: folder + "/part.ckpt.safetensors", options: Self.options()
    ).load(into: .start())
    #expect(loaded.bits == part.bits && loaded.step == part.step)
    let (rest, end) = try train(
      Self.options(), from: loaded, observer: observer("part", loaded.step, nil))
    #expect(end == .finished)
    #expect(rest.bits == whole.bits && rest.bestValidation == whole.bestValidation)
    #expect(
      try Files.read(folder + "/part.jsonl") == Files.read(folder + "/whole.jsonl"))
    #expect(
      try Files.read(folder + "/part.ckpt.safetensors")
        == Files.read(folder + "/whole.ckpt.safetensors"))
  }

  @Test func `a checkpoint of other settings is refused`() throws {
    let path = "/tmp/neural-ode-settings-\(SystemProcess.number).safetensors"
    defer { try? Files.remove(path) }
    try Checkpoint(path: path, options: Self.options()).save(TrainingState<Line>.start())
    var other = Self.options()
    other.seed = 8
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: path, options: other).load(into: .start())
    }
    guard case .settingDiffers(_, let name, let checkpoint, let now) = error else {
      Issue.record("\(String(describing: error)) does not name the setting")
      return
    }
    #expect(name == "seed" && checkpoint == "3" && now == "8")
    try Line().save(to: path)
    #expect(throws: CheckpointError.self) {
      try Checkpoint(path: path, options: Self.options()).load(into: .start())
    }
  }

  @Test func `training stops when validation does not improve, and keeps the best`() throws {
    var options = Self.options()
    options.patience = 2
    options.length = .epochs(50)
    // The loss that is reported grows as the slope nears 2, whatever the gradient does.
    let evaluator = LineEvaluator(replacingLoss: { line in
      Double(line.values[0] > 0.3 ? line.values[0] : 1 - line.values[0])
    })
    let (state, status) = try train(options, evaluator)
    #expect(status == .stoppedEarly)
    #expect(state.step == state.bestStep + 2 * 5 && state.validationsSinceBest == 2)
    #expect(state.best.values != state.model.values)
  }

  @Test func `a step that is not finite leaves the model as it was`() throws {
    var options = Self.options()
    options.length = .steps(3)
    let evaluator = LineEvaluator(replacingLoss: { _ in .nan })
    let events = Mutex<[StepRecord.Event?]>([])
    let observer = TrainingObserver<Line>(
      onStep: { record in events.withLock { $0.append(record.event) } }, clock: { 0 })
    let (state, status) = try train(options, evaluator, observer: observer)
    #expect(status == .diverged(step: 3) && state.skipped == 3 && state.step == 3)
    #expect(state.model.values == [0, 0] && state.optimizer.state.step == 0)
    #expect(events.withLock { $0 } == [.skipped, .skipped, .skipped])
    #expect(state.bestValidation == nil)
  }

  @Test func `a training that stays broken is rolled back and then given up`() throws {
    var options = Self.options()
    options.length = .epochs(100)
    options.skipLimit = 2
    options.rollbackLimit = 1
    // Good until the slope passes 0.8; the first validation at step 5 is the state to return to.
    let evaluator = LineEvaluator(replacingLoss: { line in line.values[0] > 0.8 ? .infinity : nil })
    let rates = Mutex<[Double]>([])
    let observer = TrainingObserver<Line>(
      onStep: { record in
        if record.event == .rolledBack { rates.withLock { $0.append(record.learningRate) } }
      }, clock: { 0 })
    let (state, status) = try train(options, evaluator, observer: observer)
    #expect(status == .diverged(step: state.step) && state.rollbacks == 2)
    #expect(rates.withLock { $0 } == [0.05, 0.025])
    #expect(state.model.values == state.best.values && state.best.values[0] > 0)
  }

  @Test func `a training whose loss is hardly ever finite has diverged, however short`() throws {
    var options = Self.options()
    options.length = .steps(4)
    let never = LineEvaluator(replacingLoss: { _ in .nan })
    #expect(try train(options, never).status == .diverged(step: 4))
    // The first step of four moves the line, and every later one is left out.
    let once = LineEvaluator(replacingLoss: { line in line.values[0] == 0 ? nil : .nan })
    #expect(try train(options, once).status == .diverged(step: 4))
  }

  @Test
  func `a training continued with fewer steps than it has made ends with what it has learned`()
    throws
  {
    var options = Self.options()
    options.length = .steps(60)
    options.validationInterval = .steps(50)
    let stop = StopRequest()
    let observer = TrainingObserver<Line>(
      onStep: { if $0.step == 20 { stop.request(2) } }, stop: stop, clock: { 0 })
    let (stopped, status) = try train(options, observer: observer)
    #expect(status == .interrupted && stopped.bestValidation == nil)
    options.length = .steps(10)
    let (state, ended) = try train(options, from: stopped)
    #expect(ended == .finished && state.step == 20)
    #expect(state.best.values == state.model.values && state.best.values != [0, 0])
    #expect(try #require(state.bestValidation) > 0)
  }

  @Test func `an evaluator's error ends the training`() {
    struct Broken: ShardEvaluator {
      struct Failure: Error {}
      func evaluate(model: Line, batch: [SIMD3<Float>]) throws -> ShardResult<Line> {
        throw Failure()
      }
    }
    var state = TrainingState<Line>.start()
    let trainer = Trainer(
      Broken(), training: Points(count: 100), options: Self.options(threads: 2))
    #expect(throws: Broken.Failure.self) { try trainer.train(&state) }
    #expect(state.step == 0)
  }

  @Test func `log lines have their keys`() throws {
    let path = "/tmp/neural-ode-log-\(SystemProcess.number).jsonl"
    defer { try? Files.remove(path) }
    var options = Self.options()
    options.logInterval = 4
    let observer = TrainingObserver<Line>(log: try MetricsLog(path: path), clock: { 0 })
    _ = try train(options, observer: observer)
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    let lines = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    // Every fourth step of thirty, the last, and every fifth for its validation.
    #expect(
      lines.compactMap { $0["step"]?.integer } == [4, 5, 8, 10, 12, 15, 16, 20, 24, 25, 28, 30])
    let keys = [
      "step", "epoch", "wall", "loss", "learningRate", "gradientNorm", "forwardEvaluations",
    ]
    #expect(lines[0].object?.keys == keys)
    #expect(lines[1].object?.keys == keys + ["validation", "validationMetrics"])
    #expect(lines[1]["epoch"]?.integer == 1 && lines[2]["epoch"]?.integer == 2)
  }
}

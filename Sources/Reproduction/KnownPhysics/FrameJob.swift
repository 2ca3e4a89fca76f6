import Platform

/// One model trained and scored: a line of the experiment's table.
struct FrameJob: Sendable {
  let name: String
  let body: @Sendable () throws -> FrameScore

  init(_ name: String, _ body: @escaping @Sendable () throws -> FrameScore) {
    self.name = name
    self.body = body
  }

  /// The scores of jobs that do not depend on each other, by name; as many run at once as there are processors, at most two.
  static func scores(
    of jobs: [FrameJob], progress: @escaping @Sendable (String) -> Void
  ) throws -> [String: FrameScore] {
    let pool = WorkerPool(threadCount: min(2, PlatformThread.processorCount))
    let scores = try pool.map(jobs.count) { place in
      let score = try jobs[place].body()
      progress("\(jobs[place].name): \(score.summary)")
      return score
    }
    return Dictionary(uniqueKeysWithValues: zip(jobs.map(\.name), scores))
  }
}

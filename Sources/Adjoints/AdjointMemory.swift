import Integrators

/// The buffers of a discrete adjoint, reused from one backward pass to the next.
final class AdjointMemory<Scalar: RowScalar> {
  typealias Buffer = UnsafeMutablePointer<Scalar>

  /// `λ` of every row, and of the active rows.
  let lambda: Buffer
  let roundLambda: Buffer
  let stageCotangent: Buffer
  /// `v_i`.
  let products: [Buffer]
  let stageTimes: UnsafeMutablePointer<Double>
  let unitSteps: UnsafeMutablePointer<Double>
  /// Arguments of a combination.
  let sources: UnsafeMutablePointer<UnsafePointer<Scalar>?>
  let weights: UnsafeMutablePointer<Double>
  /// Recomputed states of stages and slopes.
  private(set) var replayBuffers: [Buffer] = []
  private(set) var slopes: [Buffer] = []
  let replayStates: UnsafeMutablePointer<UnsafePointer<Scalar>>

  /// The cotangents of the states before events, allocated if there are events.
  private lazy var cutCotangents = Buffer.allocate(capacity: count)
  private var hasCuts = false

  private let count: Int
  private let width: Int
  private let stages: Int

  init(rows: Int, width: Int, stages: Int) {
    count = max(rows * width, 1)
    self.width = width
    self.stages = stages
    lambda = .allocate(capacity: count)
    roundLambda = .allocate(capacity: count)
    stageCotangent = .allocate(capacity: count)
    products = (0..<stages).map { [count] _ in .allocate(capacity: count) }
    stageTimes = .allocate(capacity: max(rows, 1))
    unitSteps = .allocate(capacity: max(rows, 1))
    unitSteps.initialize(repeating: 1, count: max(rows, 1))
    sources = .allocate(capacity: stages + 1)
    sources.initialize(repeating: nil, count: stages + 1)
    weights = .allocate(capacity: stages + 1)
    replayStates = .allocate(capacity: stages)
  }

  /// Bytes of the buffers.
  var byteCount: Int {
    (3 + products.count + replayBuffers.count + slopes.count) * count
      * MemoryLayout<Scalar>.stride
  }

  /// Allocates memory for states and slopes of the stages, unless it exists.
  func makeReplay() {
    guard replayBuffers.isEmpty else { return }
    replayBuffers = (0..<stages).map { [count] _ in .allocate(capacity: count) }
    slopes = (0..<stages).map { [count] _ in .allocate(capacity: count) }
  }

  /// Memory for the cotangent of a row's state before an event.
  func cutCotangent(_ position: Int) -> Buffer {
    hasCuts = true
    return cutCotangents + position * width
  }

  deinit {
    if hasCuts { cutCotangents.deallocate() }
    for buffer in [lambda, roundLambda, stageCotangent] + products + replayBuffers + slopes {
      buffer.deallocate()
    }
    stageTimes.deallocate()
    unitSteps.deallocate()
    sources.deallocate()
    weights.deallocate()
    replayStates.deallocate()
  }
}

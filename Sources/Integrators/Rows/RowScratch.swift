/// The memory of a row integrator: everything that a solve needs besides its record.
///
/// Its owner frees the memory; copies of it cost no reference counts.
struct RowScratch<Scalar: RowScalar> {
  /// Rows that are under way at once.
  let rows: Int
  let width: Int
  let stageCount: Int
  /// Two buffers for states: the start of the step and the end of it.
  let states: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>
  /// The state of a stage that is not recorded, and a perturbed state.
  let stage: UnsafeMutablePointer<Scalar>
  /// `k_i`, then the derivative at the end, then a spare one.
  let slopes: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>
  /// What the field kept of each evaluation, as in `slopes`.
  let kept: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>
  /// Where each stage's state is written, then the state at the end.
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>
  let sources: UnsafeMutablePointer<UnsafePointer<Scalar>?>
  let weights: UnsafeMutablePointer<Double>
  /// Of each active row.
  let times: UnsafeMutablePointer<Double>
  let stageTimes: UnsafeMutablePointer<Double>
  let nextTimes: UnsafeMutablePointer<Double>
  let steps: UnsafeMutablePointer<Double>
  let norms: UnsafeMutablePointer<Double>
  let otherNorms: UnsafeMutablePointer<Double>
  /// log₂ of the error of the accepted step before, and of the one that was tried; the factor that
  /// follows.
  let previousLogErrors: UnsafeMutablePointer<Double>
  let logErrors: UnsafeMutablePointer<Double>
  let factors: UnsafeMutablePointer<Double>
  let ones: UnsafeMutablePointer<Double>
  let rowNumbers: UnsafeMutablePointer<Int32>
  /// Positions and numbers of the rows that begin a piece; positions of the rows that save states,
  /// and their places among the accepted ones.
  let positions: UnsafeMutablePointer<Int32>
  let groupNumbers: UnsafeMutablePointer<Int32>
  let isAccepted: UnsafeMutablePointer<Bool>
  let mask: UnsafeMutablePointer<Scalar>?

  init(rows: Int, width: Int, stageCount: Int, weights errorWeights: [Double]) {
    self.rows = rows
    self.width = width
    self.stageCount = stageCount
    func memory<Element>(_ count: Int, _ value: Element) -> UnsafeMutablePointer<Element> {
      let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: value, count: max(count, 1))
      return memory
    }
    let size = rows * width
    states = .allocate(capacity: 2)
    for index in 0..<2 { (states + index).initialize(to: memory(size, 0)) }
    stage = memory(size, 0)
    slopes = .allocate(capacity: stageCount + 2)
    for index in 0..<stageCount + 2 { (slopes + index).initialize(to: memory(size, 0)) }
    kept = memory(stageCount + 2, nil)
    slots = memory(stageCount + 1, stage)
    sources = memory(stageCount + 2, nil)
    weights = memory(stageCount + 2, 0)
    times = memory(rows, 0)
    stageTimes = memory(rows, 0)
    nextTimes = memory(rows, 0)
    steps = memory(rows, 0)
    norms = memory(rows, 0)
    otherNorms = memory(rows, 0)
    previousLogErrors = memory(rows, 0)
    logErrors = memory(rows, 0)
    factors = memory(rows, 0)
    ones = memory(rows, 1)
    rowNumbers = memory(rows, 0)
    positions = memory(rows, 0)
    groupNumbers = memory(rows, 0)
    isAccepted = memory(rows, false)
    mask = errorWeights.isEmpty ? nil : memory(width, Scalar(0))
    for (index, weight) in errorWeights.enumerated() { mask?[index] = Scalar(weight) }
  }

  /// Bytes of states, slopes and the mask.
  var byteCount: Int {
    ((3 + stageCount + 2) * rows + (mask == nil ? 0 : 1)) * width
      * MemoryLayout<Scalar>.stride
  }

  func deallocate() {
    for index in 0..<2 { states[index].deallocate() }
    states.deallocate()
    stage.deallocate()
    for index in 0..<stageCount + 2 { slopes[index].deallocate() }
    slopes.deallocate()
    kept.deallocate()
    slots.deallocate()
    sources.deallocate()
    for numbers in [
      weights, times, stageTimes, nextTimes, steps, norms, otherNorms, previousLogErrors,
      logErrors, factors, ones,
    ] {
      numbers.deallocate()
    }
    for numbers in [rowNumbers, positions, groupNumbers] { numbers.deallocate() }
    isAccepted.deallocate()
    mask?.deallocate()
  }
}

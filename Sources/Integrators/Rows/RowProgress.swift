/// Where one row of a solve is.
struct RowProgress: BitwiseCopyable {
  var time: Double
  /// Of the last save time.
  let end: Double
  /// +1 or −1.
  let direction: Double
  /// Signed size of the next step.
  var step = 0.0
  /// Next save time.
  var save: Int
  var memory = StepMemory()
  /// The derivative at the present state has not been evaluated.
  var needsFirstStage = true
  /// Fixed steps: the interval between two save times and the place in it.
  var intervalStart = 0.0
  var intervalSteps = 0
  var stepsTaken = 0
  /// Steps near the end of the budget that were looked at, and those that stability bounded.
  var checkedSteps = 0
  var boundedSteps = 0
  var stepTimesEigenvalue = 0.0
  var isDone = false

  init(times: UnsafePointer<Double>, count: Int) {
    time = times[0]
    end = times[count - 1]
    direction = end < time ? -1 : 1
    save = 0
  }

  /// Begins the interval up to the next save time.
  mutating func beginInterval(to next: Double, _ control: StepControl) {
    let length = next - time
    intervalStart = time
    intervalSteps = control.fixedStepCount(over: length) ?? 0
    stepsTaken = 0
    step = length / Double(intervalSteps)
  }
}

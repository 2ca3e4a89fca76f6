/// Where one row of a solve is.
struct RowProgress: BitwiseCopyable {
  var logic: StepLogic
  /// The next save, and its time.
  var save = 0
  var saveTime = 0.0
  /// Forced times that were passed.
  var piece = 0
  /// The field is not prepared for the present piece, or its first step is not chosen.
  var beginsPiece = true
  /// The field is prepared already, by the event that began the piece.
  var hasEntered = false
  /// The derivative at the present state has not been evaluated.
  var needsFirstStage = true
  var isDone = false

  init(times: UnsafePointer<Double>, count: Int) {
    logic = StepLogic(from: times[0], to: times[count - 1])
  }
}

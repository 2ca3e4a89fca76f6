/// The records of a training, thinned so that neither memory nor the report grows with its length.
///
/// Every 2ᵏ-th step without a validation and every 2ᵏ-th validation are saved, with the smallest
/// sufficient k.
public struct TrainingHistory: Sendable {
  /// The largest number of saved records of each kind.
  public static let limit = 2000

  private var steps = Thinned()
  private var validations = Thinned()

  /// An empty history.
  public init() {}

  /// Adds the record of a later step.
  public mutating func append(_ record: StepRecord) {
    if record.validation == nil { steps.append(record) } else { validations.append(record) }
  }

  /// The saved records in the order of the steps.
  public var records: [StepRecord] {
    (steps.records + validations.records).sorted { $0.step < $1.step }
  }

  /// Every 2ᵏ-th element of a sequence, beginning with the first.
  private struct Thinned: Sendable {
    private(set) var records: [StepRecord] = []
    private var stride = 1
    private var count = 0

    mutating func append(_ record: StepRecord) {
      if count % stride == 0 { records.append(record) }
      count += 1
      guard records.count > TrainingHistory.limit else { return }
      records = records.indices.filter { $0 % 2 == 0 }.map { records[$0] }
      stride *= 2
    }
  }
}

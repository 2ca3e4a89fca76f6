/// The records of a training, thinned so that neither memory nor the report grows with its length.
///
/// Of the steps without a validation every 2ᵏ-th is kept, of the validations every 2ᵏ-th, with the smallest k that suffices.
public struct StepHistory: Sendable {
  /// Records of one of the two kinds that are kept at most.
  public static let limit = 2000

  private var steps = Thinned()
  private var validations = Thinned()

  public init() {}

  /// Adds the record of a later step.
  public mutating func append(_ record: StepRecord) {
    if record.validation == nil { steps.append(record) } else { validations.append(record) }
  }

  /// What is kept, in the order of the steps.
  public var records: [StepRecord] {
    (steps.records + validations.records).sorted { $0.step < $1.step }
  }

  /// Every 2ᵏ-th of a sequence, from the first on.
  private struct Thinned: Sendable {
    private(set) var records: [StepRecord] = []
    private var stride = 1
    private var count = 0

    mutating func append(_ record: StepRecord) {
      if count % stride == 0 { records.append(record) }
      count += 1
      guard records.count > StepHistory.limit else { return }
      records = records.indices.filter { $0 % 2 == 0 }.map { records[$0] }
      stride *= 2
    }
  }
}

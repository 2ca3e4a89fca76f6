import Platform
public import Tensors

/// A data set as a tree of tensors whose first axis is the rows.
public struct RowData<Batch: TensorTree>: TrainingData {
  public let count: Int
  private let rows: Batch

  /// A data set of these rows.
  ///
  /// - Precondition: the tensors are concrete and have equal first axes.
  public init(_ rows: Batch) {
    let counts = Set(rows.tensors.map { $0.shape.first ?? -1 })
    precondition(
      counts.count == 1 && !counts.contains(-1),
      "tensors of \(rows.tensors.map(\.shape)) have no common first axis")
    self.rows = rows
    count = counts.first ?? 0
  }

  public func shard(_ rows: [Int], in context: ShardContext) -> Shard<Batch> {
    Shard(self.rows.gatheringRows(rows), weight: Double(rows.count))
  }
}

extension TensorTree {
  /// The same tree with the given rows of every tensor, in the given order.
  ///
  /// Shapes: `[rows, …]` → `[numbers.count, …]`.
  /// - Precondition: the tensors are concrete, and the numbers are valid rows.
  public func gatheringRows(_ numbers: [Int]) -> Self {
    mapTensors { Tensor(storage: $0.concreteStorage.gatheringRows(numbers)) }
  }
}

extension Storage {
  fileprivate func gatheringRows(_ numbers: [Int]) -> Storage {
    let rows = type.shape[0]
    precondition(
      numbers.allSatisfy { (0..<rows).contains($0) }, "rows \(numbers) are not all below \(rows)")
    let result = type.with(shape: [numbers.count] + type.shape.dropFirst())
    let width = rows > 0 ? type.byteCount / rows : 0
    return Storage(result) { target in
      for (place, number) in numbers.enumerated() {
        (target + place * width).copyMemory(from: bytes + number * width, byteCount: width)
      }
    }
  }
}

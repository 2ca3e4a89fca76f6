public import NumericCore
public import Adjoints
public import Tensors

/// Pairs of base and data points with a time each: a batch of flow matching.
public struct FlowMatchingBatch: TensorTree {
  /// `[rows, D]`.
  public var base: Tensor
  /// `[rows, D]`.
  public var data: Tensor
  /// In 0…1, `[rows, 1]`.
  public var time: Tensor

  /// A batch of given pairs and times.
  public init(base: Tensor, data: Tensor, time: Tensor) {
    self.base = base
    self.data = data
    self.time = time
  }

  /// A batch with normal base points and stratified times, coupled by optimal transport within blocks.
  ///
  /// - Parameters:
  ///   - data: row-major, `dimension` numbers a row.
  ///   - blockSize: rows that are assigned to each other; 1: independent coupling.
  public init(
    data: [Float], dimension: Int, blockSize: Int, key: RandomKey
  ) {
    let rows = data.count / dimension
    let keys = key.split(2)
    let base = keys[0].normal(data.count, as: Float.self)
    var coupled = data
    if blockSize > 1 {
      for start in stride(from: 0, to: rows, by: blockSize) {
        let range = start * dimension..<min(start + blockSize, rows) * dimension
        let source = Array(base[range])
        let target = Array(data[range])
        let order = OptimalAssignment.squaredDistances(source, target, dimension: dimension)
        for (row, partner) in order.enumerated() {
          for i in 0..<dimension {
            coupled[(start + row) * dimension + i] = target[partner * dimension + i]
          }
        }
      }
    }
    // One time in each of `rows` equal parts of 0…1; the rows are exchangeable.
    let jitter = keys[1].uniform(rows, as: Float.self)
    let time = jitter.enumerated().map { (Float($0.offset) + $0.element) / Float(rows) }
    let order = keys[1].folding(in: 0).permutation(rows)
    self.init(
      base: Tensor(base, shape: [rows, dimension]),
      data: Tensor(coupled, shape: [rows, dimension]),
      time: Tensor(order.map { time[$0] }, shape: [rows, 1]))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("base", &base)
    visitor("data", &data)
    visitor("time", &time)
  }
}

/// The flow matching loss: a regression, with no solver in it.
///
/// `E |v(t, (1 − t) x₀ + t x₁) − (x₁ − x₀)|² / D`. The minimizer is a field that carries the base distribution at t = 0
/// to the data at t = 1 (`.baseToData`).
/// - Source: Lipman et al. 2023, equation 23 with σ = 0; Tong et al. 2024 for the coupling.
public func flowMatchingLoss(_ field: some TensorField, _ batch: FlowMatchingBatch) -> Tensor {
  let point = batch.base + batch.time * (batch.data - batch.base)
  let target = batch.data - batch.base
  return square(field(batch.time, point) - target).mean()
}

package import NumericCore
import NeuralNets
package import Tensors

/// Points with targets of a regression, or labels of classes.
package struct LabelledPoints: TensorTree {
  /// `[count, features]`.
  package var points: Tensor
  /// `[count, outputs]`, or labels `[count]`.
  package var targets: Tensor

  package init(points: Tensor, targets: Tensor) {
    self.points = points
    self.targets = targets
  }

  package var count: Int { points.shape[0] }

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("points", &points)
    visitor("targets", &targets)
  }

  /// The given rows.
  package func rows(_ rows: [Int]) -> LabelledPoints {
    LabelledPoints(points: points.rows(rows), targets: targets.rows(rows))
  }

  /// Full batches in an order drawn by the key; an incomplete batch is dropped.
  package func batches(of size: Int, key: RandomKey) -> [LabelledPoints] {
    let order = key.permutation(count)
    return stride(from: 0, through: count - size, by: size).map { start in
      rows(Array(order[start..<start + size]))
    }
  }
}

import Transforms
package import Tensors

/// The accuracy of a classifier.
package enum Accuracy {
  /// The percentage of labels `[batch]` that are the index of the largest of the logits `[batch,
  /// classes]`.
  package static func percent(logits: Tensor, labels: Tensor) -> Double {
    let classes = logits.shape[1]
    let (scores, labels) = (logits.values, labels.values)
    let hits = labels.indices.count { row in
      let own = scores[row * classes..<(row + 1) * classes]
      return own.indices.max { own[$0] < own[$1] }! - row * classes == Int(labels[row])
    }
    return 100 * Double(hits) / Double(max(labels.count, 1))
  }
}

import NumericCore
import NeuralNets
import BundledData
import LearningTasks
import Tensors

extension DigitImages {
  /// 1,437 digits for training and 360 for the test, features in 0…1.
  static func split(
    trainingCount: Int = 1437, key: RandomKey = RandomKey(0)
  ) throws -> (training: LabelledPoints, test: LabelledPoints) {
    let images = try DigitImages()
    let count = images.labels.count
    let all = LabelledPoints(
      points: Tensor(
        rounding: images.greys.map { Double($0) / 16 }, shape: [count, 64], to: .float32),
      targets: Tensor(rounding: images.labels.map(Double.init), shape: [count], to: .float32))
    let order = key.permutation(count)
    return (
      all.rows(Array(order.prefix(trainingCount))), all.rows(Array(order.dropFirst(trainingCount)))
    )
  }
}

import NumericCore
import TimeSeries
import Transforms
import Tensors
import Training

/// Labelled rows as training data; images are shifted and mirrored at random.
struct LabelledRows: TrainingData {
  let data: LabelledData
  let normalization: Normalization
  /// Pixels of black padding for random crops.
  var crop = 0
  var mirrors = false

  var count: Int { data.count }

  func shard(_ rows: [Int], in context: ShardContext) -> Shard<LabelledPoints> {
    var batch = data.points(rows, normalization)
    if data.isImages && context.isTraining && (crop > 0 || mirrors) {
      batch.points = moved(batch.points, key: context.key)
    }
    return Shard(batch, weight: Double(rows.count))
  }

  private func moved(_ images: Tensor, key: RandomKey) -> Tensor {
    let (count, height, width) = (images.shape[0], images.shape[1], images.shape[2])
    let channels = images.shape[3]
    let draws = key.uniform(3 * count, as: Double.self)
    let source = images.values
    let black = Float(normalization.normalized(0))
    var result = [Float](repeating: black, count: source.count)
    let span = Double(2 * crop + 1)
    for image in 0..<count {
      let down = Int(draws[3 * image] * span) - crop
      let right = Int(draws[3 * image + 1] * span) - crop
      let isMirrored = mirrors && draws[3 * image + 2] < 0.5
      let start = image * height * width * channels
      for y in max(0, -down)..<min(height, height - down) {
        for x in max(0, -right)..<min(width, width - right) {
          let column = isMirrored ? width - 1 - (x + right) : x + right
          let from = start + ((y + down) * width + column) * channels
          let to = start + (y * width + x) * channels
          for c in 0..<channels { result[to + c] = Float(source[from + c]) }
        }
      }
    }
    return Tensor(result, shape: images.shape)
  }
}

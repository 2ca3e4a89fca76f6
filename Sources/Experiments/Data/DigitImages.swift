import NeuralNets
package import NumericCore
import Tensors

/// The bundled 8 × 8 handwritten digits: features in 0…1 and labels.
package enum DigitImages {
  /// 1,437 digits for training and 360 for the test, always the same ones unless another key is given.
  package static func split(
    trainingCount: Int = 1437, key: RandomKey = RandomKey(0)
  ) throws -> (training: LabelledPoints, test: LabelledPoints) {
    let all = try load()
    let order = key.permutation(all.count)
    return (
      all.rows(Array(order.prefix(trainingCount))), all.rows(Array(order.dropFirst(trainingCount)))
    )
  }

  private static func load() throws -> LabelledPoints {
    let bytes = try BundledData.contents(of: "digits.csv.gz")
    var pixels: [Double] = []
    var labels: [Double] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let numbers = line.split(separator: UInt8(ascii: ",")).map { cell in
        cell.reduce(0.0) { $0 * 10 + Double($1 & 15) }
      }
      pixels += numbers.dropLast().map { $0 / 16 }
      labels.append(numbers[numbers.count - 1])
    }
    return LabelledPoints(
      points: Tensor(rounding: pixels, shape: [labels.count, 64], to: .float32),
      targets: Tensor(rounding: labels, shape: [labels.count], to: .float32))
  }
}

extension DigitImages {
  /// All digits as labelled rows of 64 grey values in 0…16.
  static func table() throws(DataError) -> LabelledData {
    let bytes = try BundledData.contents(of: "digits.csv.gz")
    var numbers: [Float] = []
    var labels: [Int] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let row = line.split(separator: UInt8(ascii: ",")).map { cell in
        cell.reduce(0) { $0 * 10 + Int($1 & 15) }
      }
      numbers += row.dropLast().map { Float($0) }
      labels.append(row[row.count - 1])
    }
    return LabelledData(
      source: "digits.csv.gz", features: (0..<64).map { "pixel\($0)" },
      classes: (0..<10).map { "\($0)" }, labels: labels, numbers: numbers, incompleteRows: 0)
  }
}

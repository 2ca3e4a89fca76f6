package import Tables
package import TimeSeries
import Tensors

/// Rows of features, or images, with their classes.
package struct LabelledData: Sendable {
  package let source: String
  /// Shape of a row: `[features]`, or `[height, width, channels]`.
  package let shape: [Int]
  /// The name of a table's label column; `nil` for images.
  let label: String?
  /// Names of a table's features; empty for images.
  package let features: [String]
  /// The names of the classes, in the order of their numbers.
  package let classes: [String]
  /// For each row an index of `classes`.
  package let labels: [Int]
  /// Number of rows skipped because a cell is empty.
  package let incompleteRows: Int
  private let values: Values

  private enum Values: Sendable {
    case bytes([UInt8])
    case numbers([Float])
  }

  package var count: Int { labels.count }
  package var width: Int { shape.reduce(1, *) }
  package var isImages: Bool { shape.count == 3 }

  private init(
    source: String, label: String?, shape: [Int], features: [String], classes: [String],
    labels: [Int], incompleteRows: Int, values: Values
  ) {
    self.source = source
    self.label = label
    self.shape = shape
    self.features = features
    self.classes = classes
    self.labels = labels
    self.incompleteRows = incompleteRows
    self.values = values
  }

  /// A table of numbers.
  init(
    source: String, label: String? = nil, features: [String], classes: [String], labels: [Int],
    numbers: [Float], incompleteRows: Int
  ) {
    self.init(
      source: source, label: label, shape: [features.count], features: features, classes: classes,
      labels: labels, incompleteRows: incompleteRows, values: .numbers(numbers))
  }

  /// Images and labels in two IDX files; classes are the numbers from 0 to the largest.
  package init(images: IDXFile, labels file: IDXFile) throws(DataError) {
    guard images.shape.count == 3 || images.shape.count == 4 else {
      throw DataError(source: images.source, .images(.notImages(axes: images.shape.count)))
    }
    guard file.shape.count == 1, file.shape[0] == images.shape[0] else {
      throw DataError(
        source: file.source,
        .images(.labelCountDiffers(labels: file.shape[0], images: images.shape[0])))
    }
    if images.shape.contains(0) { throw DataError(source: images.source, .images(.noImages)) }
    let labels = file.bytes.map(Int.init)
    self.init(
      source: images.source, label: nil,
      shape: Array(images.shape.dropFirst()) + (images.shape.count == 3 ? [1] : []), features: [],
      classes: (0...(labels.max() ?? 0)).map { "\($0)" }, labels: labels, incompleteRows: 0,
      values: .bytes(images.bytes))
  }

  /// Images without labels; all have the label 0.
  init(unlabelled images: IDXFile) throws(DataError) {
    let count = images.shape.first ?? 0
    try self.init(
      images: images,
      labels: IDXFile(
        name: images.source,
        bytes: [0, 0, 8, 1] + [24, 16, 8, 0].map { UInt8(count >> $0 & 255) }
          + [UInt8](repeating: 0, count: count)))
  }

  /// The given rows.
  package func rows(_ numbers: some Collection<Int>) -> LabelledData {
    let width = width
    func picked<Element>(_ all: [Element]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(numbers.count * width)
      for number in numbers { result += all[number * width..<(number + 1) * width] }
      return result
    }
    let values: Values =
      switch values {
      case .bytes(let bytes): .bytes(picked(bytes))
      case .numbers(let all): .numbers(picked(all))
      }
    return LabelledData(
      source: source, label: label, shape: shape, features: features, classes: classes,
      labels: numbers.map { labels[$0] }, incompleteRows: incompleteRows, values: values)
  }

  /// The same rows with renumbered classes; `numbers[old]` is the new number.
  func renumbered(_ numbers: [Int], classes: [String]) -> LabelledData {
    LabelledData(
      source: source, label: label, shape: shape, features: features, classes: classes,
      labels: labels.map { numbers[$0] }, incompleteRows: incompleteRows, values: values)
  }

  /// The same rows with the class numbers of a model, if they have its shape.
  func matching(_ shape: [Int], _ classes: [String]) throws(DataError) -> LabelledData {
    guard self.shape == shape else {
      throw DataError(source: source, .images(.shapeDiffers(found: self.shape, expected: shape)))
    }
    let used = Set(labels)
    var numbers: [Int] = []
    for (number, name) in self.classes.enumerated() {
      guard let place = classes.firstIndex(of: name) else {
        if !used.contains(number) {
          numbers.append(0)
          continue
        }
        throw DataError(source: source, .labels(.unknownClass(name, known: classes)))
      }
      numbers.append(place)
    }
    return renumbered(numbers, classes: classes)
  }

  /// One value as it was read; for images, a grey value in 0…255.
  package func value(_ row: Int, _ place: Int) -> Double {
    switch values {
    case .bytes(let bytes): Double(bytes[row * width + place])
    case .numbers(let numbers): Double(numbers[row * width + place])
    }
  }

  /// Mean and deviation of each feature, or of all pixels together.
  package var normalization: Normalization {
    let places = isImages ? [0..<width] : (0..<width).map { $0..<$0 + 1 }
    var (means, deviations): ([Double], [Double]) = ([], [])
    for place in places {
      var (sum, squares) = (0.0, 0.0)
      for row in 0..<count {
        for at in place {
          let value = value(row, at)
          sum += value
          squares += value * value
        }
      }
      let number = Double(max(count * place.count, 1))
      let variance = squares / number - (sum / number) * (sum / number)
      means.append(sum / number)
      deviations.append(variance > 1e-24 * squares / number ? variance.squareRoot() : 1)
    }
    return Normalization(
      channels: isImages ? ["pixel"] : features, means: means, deviations: deviations)
  }

  /// Rows in units of standard deviations, `[rows, …]`, and their labels.
  package func points(
    _ rows: some Collection<Int>, _ normalization: Normalization
  ) -> LabelledPoints {
    var numbers: [Float] = []
    numbers.reserveCapacity(rows.count * width)
    for row in rows {
      for place in 0..<width {
        numbers.append(
          Float(normalization.normalized(value(row, place), isImages ? 0 : place)))
      }
    }
    return LabelledPoints(
      points: Tensor(numbers, shape: [rows.count] + shape),
      targets: Tensor(rows.map { Float(labels[$0]) }, shape: [rows.count]))
  }
}

import BundledData
import Tables

extension LabelledData {
  /// The bundled digits as labelled rows of 64 grey values in 0…16.
  static func digits() throws(DataError) -> LabelledData {
    let images = try DigitImages()
    return LabelledData(
      source: "digits.csv.gz", features: (0..<64).map { "pixel\($0)" },
      classes: (0..<10).map { "\($0)" }, labels: images.labels,
      numbers: images.greys.map(Float.init), incompleteRows: 0)
  }
}

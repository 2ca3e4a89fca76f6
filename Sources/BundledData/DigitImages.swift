package import Tables

/// The bundled 8 × 8 handwritten digits.
package struct DigitImages: Sendable {
  /// Grey values in 0…16, `[digit, 64]`.
  package var greys: [UInt8]
  /// 0…9, one for each digit.
  package var labels: [Int]

  package init() throws(DataError) {
    (greys, labels) = ([], [])
    for line in try BundledData.contents(of: "digits.csv.gz").split(separator: UInt8(ascii: "\n")) {
      let row = line.split(separator: UInt8(ascii: ",")).map { cell in
        cell.reduce(0 as UInt8) { $0 * 10 + ($1 & 15) }
      }
      greys += row.dropLast()
      labels.append(Int(row[row.count - 1]))
    }
  }
}

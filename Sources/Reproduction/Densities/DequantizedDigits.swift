package import NumericCore
import BundledData

/// The bundled 8 × 8 digits as points of a continuous density in 64 dimensions.
///
/// A pixel is a whole number from 0 to 16; uniform noise from 0 to 1 is added, so that minus the mean log-density bounds
/// the discrete code length of an image from above, in nats.
/// - Source: Theis, van den Oord and Bethge 2016, §3.1, for the bound.
package struct DequantizedDigits: Sendable {
  package static let dimension = 64

  /// Pixels of the images for training, for choosing when to stop, and for the test, row-major.
  package let training: [Double]
  package let validation: [Double]
  package let test: [Double]

  /// Every fifth image is for the test; of the others every eighth is for validation.
  package init() throws {
    let bytes = try BundledData.contents(of: "digits.csv.gz")
    var parts: [[Double]] = [[], [], []]
    var count = 0
    var kept = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let numbers = line.split(separator: UInt8(ascii: ",")).map { cell in
        cell.reduce(0.0) { $0 * 10 + Double($1 & 15) }
      }
      let isTest = count % 5 == 4
      let isValidation = !isTest && kept % 8 == 7
      parts[isTest ? 2 : isValidation ? 1 : 0] += numbers.dropLast()
      count += 1
      if !isTest { kept += 1 }
    }
    (training, validation, test) = (parts[0], parts[1], parts[2])
  }

  /// Images with fresh noise.
  package static func dequantized(_ pixels: [Double], key: RandomKey) -> [Double] {
    let noise = key.uniform(pixels.count, as: Double.self)
    return zip(pixels, noise).map { $0 + $1 }
  }
}

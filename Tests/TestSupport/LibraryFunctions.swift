import Foundation

/// The platform's mathematical functions, under names that do not clash with those of tensors.
package enum LibraryFunctions {
  package static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  package static func expm1(_ x: Double) -> Double { Foundation.expm1(x) }
  package static func log(_ x: Double) -> Double { Foundation.log(x) }
  package static func log1p(_ x: Double) -> Double { Foundation.log1p(x) }
  package static func sin(_ x: Double) -> Double { Foundation.sin(x) }
  package static func cos(_ x: Double) -> Double { Foundation.cos(x) }
  package static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
  package static func erf(_ x: Double) -> Double { Foundation.erf(x) }
  package static func floor(_ x: Double) -> Double { Foundation.floor(x) }
  package static func pow(_ a: Double, _ b: Double) -> Double { Foundation.pow(a, b) }
}

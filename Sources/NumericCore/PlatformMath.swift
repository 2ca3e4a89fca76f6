#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Functions of the system's mathematics library.
package enum LibraryMath {
  package static func power(_ x: Double, _ exponent: Double) -> Double { pow(x, exponent) }
  package static func cosine(_ x: Double) -> Double { cos(x) }
}

import CKernels

/// The kernels of one scalar type behind names without a suffix, over Swift arrays.
protocol KernelScalar: BinaryFloatingPoint, Sendable where RawSignificand: FixedWidthInteger {
  associatedtype Pattern: FixedWidthInteger
  var bitPattern: Pattern { get }
  static func fused(
    _ steps: [nk_step], _ inputs: [nk_input], _ sizes: [Int], _ outputs: [UnsafeMutableRawPointer?],
    _ registers: [UInt8], _ accumulate: [Bool])
  static func pack(_ k: Int, _ n: Int, _ b: [Self], rowStride: Int, columnStride: Int) -> [Self]
  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, rowStride: Int, columnStride: Int,
    _ packed: [Self], bias: [Self]?, _ activation: nk_activation, accumulate: Bool,
    into c: inout [Self])
  static func sum(
    _ x: [Self], _ outer: Int, _ n: Int, _ inner: Int, accumulate: Bool, into y: inout [Self])
  static func maximum(_ x: [Self], _ outer: Int, _ n: Int, _ inner: Int, into y: inout [Self])
  static func copy(
    _ source: UnsafePointer<Self>, _ from: [Int], _ target: UnsafeMutablePointer<Self>, _ to: [Int],
    _ sizes: [Int])
  static func gather(_ source: [Self], rows: Int, width: Int, _ indices: [Self]) -> [Self]
  static func scatterAdd(_ source: [Self], rows: Int, width: Int, _ indices: [Self]) -> [Self]
  static func patches(_ image: [Self], _ shape: PatchShape) -> [Self]
  static func image(_ patches: [Self], _ shape: PatchShape) -> [Self]
  static func combine(
    _ base: [Self]?, _ stages: [[Self]], _ weights: [Double], perRow: Bool, _ h: [Double],
    width: Int, into target: inout [Self])
  static func errorNorms(
    _ stages: [[Self]], _ weights: [Double], _ h: [Double], _ y0: [Self], _ y1: [Self],
    absolute: Double, relative: Double, mask: [Self]?, width: Int
  ) -> [Double]
  static func adam(
    _ x: inout [Self], _ m: inout [Self], _ v: inout [Self], _ g: [Self], _ constants: AdamConstants
  )
}

struct PatchShape {
  var height, width, channels, kernelHeight, kernelWidth, stride, padding: Int
  var outHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  var imageCount: Int { height * width * channels }
  var patchCount: Int { outHeight * outWidth * kernelHeight * kernelWidth * channels }
}

struct AdamConstants {
  var rate = 0.01, b1 = 0.9, b2 = 0.99, c1 = 0.19, c2 = 0.0199, epsilon = 1e-8, decay = 0.1
}

/// Calls `body` with the arrays' base pointers.
func withPointers<T, R>(_ arrays: [[T]], _ body: ([UnsafePointer<T>?]) -> R) -> R {
  let joined = arrays.flatMap { $0 } + [T](arrays.first?.prefix(1) ?? [])
  return joined.withUnsafeBufferPointer { buffer in
    var offset = 0
    let pointers: [UnsafePointer<T>?] = arrays.map { array in
      defer { offset += array.count }
      return buffer.baseAddress.map { $0 + offset }
    }
    return body(pointers)
  }
}

/// The levels that this machine supports.
let supportedLevels: [nk_level] =
  [nk_level_base, nk_level_v3, nk_level_v4].filter { $0.rawValue <= nk_level_supported().rawValue }

/// Runs `body` at every feature level, on this thread, and chooses the highest one again.
func atEveryLevel(_ body: (nk_level) -> Void) {
  defer { _ = nk_level_select(nk_level_supported()) }
  for level in supportedLevels {
    _ = nk_level_select(level)
    body(level)
  }
}

import CKernels

/// One call of a kernel, with locations instead of pointers.
///
/// Everything is plain data: running a step neither retains nor allocates.
enum Step {
  case fused(FusedStep)
  case pack(PackStep)
  case multiply(MultiplyStep)
  case reduce(ReduceStep)
  case copy(CopyStep)
  case fill(FillStep)
  case gather(GatherStep)
  case scatterAdd(GatherStep)
  case convolve(ConvolveStep)
  case convert(ConvertStep)
  /// The evaluator of this number among the workspace's.
  case custom(Int)
}

/// A fused elementwise program; the pointers belong to the `Program`.
struct FusedStep {
  var isDouble: Bool
  var steps: UnsafeMutableBufferPointer<nk_step>
  /// Index of the inputs in the workspace's scratch of `nk_input`s.
  var firstInput: Int
  var inputs: UnsafeMutableBufferPointer<Location>
  var sizes: UnsafeMutableBufferPointer<Int>
  var firstOutput: Int
  var outputs: UnsafeMutableBufferPointer<Location>
  var registers: UnsafeMutableBufferPointer<UInt8>
  var accumulate: UnsafeMutableBufferPointer<Bool>
}

struct PackStep {
  var isDouble: Bool
  var k, n: Int
  var source: Location
  var rowStride, columnStride: Int
  var target: Location
}

struct MultiplyStep {
  var isDouble: Bool
  var m, n, k: Int
  var left: Location
  var rowStride, columnStride: Int
  var packed: Location
  var bias: Location?
  var activation: nk_activation
  var accumulate: Bool
  var target: Location
}

struct ReduceStep {
  var isDouble: Bool
  var isMaximum: Bool
  var source: Location
  var outer, count, inner: Int
  var accumulate: Bool
  var target: Location
}

/// A strided copy; `layout` holds source strides, target strides and sizes, `rank` each.
struct CopyStep {
  var isDouble: Bool
  var source, target: Location
  var rank: Int
  var layout: UnsafeMutableBufferPointer<Int>
}

struct FillStep {
  var isDouble: Bool
  var value: Double
  var target: Location
  var count: Int
}

struct GatherStep {
  var isDouble: Bool
  var source, indices, target: Location
  var rows, count, width: Int
}

struct ConvolveStep {
  enum Kind { case forward, inputGradient, kernelGradient }
  var isDouble: Bool
  var kind: Kind
  var batch, height, width, channels: Int
  var kernelHeight, kernelWidth, stride, padding: Int
  var outHeight, outWidth, outChannels: Int
  /// Image (forward, kernelGradient) or output cotangent (inputGradient).
  var left: Location
  /// Packed kernel (forward: as is; inputGradient: transposed) or the output cotangent (kernelGradient).
  var right: Location
  var columns: Location
  /// Scratch for packing the cotangent of one image (kernelGradient).
  var packed: Location
  var target: Location

  var patch: Int { kernelHeight * kernelWidth * channels }
  var positions: Int { outHeight * outWidth }
  /// One pixel, no padding: the image is its own patch matrix.
  var isPointwise: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0
  }
}

struct ConvertStep {
  var sourceIsDouble: Bool
  var source, target: Location
  var count: Int
}

import Platform
import CKernels

extension Double: KernelScalar {
  typealias Pattern = UInt64

  static func fused(
    _ steps: [nk_step], _ inputs: [nk_input], _ sizes: [Int], _ outputs: [UnsafeMutableRawPointer?],
    _ registers: [UInt8], _ accumulate: [Bool]
  ) {
    nk_fused_f64(
      steps, Int32(steps.count), inputs, Int32(inputs.count), sizes, Int32(sizes.count), outputs,
      registers, accumulate, Int32(outputs.count))
  }

  static func pack(
    _ k: Int, _ n: Int, _ b: [Double], rowStride: Int, columnStride: Int
  ) -> [Double] {
    // One more element than promised, which must stay as it is.
    var packed = [Double](repeating: 7, count: nk_packed_count_f64(k, n) + 1)
    nk_pack_f64(k, n, b, rowStride, columnStride, &packed)
    precondition(packed.last == 7, "nk_pack wrote past its end: k = \(k), n = \(n)")
    return packed
  }

  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, rowStride: Int, columnStride: Int,
    _ packed: [Double], bias: [Double]?, _ activation: nk_activation, accumulate: Bool,
    into c: inout [Double]
  ) {
    nk_gemm_f64(
      m, n, k, a, rowStride, columnStride, packed, bias, activation, accumulate, &c)
  }

  static func sum(
    _ x: [Double], _ outer: Int, _ n: Int, _ inner: Int, accumulate: Bool, into y: inout [Double]
  ) {
    nk_sum_f64(x, outer, n, inner, accumulate, &y)
  }

  static func maximum(_ x: [Double], _ outer: Int, _ n: Int, _ inner: Int, into y: inout [Double]) {
    nk_maximum_over_f64(x, outer, n, inner, &y)
  }

  static func copy(
    _ source: UnsafePointer<Double>, _ from: [Int], _ target: UnsafeMutablePointer<Double>,
    _ to: [Int],
    _ sizes: [Int]
  ) {
    nk_copy_f64(source, from, target, to, sizes, Int32(sizes.count))
  }

  static func gather(_ source: [Double], rows: Int, width: Int, _ indices: [Double]) -> [Double] {
    var target = [Double](repeating: 7, count: indices.count * width)
    nk_gather_f64(source, rows, width, indices, indices.count, &target)
    return target
  }

  static func scatterAdd(_ source: [Double], rows: Int, width: Int, _ indices: [Double]) -> [Double]
  {
    var target = [Double](repeating: 7, count: rows * width)
    nk_scatter_add_f64(source, indices, indices.count, width, rows, &target)
    return target
  }

  static func patches(_ image: [Double], _ s: PatchShape) -> [Double] {
    var columns = [Double](repeating: 7, count: s.patchCount)
    nk_im2col_f64(
      image, s.height, s.width, s.channels, s.kernelHeight, s.kernelWidth, s.stride, s.padding,
      &columns)
    return columns
  }

  static func image(_ patches: [Double], _ s: PatchShape) -> [Double] {
    var image = [Double](repeating: 7, count: s.imageCount)
    nk_col2im_f64(
      patches, s.height, s.width, s.channels, s.kernelHeight, s.kernelWidth, s.stride, s.padding,
      &image)
    return image
  }

  static func combine(
    _ base: [Double]?, _ stages: [[Double]], _ weights: [Double], perRow: Bool, _ h: [Double],
    width: Int, into target: inout [Double]
  ) {
    withPointers(stages) { pointers in
      let combine = perRow ? nk_combine_rows_f64 : nk_combine_f64
      combine(base, pointers, weights, Int32(stages.count), h, h.count, width, &target)
    }
  }

  static func errorNorms(
    _ stages: [[Double]], _ weights: [Double], _ h: [Double], _ y0: [Double], _ y1: [Double],
    absolute: Double, relative: Double, mask: [Double]?, width: Int
  ) -> [Double] {
    var norms = [Double](repeating: -1, count: h.count)
    withPointers(stages) { pointers in
      nk_error_norm_f64(
        pointers, weights, Int32(stages.count), h, y0, y1, absolute, relative, mask, h.count, width,
        &norms)
    }
    return norms
  }

  static func adam(
    _ x: inout [Double], _ m: inout [Double], _ v: inout [Double], _ g: [Double], _ c: AdamConstants
  ) {
    nk_adam_f64(&x, &m, &v, g, x.count, c.rate, c.b1, c.b2, c.c1, c.c2, c.epsilon, c.decay)
  }
}

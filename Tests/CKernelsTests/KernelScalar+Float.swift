import Platform
import CKernels

extension Float: KernelScalar {
  typealias Pattern = UInt32

  static func fused(
    _ steps: [nk_step], _ inputs: [nk_input], _ sizes: [Int], _ outputs: [UnsafeMutableRawPointer?],
    _ registers: [UInt8], _ accumulate: [Bool]
  ) {
    nk_fused_f32(
      steps, Int32(steps.count), inputs, Int32(inputs.count), sizes, Int32(sizes.count), outputs,
      registers, accumulate, Int32(outputs.count))
  }

  static func pack(
    _ k: Int, _ n: Int, _ b: [Float], rowStride: Int, columnStride: Int
  ) -> [Float] {
    // One more element than promised, which must stay as it is.
    var packed = [Float](repeating: 7, count: nk_packed_count_f32(k, n) + 1)
    nk_pack_f32(k, n, b, rowStride, columnStride, &packed)
    precondition(packed.last == 7, "nk_pack wrote past its end: k = \(k), n = \(n)")
    return packed
  }

  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, rowStride: Int, columnStride: Int,
    _ packed: [Float], bias: [Float]?, _ activation: nk_activation, accumulate: Bool,
    into c: inout [Float]
  ) {
    nk_gemm_f32(
      m, n, k, a, rowStride, columnStride, packed, bias, activation, accumulate, &c)
  }

  static func sum(
    _ x: [Float], _ outer: Int, _ n: Int, _ inner: Int, accumulate: Bool, into y: inout [Float]
  ) {
    nk_sum_f32(x, outer, n, inner, accumulate, &y)
  }

  static func maximum(_ x: [Float], _ outer: Int, _ n: Int, _ inner: Int, into y: inout [Float]) {
    nk_maximum_over_f32(x, outer, n, inner, &y)
  }

  static func copy(
    _ source: UnsafePointer<Float>, _ from: [Int], _ target: UnsafeMutablePointer<Float>,
    _ to: [Int],
    _ sizes: [Int]
  ) {
    nk_copy_f32(source, from, target, to, sizes, Int32(sizes.count))
  }

  static func gather(_ source: [Float], rows: Int, width: Int, _ indices: [Float]) -> [Float] {
    var target = [Float](repeating: 7, count: indices.count * width)
    nk_gather_f32(source, rows, width, indices, indices.count, &target)
    return target
  }

  static func scatterAdd(_ source: [Float], rows: Int, width: Int, _ indices: [Float]) -> [Float] {
    var target = [Float](repeating: 7, count: rows * width)
    nk_scatter_add_f32(source, indices, indices.count, width, rows, &target)
    return target
  }

  static func patches(_ image: [Float], _ s: PatchShape) -> [Float] {
    var columns = [Float](repeating: 7, count: s.patchCount)
    nk_im2col_f32(
      image, s.height, s.width, s.channels, s.kernelHeight, s.kernelWidth, s.stride, s.padding,
      &columns)
    return columns
  }

  static func image(_ patches: [Float], _ s: PatchShape) -> [Float] {
    var image = [Float](repeating: 7, count: s.imageCount)
    nk_col2im_f32(
      patches, s.height, s.width, s.channels, s.kernelHeight, s.kernelWidth, s.stride, s.padding,
      &image)
    return image
  }

  static func combine(
    _ base: [Float]?, _ stages: [[Float]], _ weights: [Double], perRow: Bool, _ h: [Double],
    width: Int, into target: inout [Float]
  ) {
    withPointers(stages) { pointers in
      let combine = perRow ? nk_combine_rows_f32 : nk_combine_f32
      combine(base, pointers, weights, Int32(stages.count), h, h.count, width, &target)
    }
  }

  static func errorNorms(
    _ stages: [[Float]], _ weights: [Double], _ h: [Double], _ y0: [Float], _ y1: [Float],
    absolute: Double, relative: Double, mask: [Float]?, width: Int
  ) -> [Double] {
    var norms = [Double](repeating: -1, count: h.count)
    withPointers(stages) { pointers in
      nk_error_norm_f32(
        pointers, weights, Int32(stages.count), h, y0, y1, absolute, relative, mask, h.count, width,
        &norms)
    }
    return norms
  }

  static func adam(
    _ x: inout [Float], _ m: inout [Float], _ v: inout [Float], _ g: [Float], _ c: AdamConstants
  ) {
    nk_adam_f32(&x, &m, &v, g, x.count, c.rate, c.b1, c.b2, c.c1, c.c2, c.epsilon, c.decay)
  }
}

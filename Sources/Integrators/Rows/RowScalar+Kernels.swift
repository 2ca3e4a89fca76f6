import CKernels

extension Float: RowScalar {
  package static func combine(
    _ base: UnsafePointer<Float>?, _ stages: UnsafePointer<UnsafePointer<Float>?>,
    _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
    rows: Int, width: Int, into target: UnsafeMutablePointer<Float>
  ) {
    nk_combine_f32(base, stages, weights, Int32(count), steps, rows, width, target)
  }

  package static func errorNorms(
    _ stages: UnsafePointer<UnsafePointer<Float>?>, _ weights: UnsafePointer<Double>, count: Int,
    steps: UnsafePointer<Double>, first: UnsafePointer<Float>, second: UnsafePointer<Float>,
    absolute: Double, relative: Double, mask: UnsafePointer<Float>?, rows: Int, width: Int,
    into norms: UnsafeMutablePointer<Double>
  ) {
    nk_error_norm_f32(
      stages, weights, Int32(count), steps, first, second, absolute, relative, mask, rows, width,
      norms)
  }
}

extension Double: RowScalar {
  package static func combine(
    _ base: UnsafePointer<Double>?, _ stages: UnsafePointer<UnsafePointer<Double>?>,
    _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
    rows: Int, width: Int, into target: UnsafeMutablePointer<Double>
  ) {
    nk_combine_f64(base, stages, weights, Int32(count), steps, rows, width, target)
  }

  package static func errorNorms(
    _ stages: UnsafePointer<UnsafePointer<Double>?>, _ weights: UnsafePointer<Double>, count: Int,
    steps: UnsafePointer<Double>, first: UnsafePointer<Double>, second: UnsafePointer<Double>,
    absolute: Double, relative: Double, mask: UnsafePointer<Double>?, rows: Int, width: Int,
    into norms: UnsafeMutablePointer<Double>
  ) {
    nk_error_norm_f64(
      stages, weights, Int32(count), steps, first, second, absolute, relative, mask, rows, width,
      norms)
  }
}

// The loops over rows, for both scalar types.

@inline(__always)
private func combineLoop<Scalar: RowScalar>(
  _ base: UnsafePointer<Scalar>?, _ stages: UnsafePointer<UnsafePointer<Scalar>?>,
  _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
  rows: Int, width: Int, into target: UnsafeMutablePointer<Scalar>
) {
  for row in 0..<rows {
    let step = Scalar(steps[row])
    for index in row * width..<(row + 1) * width {
      var sum: Scalar = 0
      for stage in 0..<count {
        guard let slopes = stages[stage] else { continue }
        sum += Scalar(weights[stage]) * slopes[index]
      }
      target[index] = (base?[index] ?? 0) + step * sum
    }
  }
}

@inline(__always)
private func errorLoop<Scalar: RowScalar>(
  _ stages: UnsafePointer<UnsafePointer<Scalar>?>, _ weights: UnsafePointer<Double>, count: Int,
  steps: UnsafePointer<Double>, first: UnsafePointer<Scalar>, second: UnsafePointer<Scalar>,
  absolute: Double, relative: Double, mask: UnsafePointer<Scalar>?, rows: Int, width: Int,
  into norms: UnsafeMutablePointer<Double>
) {
  for row in 0..<rows {
    let step = Scalar(steps[row])
    var (total, counted): (Double, Double) = (0, 0)
    for place in 0..<width {
      let index = row * width + place
      var sum: Scalar = 0
      for stage in 0..<count {
        guard let slopes = stages[stage] else { continue }
        sum += Scalar(weights[stage]) * slopes[index]
      }
      let size = max(abs(first[index]), abs(second[index]))
      let ratio = step * sum / (Scalar(absolute) + Scalar(relative) * size)
      let weight = Double(mask?[place] ?? 1)
      // Zero times a number that is not finite is NaN, so that a masked component cannot hide one.
      total += weight * Double(ratio * ratio) + 0 * Double(second[index])
      counted += weight
    }
    norms[row] = (total / counted).squareRoot()
  }
}

extension Float: RowScalar {
  package static func combine(
    _ base: UnsafePointer<Float>?, _ stages: UnsafePointer<UnsafePointer<Float>?>,
    _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
    rows: Int, width: Int, into target: UnsafeMutablePointer<Float>
  ) {
    combineLoop(
      base, stages, weights, count: count, steps: steps, rows: rows, width: width, into: target)
  }

  package static func errorNorms(
    _ stages: UnsafePointer<UnsafePointer<Float>?>, _ weights: UnsafePointer<Double>, count: Int,
    steps: UnsafePointer<Double>, first: UnsafePointer<Float>, second: UnsafePointer<Float>,
    absolute: Double, relative: Double, mask: UnsafePointer<Float>?, rows: Int, width: Int,
    into norms: UnsafeMutablePointer<Double>
  ) {
    errorLoop(
      stages, weights, count: count, steps: steps, first: first, second: second,
      absolute: absolute, relative: relative, mask: mask, rows: rows, width: width, into: norms)
  }
}

extension Double: RowScalar {
  package static func combine(
    _ base: UnsafePointer<Double>?, _ stages: UnsafePointer<UnsafePointer<Double>?>,
    _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
    rows: Int, width: Int, into target: UnsafeMutablePointer<Double>
  ) {
    combineLoop(
      base, stages, weights, count: count, steps: steps, rows: rows, width: width, into: target)
  }

  package static func errorNorms(
    _ stages: UnsafePointer<UnsafePointer<Double>?>, _ weights: UnsafePointer<Double>, count: Int,
    steps: UnsafePointer<Double>, first: UnsafePointer<Double>, second: UnsafePointer<Double>,
    absolute: Double, relative: Double, mask: UnsafePointer<Double>?, rows: Int, width: Int,
    into norms: UnsafeMutablePointer<Double>
  ) {
    errorLoop(
      stages, weights, count: count, steps: steps, first: first, second: second,
      absolute: absolute, relative: relative, mask: mask, rows: rows, width: width, into: norms)
  }
}

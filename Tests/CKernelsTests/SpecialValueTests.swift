import CKernels
import Testing

/// What the elementwise functions give at the ends of their ranges.
@Suite struct SpecialValueTests {
  private func check<T: KernelScalar>(_: T.Type) {
    let infinity = T.infinity
    let nan = T.nan
    let cases: [(nk_operation, T, T)] = [
      (nk_exp, infinity, infinity), (nk_exp, -infinity, 0), (nk_exp, 0, 1), (nk_exp, -0.0, 1),
      (nk_exp, 1000, infinity), (nk_exp, -1000, 0),
      (nk_expm1, infinity, infinity), (nk_expm1, -infinity, -1), (nk_expm1, -0.0, -0.0),
      (nk_expm1, 1000, infinity), (nk_expm1, -1000, -1),
      (nk_log, infinity, infinity), (nk_log, 0, -infinity), (nk_log, -0.0, -infinity),
      (nk_log, -1, nan), (nk_log, -infinity, nan), (nk_log, 1, 0),
      (nk_log1p, infinity, infinity), (nk_log1p, -1, -infinity), (nk_log1p, -2, nan),
      (nk_log1p, -0.0, -0.0), (nk_log1p, T.leastNonzeroMagnitude, T.leastNonzeroMagnitude),
      (nk_sin, -0.0, -0.0), (nk_sin, infinity, nan), (nk_cos, 0, 1), (nk_cos, -infinity, nan),
      (nk_tanh, infinity, 1), (nk_tanh, -infinity, -1), (nk_tanh, -0.0, -0.0), (nk_tanh, 50, 1),
      (nk_sigmoid, infinity, 1), (nk_sigmoid, -infinity, 0), (nk_sigmoid, -1000, 0),
      (nk_sigmoid, 0, 0.5),
      (nk_softplus, infinity, infinity), (nk_softplus, -infinity, 0), (nk_softplus, 1000, 1000),
      (nk_softplus, -1000, 0),
      (nk_erf, infinity, 1), (nk_erf, -infinity, -1), (nk_erf, -0.0, -0.0), (nk_erf, 9, 1),
      (nk_sqrt, -1, nan), (nk_sqrt, -0.0, -0.0), (nk_sqrt, infinity, infinity),
      (nk_sign, -0.0, -0.0), (nk_sign, -3, -1), (nk_sign, infinity, 1),
      (nk_floor, 2.5, 2), (nk_floor, -2.5, -3), (nk_floor, -0.0, -0.0), (nk_floor, 0.999, 0),
      (nk_floor, -1e-30, -1), (nk_floor, 0x1p60, 0x1p60), (nk_floor, infinity, infinity),
      (nk_floor, -infinity, -infinity), (nk_floor, 7, 7),
      (nk_reciprocal, -0.0, -infinity), (nk_reciprocal, infinity, 0),
    ]
    for (operation, x, expected) in cases {
      let y = apply(operation, [x])[0]
      let same = expected.isNaN ? y.isNaN : y == expected && y.sign == expected.sign
      #expect(same, "operation \(operation.rawValue) of \(x) in \(T.self): \(y), not \(expected)")
    }
    for raw in nk_negate.rawValue...nk_erf.rawValue {
      #expect(apply(nk_operation(raw), [nan])[0].isNaN, "operation \(raw) of NaN in \(T.self)")
    }
  }

  @Test func `functions of zeros, infinities, NaN and huge numbers`() {
    atEveryLevel { _ in
      check(Float.self)
      check(Double.self)
      #expect(apply(nk_exp, [Float(89)])[0] == .infinity)
      #expect(apply(nk_exp, [Float(-200)])[0] == 0)
      // exp(-100) is a subnormal Float; its neighbours are 1.4e-45 apart.
      #expect(abs(Double(apply(nk_exp, [Float(-100)])[0]) - 3.783506e-44) < 1.5e-45)
    }
  }

  private func binary<T: KernelScalar>(_ operation: nk_operation, _ a: T, _ b: T) -> T {
    var result: [T] = [7]
    let step = nk_step(
      operation: UInt8(operation.rawValue), target: 2, a: 0, b: 1, c: 0, constant: 0)
    withPointers([[a], [b]]) { pointers in
      let inputs = pointers.map { nk_input(data: $0, stride: (0, 0, 0, 0)) }
      result.withUnsafeMutableBytes { T.fused([step], inputs, [1], [$0.baseAddress], [2], [false]) }
    }
    return result[0]
  }

  @Test func `minimum and maximum hand NaN on, comparisons with NaN are false`() {
    func check<T: KernelScalar>(_: T.Type) {
      for (a, b) in [(T.nan, T(1)), (1, .nan), (.nan, .nan), (.nan, .infinity)] {
        #expect(binary(nk_maximum, a, b).isNaN)
        #expect(binary(nk_minimum, a, b).isNaN)
        #expect(binary(nk_less, a, b) == 0)
        #expect(binary(nk_less_or_equal, a, b) == 0)
        #expect(binary(nk_equal, a, b) == 0)
      }
      #expect(binary(nk_maximum, -T.infinity, 3) == 3)
      #expect(binary(nk_minimum, -T.infinity, 3) == -.infinity)
      #expect(binary(nk_equal, T(0), -0.0) == 1)
      #expect(binary(nk_power, T(2), 10) == 1024)
      #expect(binary(nk_power, T(-8), 0) == 1)
    }
    atEveryLevel { _ in
      check(Float.self)
      check(Double.self)
    }
  }
}

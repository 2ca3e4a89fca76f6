import CKernels
import Foundation
import TestSupport
import Testing

/// An elementwise function of one argument with its range of test arguments and its error bounds in units in the last place:
/// those of the table in Docs/Conventions.md, measured at every level over some million arguments.
struct ElementwiseFunction: Sendable, CustomTestStringConvertible {
  var name: String
  var operation: nk_operation
  var range: ClosedRange<Double>
  var floatBound: Double
  var doubleBound: Double
  var double: @Sendable (Double) -> Double
  #if arch(x86_64)
    var extended: @Sendable (Float80) -> Float80
  #endif
  var testDescription: String { name }
}

#if arch(x86_64)
  private func sigmoid(_ x: Float80) -> Float80 {
    let t = exp(-abs(x))
    return (x < 0 ? t : 1) / (1 + t)
  }
  private func softplus(_ x: Float80) -> Float80 { max(x, 0) + log1p(exp(-abs(x))) }
#endif
private func sigmoid(_ x: Double) -> Double {
  let t = exp(-abs(x))
  return (x < 0 ? t : 1) / (1 + t)
}
private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

#if arch(x86_64)
  private func function(
    _ name: String, _ operation: nk_operation, _ range: ClosedRange<Double>, _ floatBound: Double,
    _ doubleBound: Double, _ double: @escaping @Sendable (Double) -> Double,
    _ extended: @escaping @Sendable (Float80) -> Float80
  ) -> ElementwiseFunction {
    ElementwiseFunction(
      name: name, operation: operation, range: range, floatBound: floatBound,
      doubleBound: doubleBound, double: double, extended: extended)
  }

  let elementwiseFunctions = [
    function("exp", nk_exp, -110...90, 1, 1, { exp($0) }, { exp($0) }),
    function("expm1", nk_expm1, -30...90, 2, 2, { expm1($0) }, { expm1($0) }),
    function("log", nk_log, 1e-45...1e6, 1, 1, { log($0) }, { log($0) }),
    function("log1p", nk_log1p, -1...100, 1.5, 1, { log1p($0) }, { log1p($0) }),
    function("sin", nk_sin, -1e5...1e5, 1.5, 2.5, { sin($0) }, { sin($0) }),
    function("cos", nk_cos, -1e5...1e5, 1.5, 2.5, { cos($0) }, { cos($0) }),
    function("sin of small", nk_sin, -8...8, 1.5, 1.5, { sin($0) }, { sin($0) }),
    function("cos of small", nk_cos, -8...8, 1.5, 1.5, { cos($0) }, { cos($0) }),
    function("sin of large", nk_sin, 1e5...1e30, 1, 1, { sin($0) }, { sin($0) }),
    function("tanh", nk_tanh, -12...12, 2.5, 2.75, { tanh($0) }, { tanh($0) }),
    function("sigmoid", nk_sigmoid, -110...40, 2.5, 2.5, { sigmoid($0) }, { sigmoid($0) }),
    function("softplus", nk_softplus, -110...60, 2, 2, { softplus($0) }, { softplus($0) }),
    function("erf", nk_erf, -7...7, 2.75, 2, { erf($0) }, { erf($0) }),
  ]
#else
  private func function(
    _ name: String, _ operation: nk_operation, _ range: ClosedRange<Double>, _ floatBound: Double,
    _ doubleBound: Double, _ double: @escaping @Sendable (Double) -> Double
  ) -> ElementwiseFunction {
    ElementwiseFunction(
      name: name, operation: operation, range: range, floatBound: floatBound,
      doubleBound: doubleBound, double: double)
  }

  let elementwiseFunctions = [
    function("exp", nk_exp, -110...90, 1, 1, { exp($0) }),
    function("expm1", nk_expm1, -30...90, 2, 2, { expm1($0) }),
    function("log", nk_log, 1e-45...1e6, 1, 1, { log($0) }),
    function("log1p", nk_log1p, -1...100, 1.5, 1, { log1p($0) }),
    function("sin", nk_sin, -1e5...1e5, 1.5, 2.5, { sin($0) }),
    function("cos", nk_cos, -1e5...1e5, 1.5, 2.5, { cos($0) }),
    function("tanh", nk_tanh, -12...12, 2.5, 2.75, { tanh($0) }),
    function("sigmoid", nk_sigmoid, -110...40, 2.5, 2.5, { sigmoid($0) }),
    function("softplus", nk_softplus, -110...60, 2, 2, { softplus($0) }),
    function("erf", nk_erf, -7...7, 2.75, 2, { erf($0) }),
  ]
#endif

/// `operation` of every element.
func apply<T: KernelScalar>(_ operation: nk_operation, _ x: [T], constant: Double = 0) -> [T] {
  var y = [T](repeating: 7, count: x.count)
  let step = nk_step(
    operation: UInt8(operation.rawValue), target: 1, a: 0, b: 0, c: 0, constant: constant)
  x.withUnsafeBytes { x in
    y.withUnsafeMutableBytes { y in
      let input = nk_input(data: x.baseAddress, stride: (1, 0, 0, 0))
      T.fused([step], [input], [x.count / MemoryLayout<T>.stride], [y.baseAddress], [1], [false])
    }
  }
  return y
}

@Suite struct ElementwiseAccuracyTests {
  /// Arguments spread over the range, around zero, and over the exponents.
  private func arguments<T: KernelScalar>(_ function: ElementwiseFunction, _: T.Type) -> [T] {
    var generator = SeededGenerator(seed: 20)
    let lower = T(function.range.lowerBound)
    let upper = T(function.range.upperBound)
    var x: [T] = []
    for _ in 0..<4000 {
      x.append(T(Double.random(in: function.range, using: &generator)))
      x.append(T(Double.random(in: -2...2, using: &generator)))
      let exponent = T.Exponent(Int.random(in: -120...6, using: &generator))
      let significand = T(Double.random(in: -2...2, using: &generator))
      x.append(significand * T(sign: .plus, exponent: exponent, significand: 1))
    }
    return x.filter { $0 >= lower && $0 <= upper }
  }

  @Test(arguments: elementwiseFunctions)
  func `single precision stays within its bound`(_ function: ElementwiseFunction) {
    let x = arguments(function, Float.self)
    atEveryLevel { level in
      let y = apply(function.operation, x)
      var worst = (error: 0.0, at: Float(0))
      for (x, y) in zip(x, y) {
        let exact = function.double(Double(x))
        let unit = Double(max(abs(Float(exact)), .leastNormalMagnitude).ulp)
        let error = abs(Double(y) - exact) / unit
        if !(error <= worst.error) { worst = (error, x) }
      }
      #expect(
        worst.error <= function.floatBound,
        "\(function.name) at level \(level.rawValue): \(worst.error) at \(worst.at)")
    }
  }

  #if arch(x86_64)
    @Test(arguments: elementwiseFunctions)
    func `double precision stays within its bound`(_ function: ElementwiseFunction) {
      let x = arguments(function, Double.self)
      atEveryLevel { level in
        let y = apply(function.operation, x)
        var worst = (error: 0.0, at: 0.0)
        for (x, y) in zip(x, y) {
          let exact = function.extended(Float80(x))
          let unit = Float80(max(abs(Double(exact)), .leastNormalMagnitude).ulp)
          let error = Double(abs(Float80(y) - exact) / unit)
          if !(error <= worst.error) { worst = (error, x) }
        }
        #expect(
          worst.error <= function.doubleBound,
          "\(function.name) at level \(level.rawValue): \(worst.error) at \(worst.at)")
      }
    }
  #endif

  /// Values with 20 digits from mpmath at 50 digits: an oracle that does not depend on the platform.
  @Test func `double precision agrees with printed digits`() {
    let cases: [(nk_operation, Double, Double)] = [
      (nk_exp, 1, 2.7182818284590452354), (nk_expm1, 0x1p-30, 9.3132257504915938475e-10),
      (nk_log, 10, 2.3025850929940456840), (nk_log1p, 0x1p-30, 9.313225741817976469e-10),
      (nk_sin, 1, 0.84147098480789650665), (nk_cos, 1, 0.54030230586813971740),
      (nk_tanh, 0.5, 0.46211715726000975850), (nk_sigmoid, 1, 0.73105857863000487925),
      (nk_softplus, 1, 1.3132616875182228340), (nk_erf, 0.5, 0.52049987781304653768),
      (nk_erf, 2, 0.99532226501895273416),
    ]
    atEveryLevel { _ in
      for (operation, x, exact) in cases {
        // Three units: the largest bound of the table, rounded up.
        #expect(abs(apply(operation, [x])[0] - exact) <= 3 * exact.ulp, "\(operation) of \(x)")
      }
    }
  }

  @Test func `an element's bits do not depend on its place`() {
    func check<T: KernelScalar>(_: T.Type) {
      var generator = SeededGenerator(seed: 21)
      let x = generator.numbers(300, in: 0.1...3).map { T($0) }
      for function in elementwiseFunctions {
        let together = apply(function.operation, x)
        for i in [0, 1, 7, 63, 130, 299] {
          #expect(apply(function.operation, [x[i]])[0].bitPattern == together[i].bitPattern)
        }
      }
    }
    atEveryLevel { _ in
      check(Float.self)
      check(Double.self)
    }
  }
}

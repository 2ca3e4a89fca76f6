import CKernels
import Foundation
import TestSupport
import Testing

/// How the left operand lies in memory.
private enum LeftLayout: CaseIterable { case rows, transposed, strided }

private struct Product<T: KernelScalar> {
  var m, n, k: Int
  var rowStride, columnStride: Int
  var left: [T]
  /// k × n, row-major.
  var right: [T]
  var bias: [T]
  var initial: [T]

  init(_ m: Int, _ n: Int, _ k: Int, _ layout: LeftLayout, _ generator: inout SeededGenerator) {
    (self.m, self.n, self.k) = (m, n, k)
    switch layout {
    case .rows: (rowStride, columnStride) = (k + 1, 1)
    case .transposed: (rowStride, columnStride) = (1, m + 2)
    case .strided: (rowStride, columnStride) = (2 * k + 3, 2)
    }
    // What lies between the elements must not be used.
    left = [T](repeating: .nan, count: m * rowStride + k * columnStride + 1)
    for i in 0..<m {
      for p in 0..<k {
        left[i * rowStride + p * columnStride] = T(Double.random(in: -0.5...0.5, using: &generator))
      }
    }
    right = generator.numbers(k * n).map { T($0) }
    bias = generator.numbers(n).map { T($0) }
    initial = generator.numbers(m * n).map { T($0) }
  }

  func packed(transposed: Bool) -> [T] {
    guard transposed else { return T.pack(k, n, right, rowStride: n, columnStride: 1) }
    var columns = [T](repeating: 0, count: k * n)
    for p in 0..<k {
      for j in 0..<n { columns[j * k + p] = right[p * n + j] }
    }
    return T.pack(k, n, columns, rowStride: 1, columnStride: k)
  }

  func result(
    _ packed: [T], bias: Bool, _ activation: nk_activation, accumulate: Bool
  ) -> [T] {
    var c = initial
    T.product(
      m, n, k, left, rowStride: rowStride, columnStride: columnStride, packed,
      bias: bias ? self.bias : nil, activation, accumulate: accumulate, into: &c)
    return c
  }

  /// The exact sum's Double value before the activation, and a bound of the rounding error of any order of summation.
  func plain(_ i: Int, _ j: Int, bias: Bool, accumulate: Bool) -> (value: Double, error: Double) {
    var sum = accumulate ? Double(initial[i * n + j]) : 0
    var magnitude = abs(sum)
    for p in 0..<k {
      let term = Double(left[i * rowStride + p * columnStride]) * Double(right[p * n + j])
      sum += term
      magnitude += abs(term)
    }
    if bias {
      sum += Double(self.bias[j])
      magnitude += abs(Double(self.bias[j]))
    }
    // Higham, Accuracy and Stability (2002), section 3.1: |error| <= γ_(k+2) Σ |terms|, γ_k ≈ k u; twice that without FMA.
    return (sum, 2 * Double(k + 3) * Double(T.ulpOfOne) / 2 * magnitude)
  }
}

private func plainActivation(_ activation: nk_activation, _ x: Double) -> Double {
  switch activation {
  case nk_activation_tanh: tanh(x)
  case nk_activation_sigmoid: 1 / (1 + exp(-x))
  case nk_activation_softplus: max(x, 0) + log1p(exp(-abs(x)))
  case nk_activation_relu: max(x, 0)
  default: x
  }
}

@Suite struct MatrixProductTests {
  private static let activations = [
    nk_identity, nk_activation_tanh, nk_activation_sigmoid, nk_activation_softplus,
    nk_activation_relu,
  ]

  private func check<T: KernelScalar>(_: T.Type, level: nk_level) {
    var generator = SeededGenerator(seed: 23)
    var number = 0
    for m in [1, 2, 5, 6, 7, 13, 20] {
      for n in [1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 50, 65] {
        for k in [0, 1, 3, 7, 8, 9, 16, 17, 50, 300, 600] where m * n * k < 60_000 {
          number += 1
          let layout = LeftLayout.allCases[number % 3]
          let product = Product<T>(m, n, k, layout, &generator)
          let activation = Self.activations[number % 5]
          let (bias, accumulate) = (number % 2 == 0, number % 7 < 3)
          let packed = product.packed(transposed: number % 4 < 2)
          let c = product.result(packed, bias: bias, activation, accumulate: accumulate)
          var bad = 0
          for i in 0..<m {
            for j in 0..<n {
              let exact = product.plain(i, j, bias: bias, accumulate: accumulate)
              let value = plainActivation(activation, exact.value)
              // Activations have slopes of at most 1 and errors below 3 units in the last place.
              let bound = exact.error + 3 * Double(T.ulpOfOne) * max(abs(value), 1e-3)
              if !(abs(Double(c[i * n + j]) - value) <= bound) { bad += 1 }
            }
          }
          #expect(bad == 0, "\(m)×\(k)×\(n) \(layout) at level \(level.rawValue), \(T.self)")
        }
      }
    }
  }

  @Test func `products agree with plain sums`() {
    atEveryLevel { level in
      check(Float.self, level: level)
      check(Double.self, level: level)
    }
  }

  private func checkRows<T: KernelScalar>(_: T.Type, level: nk_level) {
    var generator = SeededGenerator(seed: 24)
    for (m, n, k) in [
      (13, 50, 20), (20, 2, 50), (9, 3, 5), (25, 64, 64), (31, 17, 700), (40, 1, 33), (7, 5, 1),
    ] {
      for layout in LeftLayout.allCases {
        let product = Product<T>(m, n, k, layout, &generator)
        let packed = product.packed(transposed: false)
        let together = product.result(packed, bias: true, nk_activation_tanh, accumulate: false)
        for rows in [0..<1, m - 1..<m, m / 2..<m, 1..<4] {
          var part = [T](repeating: 7, count: rows.count * n)
          product.left.withUnsafeBufferPointer { left in
            guard let start = left.baseAddress else { return }
            T.product(
              rows.count, n, k, start + rows.lowerBound * product.rowStride,
              rowStride: product.rowStride, columnStride: product.columnStride, packed,
              bias: product.bias, nk_activation_tanh, accumulate: false, into: &part)
          }
          #expect(
            part.map(\.bitPattern)
              == together[rows.lowerBound * n..<rows.upperBound * n].map(\.bitPattern),
            "rows \(rows) of \(m)×\(k)×\(n) \(layout) at level \(level.rawValue)")
        }
      }
    }
  }

  @Test func `a row's bits do not depend on the rows beside it`() {
    atEveryLevel { level in
      checkRows(Float.self, level: level)
      checkRows(Double.self, level: level)
    }
  }

  @Test func `long sums are one chain`() {
    // With k in blocks the sum goes on in C: accumulating twice over half of k gives the same bits.
    atEveryLevel { _ in
      var generator = SeededGenerator(seed: 25)
      let (m, n, k) = (3, 20, 1400)
      let product = Product<Float>(m, n, k, .rows, &generator)
      let whole = product.result(
        product.packed(transposed: false), bias: false, nk_identity, accumulate: true)
      var halves = product.initial
      for part in 0..<2 {
        let right = Array(product.right[part * 700 * n..<(part + 1) * 700 * n])
        let packed = Float.pack(700, n, right, rowStride: n, columnStride: 1)
        product.left.withUnsafeBufferPointer { left in
          guard let start = left.baseAddress else { return }
          Float.product(
            m, n, 700, start + part * 700, rowStride: product.rowStride, columnStride: 1, packed,
            bias: nil, nk_identity, accumulate: true, into: &halves)
        }
      }
      #expect(halves.map(\.bitPattern) == whole.map(\.bitPattern))
    }
  }

  @Test func `packed operands may be used at any level`() {
    var generator = SeededGenerator(seed: 26)
    for n in [2, 50] {
      let product = Product<Float>(4, n, 30, .rows, &generator)
      var packed: [[Float]] = []
      atEveryLevel { _ in packed.append(product.packed(transposed: true)) }
      #expect(packed.allSatisfy { $0 == packed[0] })
    }
  }

  @Test func `infinities and NaN stay in their row`() {
    atEveryLevel { _ in
      for n in [2, 20] {
        let k = 11
        var left = [Float](repeating: 1, count: 3 * k)
        left[k + 4] = .infinity
        left[2 * k + 10] = .nan
        let packed = Float.pack(
          k, n, [Float](repeating: 2, count: k * n), rowStride: n, columnStride: 1)
        var c = [Float](repeating: 0, count: 3 * n)
        Float.product(
          3, n, k, left, rowStride: k, columnStride: 1, packed, bias: nil, nk_identity,
          accumulate: false, into: &c)
        #expect(c[..<n].allSatisfy { $0 == 22 })
        #expect(c[n..<2 * n].allSatisfy { $0 == .infinity })
        #expect(c[(2 * n)...].allSatisfy { $0.isNaN })
      }
    }
  }
}

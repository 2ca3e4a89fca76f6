import Graphs
import Tensors
import TestSupport
import Testing

/// Derivatives where a formula has a kink, a power of 0 or a branch that is not taken.
struct KinkTests {
  private struct Kink: Sendable, CustomTestStringConvertible {
    var name: String
    var point: [Double]
    /// The derivative by each argument.
    var expected: [Double]
    var body: @Sendable ([Tensor]) -> Tensor

    init(
      _ name: String, at point: [Double], _ expected: [Double],
      _ body: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
      (self.name, self.point, self.expected, self.body) = (name, point, expected, body)
    }

    var testDescription: String { "\(name) at \(point)" }
  }

  /// Where the derivative exists, if only on the side on which the function is defined, or is infinite.
  private static let smooth: [Kink] = [
    Kink("x^n", at: [0, 1], [1, 0]) { pow($0[0], $0[1]) },
    Kink("x^n", at: [0, 2], [0, 0]) { pow($0[0], $0[1]) },
    Kink("x^n", at: [0, 1.5], [0, 0]) { pow($0[0], $0[1]) },
    Kink("x^n", at: [0, 0.5], [.infinity, 0]) { pow($0[0], $0[1]) },
    Kink("n x^n", at: [0, 3], [0, 0]) { $0[1] * pow($0[0], $0[1]) },
    Kink("x^1", at: [0], [1]) { pow($0[0], 1) },
    Kink("x^2", at: [0], [0]) { pow($0[0], 2) },
    Kink("x^1.2", at: [0], [0]) { pow($0[0], 1.2) },
    Kink("x^0", at: [0], [0]) { pow($0[0], 0) },
    Kink("hill", at: [0, 2, 0.5], [0, 0, 0]) {
      pow($0[0], $0[1]) / (pow($0[2], $0[1]) + pow($0[0], $0[1]))
    },
    Kink("untaken root", at: [-1], [3]) { select($0[0] .> 0, sqrt($0[0]) * log($0[0]), 3 * $0[0]) },
    Kink("untaken pole", at: [0], [1]) { select($0[0] .== $0[0].splat(0), $0[0], 1 / $0[0]) },
    Kink("smaller root", at: [0, 1], [0, 1]) { max(sqrt($0[0]), $0[1]) },
  ]

  /// The meaning given to kinks: the mean of both sides, or the side of a number.
  private static let kinks: [Kink] = [
    Kink("abs", at: [0], [0]) { abs($0[0]) },
    Kink("sign", at: [0], [0]) { sign($0[0]) },
    Kink("min", at: [1, 1], [0.5, 0.5]) { min($0[0], $0[1]) },
    Kink("max", at: [1, 1], [0.5, 0.5]) { max($0[0], $0[1]) },
    Kink("relu", at: [0], [0]) { relu($0[0]) },
    Kink("min with a number", at: [2], [1]) { min($0[0], $0[0].splat(2)) },
    Kink("elu", at: [0], [1]) { elu($0[0]) },
  ]

  private func gradients(_ kink: Kink) -> (forward: [Double], reverse: [Double]) {
    let scalar = TensorType([], .float64)
    let graph = trace(kink.point.map { _ in scalar }) { [kink.body($0)] }
    let inputs = kink.point.map { [$0] }
    let reverse = ReferenceInterpreter.run(graph.gradient(), inputs).map { $0[0] }
    let forward = kink.point.indices.map { place in
      ReferenceInterpreter.run(
        graph.jvp(includingOutputs: false),
        inputs + kink.point.indices.map { [$0 == place ? 1 : 0] })[0][0]
    }
    return (forward, reverse)
  }

  @Test(arguments: smooth + kinks)
  private func `both modes give one documented derivative`(_ kink: Kink) {
    let found = gradients(kink)
    #expect(found.forward == kink.expected)
    #expect(found.reverse == kink.expected)
  }

  @Test(arguments: smooth)
  private func `derivatives are those of one-sided differences`(_ kink: Kink) {
    let scalar = TensorType([], .float64)
    let graph = trace(kink.point.map { _ in scalar }) { [kink.body($0)] }
    func value(_ point: [Double]) -> Double {
      ReferenceInterpreter.run(graph, point.map { [$0] })[0][0]
    }
    for (place, expected) in kink.expected.enumerated() where expected.isFinite {
      // To the side of positive arguments, where all of them are defined; a branch of one point has no differences.
      if kink.name == "untaken pole" { continue }
      var moved = kink.point
      let step = kink.name == "untaken root" ? -1e-7 : 1e-7
      moved[place] += step
      // A power 1.2 leaves a slope of step^0.2 = 0.04.
      #expect(abs((value(moved) - value(kink.point)) / step - expected) < 0.05)
    }
  }

  @Test func `second derivatives of powers at 0`() {
    for (exponent, expected) in [(1.0, 0.0), (2, 2), (3, 0)] {
      for isFixed in [true, false] {
        let scalar = TensorType([], .float64)
        let graph = trace([scalar, scalar]) { x in
          [isFixed ? pow(x[0], exponent) : pow(x[0], x[1])]
        }.gradient(wrt: [0]).gradient(wrt: [0])
        #expect(ReferenceInterpreter.run(graph, [[0], [exponent]]) == [[expected]])
      }
    }
  }
}

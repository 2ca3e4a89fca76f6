package import Graphs
package import Tensors
import Testing

/// One function of tensors that every transform and every executor is tested with.
package struct OperationCase: Sendable, CustomTestStringConvertible {
  /// A parameter's shape and where its elements are drawn from.
  package struct Input: Sendable {
    package var shape: [Int]
    package var domain: Domain

    package enum Domain: Sendable {
      case real(ClosedRange<Double>)
      /// Whole numbers below a bound; no derivatives.
      case index(below: Int)
    }
  }

  package var name: String
  package var inputs: [Input]
  /// Whether the derivative rules give the derivative of the values: false where a gradient is stopped.
  package var agreesWithDifferences: Bool
  package var body: @Sendable ([Tensor]) -> [Tensor]

  package init(
    _ name: String, _ inputs: [Input], agreesWithDifferences: Bool = true,
    _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
  ) {
    self.name = name
    self.inputs = inputs
    self.agreesWithDifferences = agreesWithDifferences
    self.body = body
  }

  package var testDescription: String { name }

  package func parameterTypes(_ scalar: ScalarType) -> [TensorType] {
    inputs.map { TensorType($0.shape, scalar) }
  }

  package func graph(_ scalar: ScalarType) -> Graph { trace(parameterTypes(scalar), body) }

  /// Places of the parameters that have derivatives.
  package var differentiable: [Int] {
    inputs.indices.filter {
      if case .real = inputs[$0].domain { true } else { false }
    }
  }

  /// Elements for every parameter, exact in either scalar type; the same for the same seed.
  package func elements(seed: UInt64 = 1) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    return inputs.map { input in
      let count = input.shape.reduce(1, *)
      switch input.domain {
      case .real(let range): return generator.numbers(count, in: range)
      case .index(let bound):
        return (0..<count).map { _ in Double(Int.random(in: 0..<bound, using: &generator)) }
      }
    }
  }
}

extension OperationCase.Input {
  package static func real(_ shape: Int..., in range: ClosedRange<Double> = -2...2) -> Self {
    Self(shape: shape, domain: .real(range))
  }

  package static func index(_ shape: Int..., below bound: Int) -> Self {
    Self(shape: shape, domain: .index(below: bound))
  }
}

import Platform
package import Tensors

/// A custom operation with two operands and two results, `(a · b, sin a)`, and all of its rules.
package final class ProductAndSine: CustomOperation {
  package let name = "product and sine"
  private let isMergeable: Bool

  package init(isMergeable: Bool = false) { self.isMergeable = isMergeable }

  package var identity: ObjectIdentifier? { isMergeable ? ObjectIdentifier(self) : nil }

  package func resultTypes(of operands: [TensorType]) -> [TensorType] {
    precondition(
      operands.count == 2 && operands[0] == operands[1], "two equal operands, not \(operands)")
    return operands
  }

  package func vjp(operands: [Tensor], results: [Tensor], cotangents: [Tensor?]) -> [Tensor?] {
    let viaProduct = cotangents[0].map { $0 * operands[1] }
    let viaSine = cotangents[1].map { $0 * cos(operands[0]) }
    let first = [viaProduct, viaSine].compactMap { $0 }
    return [
      first.dropFirst().reduce(first.first) { $0! + $1 }, cotangents[0].map { $0 * operands[0] },
    ]
  }

  package func jvp(operands: [Tensor], results: [Tensor], tangents: [Tensor?]) -> [Tensor?] {
    let products = [tangents[0].map { $0 * operands[1] }, tangents[1].map { $0 * operands[0] }]
      .compactMap { $0 }
    return [
      products.dropFirst().reduce(products.first) { $0! + $1 },
      tangents[0].map { $0 * cos(operands[0]) },
    ]
  }

  package func makeEvaluator(
    operands: [TensorType], in context: EvaluationContext
  ) -> any CustomEvaluator {
    Evaluator(type: operands[0])
  }

  private final class Evaluator: CustomEvaluator {
    let type: TensorType

    init(type: TensorType) { self.type = type }

    func evaluate(operands: [UnsafeRawPointer], results: [UnsafeMutableRawPointer]) {
      switch type.scalar {
      case .float32: run(Float.self, operands, results)
      case .float64: run(Double.self, operands, results)
      }
    }

    private func run<Scalar: BinaryFloatingPoint>(
      _: Scalar.Type, _ operands: [UnsafeRawPointer], _ results: [UnsafeMutableRawPointer]
    ) {
      let (a, b) = (
        operands[0].assumingMemoryBound(to: Scalar.self),
        operands[1].assumingMemoryBound(to: Scalar.self)
      )
      let (p, s) = (
        results[0].assumingMemoryBound(to: Scalar.self),
        results[1].assumingMemoryBound(to: Scalar.self)
      )
      for i in 0..<type.count {
        p[i] = a[i] * b[i]
        s[i] = Scalar(LibraryFunctions.sin(Double(a[i])))
      }
    }
  }
}

import NumericCore
import Programs
import Transforms
import Tensors
import Testing

/// Transforms of functions against closed forms and against each other.
struct TransformTests {
  private let point = Tensor([0.5, -1.5, 2] as [Double])
  private let direction = Tensor([1, 2, -1] as [Double])

  /// `Σ x³ + x₀ x₁`, whose gradient and Hessian are written out below.
  private static func cubic(_ x: Tensor) -> Tensor { pow(x, 3).sum() + x[0] * x[1] }

  @Test func `the gradient is the closed form`() {
    let gradient = grad(Self.cubic)(point).values
    // 3 x² + (x₁, x₀, 0).
    #expect(gradient == [-0.75, 7.25, 12])
  }

  @Test func `a product with the Hessian is the closed form`() {
    let product = hessianVectorProduct(Self.cubic, at: point, direction).values
    // 6 x v + (v₁, v₀, 0).
    #expect(product == [5, -17, -12])
  }

  @Test func `forward and reverse mode are adjoint`() {
    func function(_ x: Tensor) -> Tensor { concatenate([sin(x), x * x], axis: 0) }
    let cotangent = Tensor((0..<6).map { Double($0) - 2.5 })
    let forward = jvp(function, at: point, direction)
    let reverse = vjp(function, at: point, cotangent)
    #expect(forward.value.values == reverse.value.values)
    let left = forward.derivative.dot(cotangent).values[0]
    let right = reverse.product.dot(direction).values[0]
    // Two sums of nine products in another order.
    #expect(abs(left - right) < 1e-14 * (1 + abs(left)))
  }

  @Test func `a mapped function is a loop over the batch`() {
    let batch = Tensor(RandomKey(3).normal(12, as: Double.self), shape: [4, 3])
    let mapped = vmap(Self.cubic)(batch)
    #expect(mapped.shape == [4])
    #expect(mapped.values == (0..<4).flatMap { Self.cubic(batch[$0]).values })
    let gradients = vmap(grad(Self.cubic))(batch)
    #expect(gradients.values == (0..<4).flatMap { grad(Self.cubic)(batch[$0]).values })
  }

  @Test func `transforms compose inside a compiled loss`() {
    // The gradient of |∇f|² is 2 H ∇f.
    let penalty = CompiledFunction<Tensor> { [square(grad(Self.cubic)($0)).sum()] }
    let gradient = grad(Self.cubic)(point)
    let squared = gradient.dot(gradient).values[0]
    #expect(abs(penalty(point)[0].values[0] - squared) < 1e-12 * squared)
    let slope = grad { square(grad(Self.cubic)($0)).sum() }(point).values
    let expected = hessianVectorProduct(Self.cubic, at: point, grad(Self.cubic)(point)).values
    for (a, b) in zip(slope, expected) { #expect(abs(a - 2 * b) < 1e-12 * (1 + abs(a))) }
  }
}

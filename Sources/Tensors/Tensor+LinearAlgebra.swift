import Platform

extension Tensor {
  /// `op(A) op(B)` over the last two axes, `op` an optional transpose.
  ///
  /// Shapes: `[…, m, k] · […, k, n]` → `[…, m, n]`; the leading axes broadcast. A matrix on the right of
  /// a batch is one large product.
  public func matrixMultiplied(
    by other: Tensor, transposingLeft: Bool = false, transposingRight: Bool = false
  ) -> Tensor {
    precondition(
      rank >= 2 && other.rank >= 2 && scalarType == other.scalarType,
      "matrix product of \(type) and \(other.type)")
    if rank > 2 && other.rank == 2 && !transposingLeft {
      let flat = reshaped([-1, shape[rank - 1]])
        .matrixMultiplied(by: other, transposingRight: transposingRight)
      return flat.reshaped(shape.dropLast() + [flat.shape[1]])
    }
    let batch = Tensor.broadcastShape(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))
    let a = broadcast(to: batch + shape.suffix(2))
    let b = other.broadcast(to: batch + other.shape.suffix(2))
    let (m, k) = Tensor.dimensions(a, transposed: transposingLeft)
    let (k2, n) = Tensor.dimensions(b, transposed: transposingRight)
    precondition(k == k2, "matrix product of \(type) and \(other.type): \(k) is not \(k2)")
    return Tensor(
      .matrixMultiply(transposeLeft: transposingLeft, transposeRight: transposingRight), [a, b],
      a.type.with(shape: batch + [m, n]))
  }

  private static func dimensions(_ x: Tensor, transposed: Bool) -> (Int, Int) {
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    return transposed ? (columns, rows) : (rows, columns)
  }

  package static func convolution(_ convolution: Convolution, _ a: Tensor, _ b: Tensor) -> Tensor {
    let shape =
      switch convolution.kind {
      case .forward: convolution.output
      case .inputGradient: convolution.image
      case .kernelGradient: convolution.kernel
      }
    return Tensor(.convolution(convolution), [a, b], a.type.with(shape: shape))
  }
}

/// `A B` over the last two axes.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor { a.matrixMultiplied(by: b) }

/// Two-dimensional cross-correlation.
///
/// Shapes: image `[batch, height, width, in]`, kernel `[height, width, in, out]` →
/// `[batch, height′, width′, out]` with `height′ = (height + 2·padding − kernel) / stride + 1`.
public func convolution2D(
  _ image: Tensor, _ kernel: Tensor, stride: Int = 1, padding: Int = 0
) -> Tensor {
  precondition(
    image.rank == 4 && kernel.rank == 4 && image.shape[3] == kernel.shape[2] && stride > 0
      && image.scalarType == kernel.scalarType,
    "convolution of \(image.type) with \(kernel.type)")
  let spec = Convolution(
    kind: .forward, stride: stride, padding: padding, image: image.shape, kernel: kernel.shape)
  precondition(spec.output[1] > 0 && spec.output[2] > 0, "the kernel is larger than the image")
  return .convolution(spec, image, kernel)
}

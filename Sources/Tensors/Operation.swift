/// Elementwise functions of one argument.
///
/// Composites (relu, elu, gelu …) are written in these.
package enum UnaryFunction: UInt8, Hashable, Sendable, CaseIterable {
  case negate, reciprocal, square, sqrt, abs, sign, floor
  case exp, expm1, log, log1p
  case sin, cos, tanh, sigmoid, softplus, erf
}

/// Elementwise functions of two arguments of equal type.
package enum BinaryFunction: UInt8, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, power, minimum, maximum
}

/// Elementwise comparisons; the result is 1 or 0 in the operands' scalar type.
package enum Comparison: UInt8, Hashable, Sendable, CaseIterable {
  case less, lessOrEqual, equal
}

/// Reductions over axes, which are dropped from the shape.
package enum Reduction: UInt8, Hashable, Sendable, CaseIterable {
  case sum, maximum
}

/// The three linear maps of the trilinear form `Σ g · conv(x, w)`: closed under differentiation.
///
/// Layouts: image `[batch, height, width, channels]`, kernel `[height, width, in, out]`.
package struct Convolution: Hashable, Sendable {
  /// Which of the three maps.
  package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Operands `(x, w)`, result `y[n,i,j,o] = Σ x[n, i·s+a−p, j·s+b−p, c] w[a,b,c,o]`.
    case forward
    /// Operands `(w, g)`, result shaped as `x`.
    case inputGradient
    /// Operands `(x, g)`, result shaped as `w`.
    case kernelGradient
  }
  /// Which of the three maps.
  package var kind: Kind
  /// The distance of patches along height and width.
  package var stride: Int
  /// Rows and columns of zeros on each side.
  package var padding: Int
  /// Shape of `x`, `[batch, height, width, in]`.
  package var image: [Int]
  /// Shape of `w`, `[height, width, in, out]`.
  package var kernel: [Int]

  package init(kind: Kind, stride: Int, padding: Int, image: [Int], kernel: [Int]) {
    self.kind = kind
    self.stride = stride
    self.padding = padding
    self.image = image
    self.kernel = kernel
  }

  /// Shape of `y`, `[batch, height, width, out]`.
  package var output: [Int] {
    [
      image[0], (image[1] + 2 * padding - kernel[0]) / stride + 1,
      (image[2] + 2 * padding - kernel[1]) / stride + 1, kernel[3],
    ]
  }

  package func with(kind: Kind) -> Convolution {
    var other = self
    other.kind = kind
    return other
  }
}

/// A primitive.
///
/// Every transform and the executor switch exhaustively over these.
package enum Operation: Sendable {
  /// A fresh leaf of a trace; the number is its index among the parameters of the graph.
  case parameter(Int)
  /// Every element the same value.
  case splat(Double)
  /// A concrete tensor: a weight, a datum.
  case constant(Storage)
  case unary(UnaryFunction)
  case binary(BinaryFunction)
  case compare(Comparison)
  /// `(mask, a, b)`: `a` where the mask is not 0, otherwise `b`.
  case select
  case reduce(Reduction, axes: [Int])
  /// NumPy broadcasting, right-aligned, to the result's shape.
  case broadcast
  case reshape
  /// Axis `i` of the result is axis `permutation[i]` of the operand.
  case transpose([Int])
  case slice(start: [Int], stride: [Int])
  /// Zeros `low` before, `high` after and `interior` between the elements of each axis.
  case pad(low: [Int], high: [Int], interior: [Int])
  case concatenate(axis: Int)
  /// `op(A) op(B)` over the last two axes; leading (batch) axes are equal.
  case matrixMultiply(transposeLeft: Bool, transposeRight: Bool)
  case convolution(Convolution)
  /// `(source [n, …], indices [m])` → `[m, …]`: whole rows. Indices are integers stored exactly as scalars.
  case gather
  /// `(indices [m], rows [m, …])` → `[n, …]`: rows added at their index; the adjoint of `gather`.
  case scatterAdd
  case convert
  /// The identity with derivative 0.
  case stopGradient
  case custom(any CustomOperation)
}

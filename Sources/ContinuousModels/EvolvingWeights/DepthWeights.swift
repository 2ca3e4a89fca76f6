import Platform
public import Tensors

/// How the weights of a layer depend on depth `t ∈ [0, 1]`.
public enum DepthWeights: TensorTree {
  /// The same at every depth: a plain neural ODE.
  case constant(Tensor)
  /// `Σ_k φ_k(t) W_k` with `φ = 1, cos πt, cos 2πt, …` (Galerkin, Massaroli et al. 2020).
  case galerkin([Tensor])
  /// One tensor for each of equal intervals of depth.
  case piecewise([Tensor])
  /// ANODEV2: the weights at depth 0 and their own equation.
  case evolving(Tensor, ReactionDiffusionAdvection)

  /// The weights at the start of each of `steps` equal steps of the activations.
  ///
  /// With `substeps` > 1 the weights' equation is stepped on a finer grid (configuration 2); for the linear equation,
  /// whose steps are exact, that is the same.
  public func values(steps: Int, substeps: Int = 1) -> [Tensor] {
    path(steps: steps, substeps: substeps).dropLast()
  }

  /// The weights at the depths 0, 1 / steps, …, 1.
  public func path(steps: Int, substeps: Int = 1) -> [Tensor] {
    switch self {
    case .constant(let weights): return Array(repeating: weights, count: steps + 1)
    case .galerkin(let coefficients):
      return (0...steps).map { step in
        let t = Double(step) / Double(steps)
        return coefficients.enumerated().dropFirst().reduce(coefficients[0]) {
          $0 + Double.cosine(Double($1.offset) * .pi * t) * $1.element
        }
      }
    case .piecewise(let pieces):
      return (0...steps).map { pieces[min($0 * pieces.count / steps, pieces.count - 1)] }
    case .evolving(var weights, let equation):
      var path = [weights]
      for _ in 0..<steps {
        for _ in 0..<substeps {
          weights = equation.advanced(weights, by: 1 / Double(steps * substeps))
        }
        path.append(weights)
      }
      return path
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .constant(var weights):
      visitor("weights", &weights)
      self = .constant(weights)
    case .galerkin(var coefficients):
      visitor("coefficients", &coefficients)
      self = .galerkin(coefficients)
    case .piecewise(var pieces):
      visitor("pieces", &pieces)
      self = .piecewise(pieces)
    case .evolving(var weights, var equation):
      visitor("weights", &weights)
      visitor("equation", &equation)
      self = .evolving(weights, equation)
    }
  }
}
